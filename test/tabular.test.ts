// The real tables that the recipes learn from: rows, gaps and classes are those of their publishers. Skipped without them.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import "../src/entry.ts";
import { type CsvOptions, label, oneHot, standardize, type Table, TableEncoder, trainTestSplit } from "../src/data.ts";
import { seed } from "../src/index.ts";
import { readCsv } from "../src/node.ts";

const folder = join(process.env.SEDGE_DATA ?? "../shared", "data/tabular");
const real = test.skipIf(!existsSync(folder));
const read = (name: string, options?: CsvOptions): Table => readCsv(join(folder, name), options);

/** Columns with gaps, and how many. */
const gaps = (table: Table): Record<string, number> =>
  Object.fromEntries(table.columns.map((name) => [name, table.missing(name)] as const).filter(([, n]) => n > 0));

/** How many rows each value of a column has. */
function counts(table: Table, name: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const cell of table.column(name)) found[String(cell)] = (found[String(cell)] ?? 0) + 1;
  return found;
}

real("iris: 150 rows, 50 of each species, without a header", () => {
  const columns = ["sepalLength", "sepalWidth", "petalLength", "petalWidth", "species"];
  const table = read("iris.csv", { columns });
  expect([table.length, gaps(table)]).toEqual([150, {}]);
  expect(counts(table, "species")).toEqual({ "Iris-setosa": 50, "Iris-versicolor": 50, "Iris-virginica": 50 });
  const encoder = new TableEncoder({ features: standardize(), target: { species: label() } }).fit(table);
  // mean and deviation of the sepals' length, from scikit-learn's StandardScaler
  const { features } = encoder.toJSON();
  expect(features[0]!.shift).toBeCloseTo(5.843333333333334, 12);
  expect(features[0]!.scale).toBeCloseTo(0.8253012917851409, 12);
  expect(encoder.classes).toEqual(["Iris-setosa", "Iris-versicolor", "Iris-virginica"]);
  seed(0);
  const { train, validation, test } = trainTestSplit(table, { test: 30, validation: 0.1, stratify: "species" });
  expect([train.length, validation.length, test.length]).toEqual([105, 15, 30]);
  expect(Object.values(counts(test, "species"))).toEqual([10, 10, 10]);
});

real("titanic: 891 rows, 342 survivors, gaps in age, cabin and port", () => {
  const table = read("titanic-train.csv");
  expect([table.length, table.columns.length]).toEqual([891, 12]);
  expect(gaps(table)).toEqual({ Age: 177, Cabin: 687, Embarked: 2 });
  expect(counts(table, "Survived")).toEqual({ "0": 549, "1": 342 });
  expect(table.row(0).Name).toBe("Braund, Mr. Owen Harris");
  const features = {
    Age: standardize({ missing: "median" }),
    Sex: oneHot(),
    Pclass: oneHot(),
    Embarked: oneHot({ missing: "mostFrequent" }),
  };
  const encoder = new TableEncoder({ features, target: { Survived: label() } }).fit(table);
  expect(encoder.featureNames.slice(1)).toEqual([
    "Sex_female",
    "Sex_male",
    "Pclass_1",
    "Pclass_2",
    "Pclass_3",
    "Embarked_C",
    "Embarked_Q",
    "Embarked_S",
  ]);
  expect(encoder.toJSON().features.map(({ fill }) => fill)).toEqual([28, undefined, undefined, "S"]);
  const { x, y } = encoder.transform(table);
  expect([x.shape, y.sum().item()]).toEqual([[891, 9], 342]);
});

real("breast cancer: 569 rows of 32, 357 benign, without a header", () => {
  const table = read("wdbc.data", { header: false });
  expect([table.length, table.columns.length, gaps(table)]).toEqual([569, 32, {}]);
  expect(counts(table, "1")).toEqual({ M: 212, B: 357 });
  const features = table.columns.slice(1);
  const encoder = new TableEncoder({ features: standardize(), target: { "1": label() } }).fit(table.select(features));
  expect([encoder.featureNames.length, encoder.classes]).toEqual([30, ["B", "M"]]);
});

real("California housing: 20,640 rows, 207 without bedrooms", () => {
  const table = read("california_housing.csv");
  expect([table.length, table.columns.length, gaps(table)]).toEqual([20640, 10, { total_bedrooms: 207 }]);
  expect(Object.keys(counts(table, "ocean_proximity")).sort()).toEqual([
    "<1H OCEAN",
    "INLAND",
    "ISLAND",
    "NEAR BAY",
    "NEAR OCEAN",
  ]);
});

real("digits: 3,823 and 1,797 rows of 64 counts up to 16 and a class, between tabs", () => {
  const parts = ["tra", "tes"].map((part) => read(`optdigits.${part}`, { header: false, delimiter: "\t" }));
  expect(parts.map((table) => [table.length, table.columns.length])).toEqual([
    [3823, 65],
    [1797, 65],
  ]);
  expect(Object.values(counts(parts[0]!, "64"))).toEqual([376, 389, 380, 389, 387, 376, 377, 387, 380, 382]);
  expect(Math.max(...parts[1]!.numbers("2"))).toBe(16);
});

real("airline passengers: 144 months from 112 to 432", () => {
  const table = read("airline-passengers.csv");
  expect([table.length, table.type("Month"), table.row(0), table.row(-1)]).toEqual([
    ...[144, "text", { Month: "1949-01", Passengers: 112 }, { Month: "1960-12", Passengers: 432 }],
  ]);
});

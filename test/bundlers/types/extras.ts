// What users rely on the types of "sedge/data", "sedge/inspect" and "sedge/plot" to say. Compiled, never run: see
// published.test.ts.

import { expectTypeOf } from "expect-type";
import { Dataset, type Loss, mse, nn, optim, type Tensor, zeros } from "sedge";
import {
  CharTokenizer,
  compose,
  label,
  normalize,
  parseCsv,
  standardize,
  type Table,
  TableEncoder,
  trainTestSplit,
} from "sedge/data";
import { diagnose, findLearningRate, gradcheck, watch } from "sedge/inspect";
import { lineChart } from "sedge/plot";

// tables
const table = parseCsv("a,b\n1,x", { types: { a: "number" }, badRows: "skip" });
expectTypeOf(table).toEqualTypeOf<Table>();
expectTypeOf(table.row(0)).toEqualTypeOf<Record<string, number | string | boolean | null>>();
// @ts-expect-error no such type of column
parseCsv("a", { types: { a: "date" } });
const encoder = new TableEncoder({ features: { a: standardize({ missing: "median" }) }, target: { b: label() } });
expectTypeOf(encoder.fit(table)).toEqualTypeOf<TableEncoder>();
expectTypeOf(encoder.transform(table)).toEqualTypeOf<Dataset>();
// @ts-expect-error a column's encoding is no text
new TableEncoder({ features: { a: "standardize" } });

// splits give what they are given
expectTypeOf(trainTestSplit(table, { test: 0.2 })).toEqualTypeOf<{ train: Table; test: Table }>();
const parts = trainTestSplit(encoder.transform(table), { test: 0.2, validation: 0.1 });
expectTypeOf(parts.validation).toEqualTypeOf<Dataset>();
// @ts-expect-error nothing was asked for validation
trainTestSplit(table, { test: 0.2 }).validation;

// images and text
expectTypeOf(compose(normalize({ mean: 0.5, std: 0.5 }))).toEqualTypeOf<(x: Tensor) => Tensor>();
expectTypeOf(new CharTokenizer("abc").encode("a")).toExtend<Int32Array>();

// looking inside
const model = new nn.Sequential(new nn.Linear(2, 1));
const data = new Dataset(zeros([4, 2]), zeros([4, 1]));
const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
expectTypeOf(diagnose(model, data, mse, { optimizer }).loss).toBeNumber();
expectTypeOf(findLearningRate(model, data, { loss: mse, optimizer }).suggestion).toEqualTypeOf<number | null>();
expectTypeOf(gradcheck((x) => x.exp(), [zeros([2])])).toBeBoolean();
watch({ every: 10, warn: (message, finding) => expectTypeOf([message, finding.kind]).toExtend<string[]>() });
expectTypeOf(mse).toExtend<Loss>();

// plots
expectTypeOf(lineChart({ title: "t", x: "x", y: "y" }, [{ name: "a", points: [[1, 2]] }])).toBeString();
// @ts-expect-error the axes want names
lineChart({ title: "t" }, []);

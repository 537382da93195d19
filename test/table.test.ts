// Tables: columns of arrays, rows, gaps, and what may not be put together.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { parseCsv, Table } from "../src/data.ts";

const people = new Table({
  age: [22, null, Number.NaN, 38],
  sex: ["m", "f", null, "f"],
  alive: [false, null, true, true],
});

describe("a table", () => {
  it("is made of arrays, with null or NaN for gaps", () => {
    expect(people.length).toBe(4);
    expect(people.columns).toEqual(["age", "sex", "alive"]);
    expect(people.column("age")).toEqual([22, null, null, 38]);
    expect(people.columns.map((name) => people.type(name))).toEqual(["number", "text", "boolean"]);
    expect(people.missing("age")).toBe(2);
    expect(people.row(-2)).toEqual({ age: null, sex: null, alive: true });
    expect(people.lines).toBeNull();
    expect(new Table({ a: Int32Array.of(1, 2) }).column("a")).toEqual([1, 2]);
  });

  it("gives numbers of booleans and of text that is numbers", () => {
    expect(people.numbers("alive")).toEqual(Float64Array.of(0, Number.NaN, 1, 1));
    expect(new Table({ a: ["1", null, "-.5"] }).numbers("a")).toEqual(Float64Array.of(1, Number.NaN, -0.5));
  });

  it("does not share what it gives out", () => {
    people.numbers("age")[0] = 99;
    people.column("sex")[0] = "x";
    expect(people.row(0)).toEqual({ age: 22, sex: "m", alive: false });
  });

  it("selects columns, takes rows and filters them, lines and skipped rows with them", () => {
    const table = parseCsv("a,b\n1,x\n2\n3,y\n4,z\n", { badRows: "skip" });
    const some = table.select(["b"]).take([2, 0]);
    expect([some.columns, some.column("b"), [...some.lines!]]).toEqual([["b"], ["z", "x"], [5, 2]]);
    const odd = table.filter(({ a }, i) => (a as number) % 2 === 1 && i > 0);
    expect([odd.column("a"), [...odd.lines!], odd.skipped]).toEqual([[3], [4], table.skipped]);
  });

  it.each<[string, () => unknown, string]>([
    [
      "an unknown column",
      () => people.column("agee"),
      'column: expected one of the columns age, sex, alive, got "agee"',
    ],
    ["an unknown column to select", () => people.select(["age", "x"]), "select: expected one of the columns"],
    [
      "text as numbers",
      () => people.numbers("sex"),
      'numbers: expected column "sex" to hold numbers, got "m" in row 0',
    ],
    [
      "text as numbers, by its line",
      () => parseCsv("a\n1\n\ntwo\n").numbers("a"),
      'numbers: expected column "a" to hold numbers, got "two" in line 4',
    ],
    ["a row beyond the end", () => people.row(4), "row: expected index from -4 to 3, got 4"],
    ["rows beyond the end", () => people.take([4]), "take: expected a row from 0 to 3, got 4"],
    ["no rows", () => people.filter(() => false), "filter: expected keep to be true of one of the 4 rows, got none"],
    ["no rows to take", () => people.take([]), "take: expected at least one row, got none"],
    [
      "columns of different lengths",
      () => new Table({ a: [1], b: [1, 2] }),
      "Table: expected columns of one length, got [1, 2]",
    ],
    ["no columns", () => new Table({}), "Table: expected at least one column"],
    [
      "a column of several kinds",
      () => new Table({ a: [null, 1, "b"] }),
      'Table: expected column "a" to hold numbers, booleans or text, one of them, got "b" in row 2',
    ],
    ["an infinite number", () => new Table({ a: [1, Infinity] }), "to hold finite numbers, got Infinity in row 1"],
    ["rows as objects", () => new Table([{ a: 1 }] as never), "Table: expected columns to be arrays by name"],
  ])("refuses %s", (_, misuse, message) => {
    expect(misuse).toThrow(message);
  });
});

// CSV text to tables: types, gaps, lines, and what is wrong with a row.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { parseCsv } from "../src/data.ts";
import { readCsv } from "../src/node.ts";

describe("parseCsv", () => {
  it("guesses numbers, booleans and text, with gaps in each", () => {
    const table = parseCsv("n,b,t,x\n1,true,a,0x10\n?,,NA,-\n-2.5e1,FALSE,c,1e999\n");
    expect(table.columns.map((name) => table.type(name))).toEqual(["number", "boolean", "text", "text"]);
    expect(table.columns.map((name) => table.column(name))).toEqual([
      [1, null, -25],
      [true, null, false],
      ["a", null, "c"],
      ["0x10", "-", "1e999"],
    ]);
    expect(["n", "b", "t", "x"].map((name) => table.missing(name))).toEqual([1, 1, 1, 0]);
    expect(table.numbers("n")).toEqual(Float64Array.of(1, Number.NaN, -25));
  });

  it("reads quotes, commas and line ends within cells, any line end, a byte order mark, and blanks around cells", () => {
    const table = parseCsv('\uFEFFa, b \r\n"x, ""y""",1\r\n"two\r\nlines", 2\r\n\r\nz,3');
    expect(table.column("a")).toEqual(['x, "y"', "two\nlines", "z"]);
    expect(table.numbers("b")).toEqual(Float64Array.of(1, 2, 3));
    expect([...table.lines!]).toEqual([2, 3, 6]);
  });

  it("takes a quoted empty cell of a single column for a gap, an empty line for none", () => {
    const table = parseCsv('a\n1\n""\n\n3\n');
    expect([table.column("a"), [...table.lines!]]).toEqual([
      [1, null, 3],
      [2, 3, 5],
    ]);
    expect(parseCsv("a\tb\n1\t2\n\t\n", { delimiter: "\t" }).missing("b")).toBe(1);
  });

  it("takes names from the header, from options instead of it, or from places", () => {
    expect(parseCsv("a,\n1,2").columns).toEqual(["a", "1"]);
    expect(parseCsv("1,2", { columns: ["a", "b"] }).row(0)).toEqual({ a: 1, b: 2 });
    expect(parseCsv("x,y\n1,2", { columns: ["a", "b"], header: true }).row(0)).toEqual({ a: 1, b: 2 });
    expect(parseCsv("constructor,toString\n1,2").row(0)).toEqual({ constructor: 1, toString: 2 });
    expect(parseCsv("1,2", { header: false }).row(-1)).toEqual({ "0": 1, "1": 2 });
  });

  it("takes another delimiter, other gaps and given types", () => {
    const options = { delimiter: "\t", missing: ["-1"], types: { id: "text", on: "boolean" } } as const;
    const table = parseCsv("id\ton\tv\n007\ttrue\t-1\nNA\tfalse\t3", options);
    expect(table.column("id")).toEqual(["007", "NA"]);
    expect(table.column("on")).toEqual([true, false]);
    expect(table.column("v")).toEqual([null, 3]);
  });

  const broken = 'n,t\n1,a\n2\n3,"b" c\n4,d,e\nfive,f\n6,"never\n7,closed\n8,"two\nlines"\n9,i\n';
  const wrong = [
    { line: 3, reason: "expected 2 cells, got 1" },
    { line: 4, reason: "text after a closing quote" },
    { line: 5, reason: "expected 2 cells, got 3" },
    { line: 6, reason: 'expected column "n" to be a number, got "five"' },
    { line: 7, reason: "text after a closing quote" },
  ];

  it("leaves bad rows out when told to, says which and why, and keeps the rows between them", () => {
    const table = parseCsv(broken, { badRows: "skip", types: { n: "number" } });
    expect(table.skipped).toEqual(wrong);
    expect([...table.numbers("n")]).toEqual([1, 7, 8, 9]);
    expect(table.column("t")).toEqual(["a", "closed", "two\nlines", "i"]);
    expect([...table.lines!]).toEqual([2, 8, 9, 11]);
  });

  it("reads cells of any length, and takes no longer for many broken quotes", () => {
    const long = "two\nlines ".repeat(2000);
    const table = parseCsv(`t,n\n"${long}",1\n${'"Cats" (1998),2\n'.repeat(20_000)}x,3\n`, { badRows: "skip" });
    expect([table.column("t"), [...table.lines!]]).toEqual([
      [long.trim(), "x"],
      [2, 22_003],
    ]);
    expect(table.skipped.length).toBe(20_000);
    expect(() => parseCsv(`t\n"${long}`)).toThrow("line 2: a quote that is not closed");
  });

  it("throws with the lines of the first bad rows otherwise", () => {
    expect(() => parseCsv(broken, { types: { n: "number" }, file: "x.csv" })).toThrow(
      "parseCsv: x.csv: bad rows, line 3: expected 2 cells, got 1; line 4: text after a closing quote; line 5: ",
    );
    const many = `a,b\n${"1\n".repeat(8)}`;
    expect(() => parseCsv(many)).toThrow(/line 6: [^;]+; and 3 more; badRows: "skip" leaves them out$/);
    expect(() => parseCsv('a\n1\n"2\n3')).toThrow("line 3: a quote that is not closed");
  });

  it.each<[string, () => unknown, string]>([
    ["no text", () => parseCsv(3 as never), "parseCsv: expected text, got 3"],
    ["an empty text", () => parseCsv(" \n\n"), "parseCsv: expected at least one row, got none"],
    ["a header alone", () => parseCsv("a,b\n"), "parseCsv: expected at least one row of data, got none"],
    [
      "a broken header",
      () => parseCsv('a,"b\n1,2', { badRows: "skip" }),
      "bad rows, line 1: a quote that is not closed",
    ],
    ["a broken quote alone", () => parseCsv('"a\n', { header: false }), "bad rows, line 1: a quote that is not closed"],
    [
      "text of bad rows alone, with what is wrong",
      () => parseCsv("a,b\n1\n2\n", { badRows: "skip" }),
      "bad rows, line 2: expected 2 cells, got 1; line 3: expected 2 cells, got 1",
    ],
    ["a name twice", () => parseCsv("a,a\n1,2"), 'expected names that differ; give your own as columns, got "a"'],
    [
      "types of no column",
      () => parseCsv("a,b\n1,2", { types: { c: "text" } }),
      'expected types of the columns a, b, got "c"',
    ],
    [
      "a type that is none",
      () => parseCsv("a\n1", { types: { a: "date" as never } }),
      'expected a type "number", "boolean" or "text", got "date"',
    ],
    ["an unknown option", () => parseCsv("a\n1", { sep: ";" } as never), 'parseCsv: unknown option "sep"'],
    ["a quote as delimiter", () => parseCsv("a\n1", { delimiter: '"' }), "expected a delimiter without quotes"],
    [
      "another way with bad rows",
      () => parseCsv("a\n1", { badRows: "warn" as never }),
      'badRows to be "throw" or "skip"',
    ],
    ["a name as columns", () => parseCsv("a\n1", { columns: "a" as never }), "expected columns to be a list of texts"],
  ])("refuses %s", (_, misuse, message) => {
    expect(misuse).toThrow(message);
  });
});

describe("readCsv", () => {
  it("reads a file, and names it in errors", () => {
    const folder = mkdtempSync(join(tmpdir(), "sedge-csv-"));
    try {
      const path = join(folder, "a.csv");
      writeFileSync(path, "a,b\n1,é\n2\n");
      expect(readCsv(path, { badRows: "skip" }).column("b")).toEqual(["é"]);
      expect(() => readCsv(path)).toThrow(`parseCsv: ${path}: bad rows, line 3`);
      writeFileSync(path, Buffer.from("a\né\n", "latin1"));
      expect(() => readCsv(path)).toThrow(/^readCsv: cannot read .*utf-8/i);
      expect(() => readCsv(join(folder, "none.csv"))).toThrow(
        `readCsv: cannot read ${join(folder, "none.csv")}: ENOENT`,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

// The reference vectors pass, and the runner that says so can fail.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as sedge from "../src/entry.ts";
import { compare, compareNumbers } from "./oracle/compare.ts";
import { report, totals } from "./oracle/report.ts";
import { type Result, runCase, runCases } from "./oracle/run.ts";
import { readSafetensors } from "./oracle/safetensors.ts";
import { type Case, readVectors } from "./oracle/vectors.ts";

const vectors = fileURLToPath(new URL("./oracle/vectors", import.meta.url));
const cases = readVectors(vectors);
const script = fileURLToPath(new URL("../scripts/oracle.ts", import.meta.url));
const tsx = fileURLToPath(new URL("../node_modules/tsx/dist/cli.mjs", import.meta.url));

describe("the reference vectors", () => {
  let results: Result[] = [];
  beforeAll(() => {
    results = runCases(cases, sedge);
  }, 180_000);

  test("hold 749 cases", () => {
    expect(results).toHaveLength(749);
  });

  test("have no failing case", () => {
    expect(results.filter((r) => r.status === "failed").map((r) => `${r.name} ${r.reason}`)).toEqual([]);
  });

  test("all pass, none skipped", () => {
    expect(results.filter((r) => r.status !== "passed").map((r) => r.name)).toEqual([]);
  });
});

describe("the runner", () => {
  const folder = mkdtempSync(join(tmpdir(), "sedge-oracle-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What is changed in a copy of the vectors: an entry of a stored tensor, or its first entry that is NaN. */
  type Change = [name: string, role: string, entry: number | "nan"];
  const changes: Change[] = [
    ["conv.009.conv2d", "out.y", 7],
    ["conv.009.conv2d", "grad.weight", 0],
    ["conv.006.conv2d", "grad.bias", 1],
    ["binary.036.eq", "out.y", 0],
    ["binary.054.logical_and", "out.y", 1],
    ["special.024.argmax", "out.y", 0],
    ["special.014.maximum", "out.y", "nan"],
    ["special.016.add", "out.y", 0],
    ["optim.006.adam", "out.p1.step5", 2],
    ["train.000.mlp", "out.losses", 19],
    ["train.000.mlp", "out.final.2.bias", 0],
    ["graph.003.program", "grad.c", 3],
    ["embedding.002.embedding", "grad.weight", 0],
    ["medium.012.cross_entropy", "grad.x", 5],
    ["fuzz.054.matmul", "grad.b", 0],
    ["shape.002.reshape", "grad.x", 4],
  ];

  /** Changes one value on disk: a boolean is flipped, NaN becomes 0, infinity NaN, a number gets more. */
  function corrupt([name, role, entry]: Change): void {
    const kase = cases.find((c) => c.name === name);
    if (!kase) throw new Error(`no case ${name}`);
    const { values, offset } = kase.stored(role);
    const at = entry === "nan" ? values.findIndex(Number.isNaN) : entry;
    const old = values[at];
    if (old === undefined) throw new Error(`${name} has no such entry in ${role}`);
    const path = join(folder, `${kase.group}.safetensors`);
    const file = readFileSync(path);
    if (values instanceof Uint8Array) file.writeUInt8(1 - old, offset + at);
    else if (values instanceof Int32Array) file.writeInt32LE(old + 1, offset + 4 * at);
    else
      file.writeFloatLE(Number.isFinite(old) ? old * 1.01 + 1e-3 : Number.isNaN(old) ? 0 : Number.NaN, offset + 4 * at);
    writeFileSync(path, file);
  }

  test.each([1, 3, 8, changes.length])(
    "fails exactly the cases in which %i values were changed",
    (k) => {
      cpSync(vectors, folder, { recursive: true });
      for (const change of changes.slice(0, k)) corrupt(change);
      const failed = runCases(readVectors(folder), sedge).filter((r) => r.status === "failed");
      expect(failed.map((r) => r.name).sort()).toEqual([...new Set(changes.slice(0, k).map(([name]) => name))].sort());
    },
    180_000,
  );

  test("exits with 1 when a case fails, with its totals alone on the last line, and with --json prints one object", () => {
    cpSync(vectors, folder, { recursive: true });
    corrupt(changes[0]!);
    const command = (...args: string[]) =>
      spawnSync(process.execPath, [tsx, script, folder, ...args], { encoding: "utf8", maxBuffer: 2 ** 26 });
    const { status, stdout } = command();
    expect(status).toBe(1);
    expect(stdout).toMatch(/^FAILED conv\.009\.conv2d out\.y: max error .*$/m);
    expect(stdout).toMatch(/\n\d+ passed, 1 failed, \d+ skipped\n$/);
    const json = command("--json");
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ failed: 1, ops: { conv2d: { failed: 1 } } });
  }, 180_000);

  const [relu] = cases.filter((c) => c.op === "relu");

  test("skips a case only when no function of its name is exported", () => {
    expect(runCase(relu!, { ...sedge, relu: undefined }).status).toBe("skipped");
    expect(runCase(relu!, sedge).status).toBe("passed");
  });

  test("counts an exception as a failure and tells its message", () => {
    const relu6 = (): never => {
      throw new RangeError("relu: no");
    };
    expect(runCase(relu!, { ...sedge, relu: relu6 })).toMatchObject({
      status: "failed",
      reason: "threw RangeError: relu: no",
    });
  });

  test("fails a case whose gradient does not reach the input", () => {
    const detached = (x: sedge.Tensor) => sedge.add(sedge.detach(sedge.relu(x)), sedge.mul(x, 0));
    expect(runCase(relu!, { ...sedge, relu: detached })).toMatchObject({ status: "failed" });
  });

  /** A made-up case whose stored tensors are all zeros. */
  const zerosCase = (
    op: string,
    kwargs: object,
    shapes: Record<string, number[]>,
    y: number[],
    grads: string[],
  ): Case => ({
    name: `zeros.${op}`,
    op,
    kwargs: { ...kwargs },
    group: "shape",
    inputs: Object.keys(shapes),
    outputs: ["y"],
    cotangents: ["y"],
    grads,
    stored(role) {
      const shape = shapes[role.split(".")[1]!] ?? y;
      return { shape, values: new Float32Array(shape.reduce((n, d) => n * d, 1)), offset: 0 };
    },
  });

  test.each<[string, object, Record<string, number[]>, number[]]>([
    ["conv2d", { stride: 2, padding: 1 }, { x: [1, 2, 5, 5], weight: [3, 2, 3, 3] }, [1, 3, 3, 3]],
    ["conv2d", { groups: 2 }, { x: [2, 5, 5], weight: [4, 1, 3, 3], bias: [4] }, [4, 3, 3]],
    ["transpose", { dim0: 0, dim1: -1 }, { x: [2, 3, 4] }, [4, 3, 2]],
    ["flatten", { start_dim: 1, end_dim: -1 }, { x: [2, 3, 4] }, [2, 12]],
    ["select", { dim: 1, index: -1 }, { x: [2, 3, 4] }, [2, 4]],
    ["broadcast_to", { shape: [2, 3] }, { x: [3] }, [2, 3]],
    ["slice", { slices: [[null, 3, 1], [1, null, 2]] }, { x: [5, 6] }, [3, 3]], // biome-ignore format: a row
    ["mean", { dim: null, keepdim: true }, { x: [5, 6] }, [1, 1]],
  ])("calls %s with PyTorch's options %o", (op, kwargs, shapes, y) => {
    expect(runCase(zerosCase(op, kwargs, shapes, y, Object.keys(shapes)), sedge).reason).toBeUndefined();
  });

  test("takes a gradient that is missing for zeros", () => {
    const first = (x: sedge.Tensor) => sedge.neg(x);
    const kase = zerosCase("add", {}, { a: [2], b: [2] }, [2], ["a", "b"]);
    expect(runCase(kase, { ...sedge, add: first }).status).toBe("passed");
  });

  test("tells the tensor, the error, what is allowed and both values", () => {
    const twice = (x: sedge.Tensor) => sedge.mul(sedge.relu(x), 2);
    const { reason } = runCase(relu!, { ...sedge, relu: twice });
    expect(reason).toMatch(/^out\.y: max error \S+, allowed \S+, at \[.*\]: expected \S+, got \S+ \(and 1 more/);
  });

  test("ends its report with the totals alone", () => {
    const results = runCases(cases.slice(0, 3), sedge);
    const { passed, failed, skipped } = totals(results);
    expect(report(results).split("\n").at(-1)).toBe(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  });
});

describe("the pass rule", () => {
  /** A case of one output whose stored values are given. */
  const kaseOf = (group: string, f32: [number, number] | null): Case => ({
    name: "made.up",
    op: "made_up",
    kwargs: {},
    group,
    f32: { "out.y": f32 },
    stored: () => expected([0]),
  });
  const expected = (values: number[]) => ({ shape: [values.length], values: Float32Array.from(values), offset: 0 });
  const verdict = (group: string, f32: [number, number] | null, got: number[], want: number[]) =>
    compare(kaseOf(group, f32), "out.y", { shape: [got.length], values: Float32Array.from(got) }, expected(want));

  test.each([
    ["unary", 2e-6],
    ["embedding", 2e-6],
    ["conv", 1e-5],
    ["graph", 1e-5],
    ["train", 1e-4],
  ])("allows r * max |expected| in the group %s, and no more", (group, r) => {
    expect(verdict(group, [0, 64], [64 + 64 * r * 0.9], [64])).toBeNull();
    expect(verdict(group, [0, 64], [64 + 64 * r * 1.2], [64])).not.toBeNull();
  });

  test("allows 8 times torch's own error where that is more", () => {
    expect(verdict("unary", [0.5, 1], [4.9], [1])).toBeNull();
    expect(verdict("unary", [0.5, 1], [5.1], [1])).not.toBeNull();
  });

  test("allows 1e-6 near zero", () => {
    expect(verdict("unary", [0, 1e-9], [0.9e-6], [0])).toBeNull();
    expect(verdict("unary", [0, 1e-9], [1.1e-6], [0])).not.toBeNull();
  });

  test("fails NaN outside the group special", () => {
    expect(verdict("unary", [0, 1], [Number.NaN], [1])).not.toBeNull();
    expect(verdict("unary", [0, 1], [Number.NaN], [Number.NaN])).not.toBeNull();
  });

  test("wants NaN and infinities of special in the same places, and takes -0 for 0", () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    expect(verdict("special", null, [nan, inf, -inf, -0, 2], [nan, inf, -inf, 0, 2])).toBeNull();
    for (const got of [
      [0, inf],
      [nan, nan],
      [nan, -inf],
      [nan, 1e38],
      [inf, inf],
    ]) {
      expect(verdict("special", null, got, [nan, inf]), String(got)).not.toBeNull();
    }
    expect(verdict("special", null, [2.001, inf], [2, inf])).not.toBeNull();
  });

  test("wants the same shape and kind", () => {
    const kase = kaseOf("unary", [0, 1]);
    expect(compare(kase, "out.y", { shape: [1, 1], values: new Float32Array(1) }, expected([0]))?.text).toContain(
      "shape",
    );
    expect(compare(kase, "out.y", { shape: [1], values: new Int32Array(1) }, expected([0]))?.text).toContain("int32");
  });

  test("compares a schedule's numbers at 1e-6 relative", () => {
    expect(compareNumbers("lrs", [0.1, 0.01], [0.1, 0.010000000001])).toBeNull();
    expect(compareNumbers("lrs", [0.1, 0.01], [0.1, 0.0100001])).not.toBeNull();
    expect(compareNumbers("lrs", [0.1], [0.1, 0.1])).not.toBeNull();
  });
});

describe("the reader of safetensors", () => {
  /** A file of one tensor `t` of three bytes. */
  function file(entry: object, data: number[]): Uint8Array {
    const header = new TextEncoder().encode(JSON.stringify({ t: entry }));
    const bytes = new Uint8Array(8 + header.length + data.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(header, 8);
    bytes.set(data, 8 + header.length);
    return bytes;
  }

  test.each([
    ["an array", (bytes: Uint8Array) => bytes],
    ["a Buffer, whose slices are views", (bytes: Uint8Array) => Buffer.from(bytes)],
  ])("gives shapes, values and where they stand in %s", (_, of) => {
    const bytes = file({ dtype: "F32", shape: [1, 1], data_offsets: [0, 4] }, [0, 0, 128, 63]);
    const t = readSafetensors(of(bytes)).get("t");
    expect(t).toEqual({ shape: [1, 1], values: Float32Array.of(1), offset: bytes.length - 4 });
  });

  test.each([
    ["a truncated tensor", file({ dtype: "U8", shape: [3], data_offsets: [0, 3] }, [1, 2]), "expected 3 values in t"],
    [
      "a shape of another size",
      file({ dtype: "U8", shape: [2], data_offsets: [0, 3] }, [1, 2, 3]),
      "expected 2 values in t",
    ],
    ["an unknown kind", file({ dtype: "C64", shape: [1], data_offsets: [0, 1] }, [1]), "F32, I32 or U8, got C64"],
    [
      "a truncated header",
      file({ dtype: "U8", shape: [1], data_offsets: [0, 1] }, [1]).slice(0, 20),
      "expected a header",
    ],
    ["an empty file", new Uint8Array(0), "expected at least 8 bytes, got 0"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
});

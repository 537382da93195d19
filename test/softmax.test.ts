// softmax, logSoftmax, softmin and logsumexp along every axis: large magnitudes, infinities, gradients, refusals.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { tensor } from "../src/ops/create.ts";
import { logSoftmax, logsumexp, softmax, softmin } from "../src/ops/softmax.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";
import { axisSets, groups, named, SHAPES } from "./groups.ts";

/** Applies `fn` to every line along the axis, in float64. */
function alongAxis(x: Tensor, axis: number, fn: (line: number[]) => number[]): number[] {
  const out = new Array<number>(x.size);
  for (const group of groups(x.shape, [axis])) {
    const line = fn(group.map((i) => x.data[i]!));
    group.forEach((at, i) => {
      out[at] = line[i]!;
    });
  }
  return out;
}

const logOf = (line: number[]): number[] => {
  const max = Math.max(...line);
  const log = Math.log(line.reduce((s, v) => s + Math.exp(v - max), 0));
  return line.map((v) => v - max - log);
};
const ofLine = (line: number[]): number[] => logOf(line).map(Math.exp);

function expectClose(y: Tensor, want: readonly number[], tolerance: number): void {
  Array.from(y.data).forEach((v, i) => {
    if (Number.isNaN(want[i])) expect(v).toBeNaN();
    else if (!Number.isFinite(want[i])) expect(v).toBe(want[i]);
    else expect(Math.abs(v - want[i]!)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(want[i]!)));
  });
}

const ALL: readonly Shape[] = [...SHAPES.filter((s) => s.length > 0), [3, 1030], [1030, 3], [2, 21, 33]];

describe.each([
  { name: "softmax", op: softmax, fn: ofLine },
  { name: "logSoftmax", op: logSoftmax, fn: logOf },
  { name: "softmin", op: softmin, fn: (line: number[]) => ofLine(line.map((v) => -v)) },
])("$name", ({ name, op, fn }) => {
  it.each(named(ALL))("is its float64 reference along every axis of $name", ({ shape }) => {
    for (const scale of [1, 30, 1e4]) {
      const x = random(shape, 2, scale);
      for (const axis of shape.keys()) expectClose(op(x, { axis }), alongAxis(x, axis, fn), 1e-6);
    }
  });

  it("takes -infinity for a probability of 0, and gives NaN for lines that have none", () => {
    const x = tensor([
      [1, -Infinity, 2, 3, -Infinity],
      [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
      [1, NaN, 2, 3, 4],
      [1, Infinity, 2, 3, 4],
      [NaN, -Infinity, 2, 3, Infinity],
    ]);
    if (name === "softmin") return;
    expectClose(op(x), alongAxis(x, 1, fn), 1e-6);
    expectClose(op(x, { axis: 0 }), alongAxis(x, 0, fn), 1e-6);
  });

  it("of one element is certain", () => {
    expect(op(tensor([[3], [-1e4]])).toArray()).toEqual(name === "logSoftmax" ? [[0], [0]] : [[1], [1]]);
    expect(op(tensor(5)).item()).toBe(name === "logSoftmax" ? 0 : 1);
  });

  it("of no elements has none", () => {
    for (const shape of [[0], [0, 3], [3, 0]]) {
      for (const axis of shape.keys()) expect(op(random(shape), { axis }).shape).toEqual(shape);
    }
  });

  it("has the gradient of its reference along every axis", () => {
    for (const shape of [[5], [3, 4], [2, 3, 5], [2, 18, 2]]) {
      for (const axis of shape.keys()) checkOp(name, (x) => op(x, { axis }), [random(shape, 3, 2)]);
    }
  });

  it("names what is wrong", () => {
    expect(() => op(random([2, 2]), { axis: 2 })).toThrow(
      new RangeError(`${name}: expected axis from -2 to 1 for rank 2, got 2`),
    );
    expect(() => op(tensor(Int32Array.of(1)))).toThrow(new TypeError(`${name}: expected x to be float32, got int32`));
    expect(() => op(random([2]), { dim: 1 } as object)).toThrow(
      new TypeError(`${name}: unknown option "dim"; expected one of axis`),
    );
  });
});

describe("softmax", () => {
  it("adds up to 1 in float32 over rows of any length", () => {
    for (let n = 1; n < 70; n++) {
      const total = Array.from(softmax(random([n], n, 4)).data).reduce((s, v) => s + v, 0);
      expect(Math.abs(total - 1)).toBeLessThan(5e-7);
    }
  });

  it("gives the same bits along a row and along a column of up to 16 elements", () => {
    // Longer lines are summed in lanes here and in turn there; each way depends on the length alone.
    const row = random([2], 7, 3);
    const columns = tensor(Float32Array.from([...row.data].flatMap((v) => [v, v, v])), { shape: [2, 3] });
    const want = softmax(row).toArray() as number[];
    expect(softmax(columns, { axis: 0 }).toArray()).toEqual(want.map((v) => [v, v, v]));
  });
});

describe("logsumexp", () => {
  const reference = (line: number[]): number => {
    const max = line.some(Number.isNaN) ? NaN : Math.max(...line);
    return Number.isFinite(max) ? max + Math.log(line.reduce((s, v) => s + Math.exp(v - max), 0)) : max;
  };

  it.each(named(SHAPES))("is its float64 reference over every set of axes of $name", ({ shape }) => {
    for (const scale of [1, 1e4]) {
      const x = random(shape, 8, scale);
      for (const axes of axisSets(shape.length)) {
        const want = groups(shape, axes).map((group) => reference(group.map((i) => x.data[i]!)));
        expectClose(logsumexp(x, { axis: axes }), want, 5e-7);
      }
    }
  });

  it("is the infinity among its elements, -infinity for none, and NaN beside NaN", () => {
    const x = tensor([
      [1, -Infinity, 2],
      [-Infinity, -Infinity, -Infinity],
      [1, Infinity, -Infinity],
      [1, NaN, 2],
      [Infinity, NaN, -Infinity],
    ]);
    for (const axis of [0, 1]) {
      const want = groups(x.shape, [axis]).map((group) => reference(group.map((i) => x.data[i]!)));
      expectClose(logsumexp(x, { axis }), want, 1e-6);
    }
    expect(logsumexp(random([2, 0]), { axis: 1 }).toArray()).toEqual([-Infinity, -Infinity]);
  });

  it("has the gradient of its reference for axes beside and apart", () => {
    for (const axis of [undefined, 0, 1, 2, [0, 2], [1, 2]]) {
      for (const keepDims of [false, true]) {
        checkOp("logsumexp", (x) => logsumexp(x, { axis, keepDims }), [random([2, 5, 3], 1, 3)]);
      }
    }
  });

  it("refuses what is not float32", () => {
    expect(() => logsumexp(tensor([true]))).toThrow(new TypeError("logsumexp: expected x to be float32, got bool"));
    expect(sizeOf(logsumexp(random([3])).shape)).toBe(1);
  });
});

// Writes and sums by index tensors against plain loops: repeats, parts, dtypes, gradients.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { arange, ones, tensor, zeros } from "../src/ops/create.ts";
import { gather, take } from "../src/ops/gather.ts";
import { indexAdd, indexCopy, indexFill, scatter, scatterAdd } from "../src/ops/scatter.ts";
import { reshape } from "../src/ops/shape.ts";
import { type Shape, sizeOf, stridesOf } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

const int = (values: readonly number[], shape: Shape = [values.length]): Tensor =>
  tensor(Int32Array.from(values), { shape });

/** The flat positions in x and src that each index joins, in order. */
function places(x: Shape, index: Tensor, src: Shape, axis: number): [to: number, from: number][] {
  const [own, wide, small] = [stridesOf(index.shape), stridesOf(x), stridesOf(src)];
  return Array.from(index.data, (value, at) => {
    const position = own.map((stride, i) => Math.floor(at / stride) % index.shape[i]!);
    const sum = (strides: readonly number[], p: readonly number[]): number =>
      p.reduce((s, v, i) => s + v * strides[i]!, 0);
    return [
      sum(
        wide,
        position.map((v, i) => (i === axis ? value : v)),
      ),
      sum(small, position),
    ];
  });
}

const CASES: [x: number[], index: number[], src: number[], axis: number][] = [
  [[4], [6], [6], 0],
  [[3, 5], [3, 2], [3, 2], 1],
  [[3, 5], [7, 5], [7, 5], 0],
  [[3, 5, 2], [2, 3, 1], [3, 4, 2], 1],
  [[3, 5, 2], [1, 5, 4], [1, 5, 4], 2],
];

describe("scatter and scatterAdd", () => {
  it.each(CASES)("x %j, index %j, src %j, axis %i", (shape, wanted, source, axis) => {
    const [x, src] = [random(shape), random(source, 2)];
    const index = int(
      Array.from({ length: sizeOf(wanted) }, (_, i) => (i * i * 7 + i) % shape[axis]!),
      wanted,
    );
    const [put, added] = [Float32Array.from(x.data), Float32Array.from(x.data)];
    for (const [to, from] of places(shape, index, source, axis)) {
      put[to] = src.data[from]!;
      added[to] = added[to]! + src.data[from]!;
    }
    expect([...scatter(x, index, src, { axis }).data]).toEqual([...put]);
    expect([...scatterAdd(x, index, src, { axis }).data]).toEqual([...added]); // in order: the same bits
    checkOp("scatterAdd", (x, src) => scatterAdd(x!, index, src!, { axis }), [x, src]);
  });

  it("has the gradients of what is kept and of what is written", () => {
    const index = int([2, 0], [2, 1]);
    checkOp("scatter", (x, src) => scatter(x!, index, src!, { axis: 1 }), [random([2, 3]), random([2, 2])]);
    checkOp("scatter", (x) => scatter(x!, index, 5, { axis: 1 }), [random([2, 3])]);
  });

  it("keeps int32 and bool, and takes scalars and nothing", () => {
    expect(scatterAdd(int([1, 2, 3]), int([0, 0]), int([2 ** 30, 5]), { axis: 0 }).toArray()).toEqual([
      2 ** 30 + 6,
      2,
      3,
    ]);
    const bools = scatter(tensor([true, true]), int([1]), tensor([false]), { axis: 0 });
    expect([bools.dtype, bools.toArray()]).toEqual(["bool", [true, false]]);
    expect(scatter(tensor(1), int([0], []), tensor(2), { axis: 0 }).item()).toBe(2);
    expect(scatter(zeros([0]), int([]), zeros([0]), { axis: 0 }).shape).toEqual([0]);
    expect(gather(tensor([[true], [false]]), int([1, 0], [2, 1]), { axis: 0 }).toArray()).toEqual([[false], [true]]);
  });
});

describe("indexAdd, indexCopy and indexFill", () => {
  const index = int([2, 0, 2]);

  it("take slices across any axis", () => {
    const rows = indexAdd(zeros([3, 2]), index, reshape(arange(6, { dtype: "float32" }), [3, 2]), { alpha: 2 });
    expect(rows.toArray()).toEqual([
      [4, 6],
      [0, 0],
      [8, 12],
    ]);
    const columns = indexCopy(ones([2, 3]), int([2, 0]), tensor([[5, 6], [7, 8]]), { axis: -1 }); // biome-ignore format: a matrix
    expect(columns.toArray()).toEqual([
      [6, 1, 5],
      [8, 1, 7],
    ]);
    expect(indexFill(int([1, 2, 3]), int([1], []), 9).toArray()).toEqual([1, 9, 3]);
    expect(indexAdd(int([1, 2, 3]), index, int([10, 20, 30])).toArray()).toEqual([21, 2, 43]);
    expect(indexCopy(tensor([true, true]), int([0]), tensor([false])).toArray()).toEqual([false, true]);
  });

  it("have gradients", () => {
    const inputs = () => [random([3, 2]), random([3, 2], 2)];
    checkOp("indexAdd", (x, src) => indexAdd(x!, index, src!, { alpha: -2 }), inputs());
    checkOp("indexCopy", (x, src) => indexCopy(x!, int([2, 0, 1]), src!), inputs());
    checkOp("indexFill", (x) => indexFill(x!, index, 3), [random([3, 2])]);
  });
});

it("take looks up flat positions, and adds up their gradients", () => {
  const x = reshape(arange(6), [2, 3]);
  expect(take(x, int([5, 0, 5, 1], [2, 2])).toArray()).toEqual([
    [5, 0],
    [5, 1],
  ]);
  expect(take(tensor(4), int([0])).toArray()).toEqual([4]);
  checkOp("take", (x) => take(x!, int([5, 0, 5])), [random([2, 3])]);
});

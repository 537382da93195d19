// Rolls, repeats, moved axes and turns; and the joins and parts that came with them.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { arange, tensor, zeros } from "../src/ops/create.ts";
import { dstack, hstack, meshgrid, vstack } from "../src/ops/join.ts";
import { movedim, repeatInterleave, roll, rot90, swapaxes, tile } from "../src/ops/reorder.ts";
import { ravel, reshape, unflatten } from "../src/ops/shape.ts";
import { narrow, tensorSplit, unbind } from "../src/ops/slice.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

const counted = (...shape: number[]): Tensor => reshape(arange(shape.reduce((a, b) => a * b, 1)), shape);

describe("roll", () => {
  it("moves element i to (i + shift) mod n, by any shift", () => {
    for (let shift = -9; shift <= 9; shift++) {
      const want = [0, 1, 2, 3].map((i) => (((i - shift) % 4) + 4) % 4);
      expect(roll(counted(4), shift).toArray()).toEqual(want);
      expect(roll(counted(4, 1), shift, { axis: 0 }).toArray()).toEqual(want.map((v) => [v]));
    }
  });

  it("takes several axes, the whole as one list, scalars and nothing", () => {
    expect(roll(counted(2, 3), [1, -1], { axis: [0, 1] }).toArray()).toEqual([
      [4, 5, 3],
      [1, 2, 0],
    ]);
    expect(roll(counted(2, 3), 1).toArray()).toEqual([
      [5, 0, 1],
      [2, 3, 4],
    ]);
    expect(roll(tensor(3), 2).item()).toBe(3);
    expect(roll(zeros([0, 2]), 1, { axis: 0 }).shape).toEqual([0, 2]);
    expect(roll(tensor([true, false]), 1).toArray()).toEqual([false, true]);
    checkOp("roll", (x) => roll(x!, [2, 1], { axis: [1, 0] }), [random([2, 3])]);
  });
});

describe("repeatInterleave", () => {
  it("repeats by one count or by one for each position", () => {
    expect(repeatInterleave(counted(2, 2), 2).toArray()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(repeatInterleave(counted(2, 2), 2, { axis: 1 }).toArray()).toEqual([
      [0, 0, 1, 1],
      [2, 2, 3, 3],
    ]);
    expect(repeatInterleave(counted(3), [2, 0, 1]).toArray()).toEqual([0, 0, 2]);
    expect(repeatInterleave(counted(1, 2), tensor([0, 3], { dtype: "int32" }), { axis: -1 }).toArray()).toEqual([
      [1, 1, 1],
    ]);
    expect(repeatInterleave(counted(3), [2]).toArray()).toEqual([0, 0, 1, 1, 2, 2]);
    expect(repeatInterleave(tensor(5), 2).toArray()).toEqual([5, 5]);
    expect(repeatInterleave(counted(3), 0).shape).toEqual([0]);
    checkOp("repeatInterleave", (x) => repeatInterleave(x!, [2, 0, 1], { axis: 1 }), [random([2, 3])]);
    checkOp("repeatInterleave", (x) => repeatInterleave(x!, 3, { axis: 0 }), [random([2, 3])]);
  });
});

it("tile repeats the last axes where there are fewer entries", () => {
  expect(tile(counted(2, 2), [2]).toArray()).toEqual([
    [0, 1, 0, 1],
    [2, 3, 2, 3],
  ]);
  expect(tile(counted(2), [2, 1]).shape).toEqual([2, 2]);
  expect(tile(counted(2), []).toArray()).toEqual([0, 1]);
});

it("movedim and swapaxes order axes", () => {
  const x = zeros([2, 3, 4, 5]);
  expect(movedim(x, 0, 2).shape).toEqual([3, 4, 2, 5]);
  expect(movedim(x, [3, 0], [0, 1]).shape).toEqual([5, 2, 3, 4]);
  expect(movedim(x, [-1, 1], [1, -1]).shape).toEqual([2, 5, 4, 3]);
  expect(movedim(counted(2, 3), 0, 1).toArray()).toEqual(swapaxes(counted(2, 3), 0, 1).toArray());
});

it("rot90 turns by quarters, and four of them are none", () => {
  expect(rot90(counted(2, 3)).toArray()).toEqual([
    [2, 5],
    [1, 4],
    [0, 3],
  ]);
  for (let k = -4; k <= 4; k++) {
    let turned = counted(2, 3, 2);
    for (let i = 0; i < (k + 8) % 4; i++) turned = rot90(turned, 1, { axes: [2, 0] });
    expect(rot90(counted(2, 3, 2), k, { axes: [2, 0] }).toArray()).toEqual(turned.toArray());
  }
});

describe("joins", () => {
  it("vstack, hstack and dstack add the axes they join along", () => {
    const [a, b] = [counted(2), counted(2)];
    expect([vstack([a, b]), hstack([a, b]), dstack([a, b])].map((y) => y.shape)).toEqual([[2, 2], [4], [1, 2, 2]]);
    expect([vstack, hstack, dstack].map((join) => join([tensor(1), tensor(2)]).shape)).toEqual([
      [2, 1],
      [2],
      [1, 1, 2],
    ]);
    const m = counted(2, 3);
    expect([vstack, hstack, dstack].map((join) => join([m, m]).shape)).toEqual([
      [4, 3],
      [2, 6],
      [2, 3, 2],
    ]);
  });

  it("meshgrid spans lists, by matrix or by image convention", () => {
    const lists = [counted(2), counted(3), tensor(7)];
    expect(meshgrid(lists).map((y) => y.shape)).toEqual([[2, 3, 1], [2, 3, 1], [2, 3, 1]]); // biome-ignore format: one line
    const [x, y] = meshgrid(lists.slice(0, 2), { indexing: "xy" });
    expect(x!.toArray()).toEqual([[0, 1], [0, 1], [0, 1]]); // biome-ignore format: matrices
    expect(y!.toArray()).toEqual([[0, 0], [1, 1], [2, 2]]); // biome-ignore format: matrices
    checkOp("meshgrid", (a) => meshgrid([a!, tensor([1, 2, 3])])[0]!, [random([2])]);
  });
});

describe("parts", () => {
  it("tensorSplit cuts evenly, or at positions by Python's rules", () => {
    const parts = (sections: number | number[]): unknown => tensorSplit(counted(5), sections).map((y) => y.toArray());
    expect(parts(2)).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(parts(7)).toEqual([[0], [1], [2], [3], [4], [], []]);
    expect(parts([1, -1])).toEqual([[0], [1, 2, 3], [4]]);
    expect(parts([3, 1, 9])).toEqual([[0, 1, 2], [], [1, 2, 3, 4], []]);
    expect(parts([])).toEqual([[0, 1, 2, 3, 4]]);
  });

  it("unbind and narrow share storage along the leading axis", () => {
    const x = counted(2, 3);
    const [, row] = unbind(x);
    row!.data[0] = 9;
    narrow(x, 0, 0, 1).data[1] = 8;
    expect(x.toArray()).toEqual([
      [0, 8, 2],
      [9, 4, 5],
    ]);
    expect(unbind(x, { axis: -1 }).map((y) => y.toArray())).toEqual([[0, 9], [8, 4], [2, 5]]); // biome-ignore format: one line
    expect(narrow(x, 1, -2, 2).toArray()).toEqual([[8, 2], [4, 5]]); // biome-ignore format: a matrix
  });

  it("unflatten and ravel are views", () => {
    const x = counted(2, 6);
    expect(unflatten(x, -1, [-1, 2]).shape).toEqual([2, 3, 2]);
    ravel(unflatten(x, 1, [2, 3])).data[0] = 5;
    expect(x.data[0]).toBe(5);
  });
});

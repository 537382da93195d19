// Products that are compositions, against the ops and numbers they stand for.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { add, mul } from "../src/ops/binary.ts";
import { full, tensor } from "../src/ops/create.ts";
import { einsum } from "../src/ops/einsum.ts";
import { addbmm, addmv, addr, baddbmm, bilinear, cross, kron, trace } from "../src/ops/products.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

const options = { alpha: 2, beta: -3 };

describe.each([
  {
    name: "baddbmm",
    op: baddbmm,
    equation: "bij,bjk->bik",
    shapes: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    input: [3, 1],
  },
  {
    name: "addbmm",
    op: addbmm,
    equation: "bij,bjk->ik",
    shapes: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    input: [5],
  },
  { name: "addmv", op: addmv, equation: "ij,j->i", shapes: [[3, 4], [4]], input: [] },
  { name: "addr", op: addr, equation: "i,j->ij", shapes: [[3], [4]], input: [3, 4] },
])("$name", ({ name, op, equation, shapes, input }) => {
  // biome-ignore format: a table
  const operands = (): [Tensor, Tensor, Tensor] => [random(input), random(shapes[0]!, 2), random(shapes[1]!, 3)];

  it("is beta input + alpha times the product", () => {
    const [x, a, b] = operands();
    const product = einsum(equation, a, b);
    const want = add(mul(product, 2), mul(x, -3));
    const y = op(x, a, b, options);
    expect(y.shape).toEqual(want.shape);
    Array.from(y.data).forEach((v, i) => {
      expect(Math.abs(v - want.data[i]!)).toBeLessThan(1e-5);
    });
    checkOp(name, (x, a, b) => op(x, a, b, options), operands());
  });

  it("ignores input with beta 0, NaN too", () => {
    const [, a, b] = operands();
    expect(op(full(input, NaN), a, b, { beta: 0 }).data.every(Number.isFinite)).toBe(true);
  });

  it("refuses an input that is larger than the product", () => {
    const [, a, b] = operands();
    expect(() => op(random([7, 2, 3, 5]), a, b)).toThrow(name);
  });
});

describe("bilinear", () => {
  it("is a' W b + bias for each output", () => {
    const [a, b, w, bias] = [random([2, 3], 2), random([2, 4], 3), random([5, 3, 4], 4), random([5], 5)] as const;
    const y = bilinear(a, b, w, bias);
    expect(y.shape).toEqual([2, 5]);
    for (let n = 0; n < 2; n++) {
      for (let o = 0; o < 5; o++) {
        let want = bias.data[o]!;
        for (let i = 0; i < 3; i++) {
          for (let j = 0; j < 4; j++) want += a.data[n * 3 + i]! * w.data[(o * 3 + i) * 4 + j]! * b.data[n * 4 + j]!;
        }
        expect(Math.abs(y.data[n * 5 + o]! - want)).toBeLessThan(1e-6);
      }
    }
    checkOp("bilinear", bilinear, [a, b, w, bias]);
    expect(bilinear(random([3]), random([4]), w).shape).toEqual([5]);
    expect(bilinear(random([2, 6, 3]), random([2, 6, 4]), w).shape).toEqual([2, 6, 5]);
  });
});

describe("kron", () => {
  it("puts blocks together, of operands of different rank too", () => {
    const eye = tensor([[1, 0], [0, 2]]); // biome-ignore format: a matrix
    expect(kron(eye, tensor([[1, 2]])).toArray()).toEqual([[1, 2, 0, 0], [0, 0, 2, 4]]); // biome-ignore format: a matrix
    expect(kron(tensor([1, 10]), eye).toArray()).toEqual([[1, 0, 10, 0], [0, 2, 0, 20]]); // biome-ignore format: a matrix
    expect(kron(tensor(Int32Array.of(2)), tensor([true])).dtype).toBe("int32");
    checkOp("kron", kron, [random([2, 3]), random([2], 3)]);
  });
});

describe("trace", () => {
  it("sums the diagonal of tall and wide matrices", () => {
    const values = [1, 2, 3, 4, 5, 6];
    expect(trace(tensor(values, { shape: [2, 3] })).item()).toBe(6);
    expect(trace(tensor(values, { shape: [3, 2] })).item()).toBe(5);
    expect(trace(tensor([], { shape: [0, 3] })).item()).toBe(0);
    checkOp("trace", trace, [random([4, 3])]);
  });
});

describe("cross", () => {
  it("is orthogonal to both, along the first axis of size 3", () => {
    expect(cross(tensor([1, 2, 3]), tensor([4, 5, 6])).toArray()).toEqual([-3, 6, -3]);
    expect(cross(random([3, 2]), random([3, 2])).shape).toEqual([3, 2]);
    const [a, b] = [random([4, 3]), random([3], 2)];
    const y = cross(a, b, { axis: -1 });
    for (let n = 0; n < 4; n++) {
      const [p, q] = [0, 1].map((i) => [0, 1, 2].reduce((s, j) => s + y.data[n * 3 + j]! * (i ? b.data[j]! : a.data[n * 3 + j]!), 0)); // biome-ignore format: one line
      expect(Math.abs(p!) + Math.abs(q!)).toBeLessThan(1e-6);
    }
    checkOp("cross", (a, b) => cross(a, b), [a, b]);
  });
});

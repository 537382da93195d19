// Convolutions over one to three axes and their transposes against their definition, with gradients; kernels with three axes write
// exactly; special values, empty batches. conv2d with all its loops is conv.test.ts.
import "../src/entry.ts";
import { describe, expect, it } from "vitest";
import { backward } from "../src/backward.ts";
import { conv1d, conv2d, conv3d } from "../src/ops/conv.ts";
import { convTranspose1d, convTranspose2d, convTranspose3d } from "../src/ops/conv-transpose.ts";
import { full, ones, zeros } from "../src/ops/create.ts";
import { tidy } from "../src/scope.ts";
import type { Tensor } from "../src/tensor.ts";
import { f32, ints, k } from "../src/wasm.ts";
import { random, values } from "./check-op.ts";
import { errorOf, naiveConvolution, type Sizes, type Windows } from "./naive-windows.ts";

const CONV = [conv1d, conv2d, conv3d] as const;
const TRANSPOSED = [convTranspose1d, convTranspose2d, convTranspose3d] as const;
type Loose = (x: Tensor, w: Tensor, b: Tensor | null, options: object) => Tensor;

interface Case extends Windows {
  dims: number;
  n: number;
  c: number;
  o: number;
  groups: number;
  outputPadding: Sizes;
}

/** Sizes of every kind over `dims` axes, such as a transposed convolution has them, and therefore a convolution, too. */
function sweep(seed: number, dims: number, count: number): Case[] {
  const draws = values(count * 128, seed);
  let at = 0;
  const int = (low: number, high: number): number => low + Math.floor(((draws[at++]! + 1) / 2) * (high - low + 1));
  const perAxis = (unit: number, draw: (axis: number) => number): Sizes =>
    [0, 1, 2].map((axis) => (axis < 3 - dims ? unit : draw(axis))) as unknown as Sizes;
  const cases: Case[] = [];
  while (cases.length < count) {
    const groups = int(0, 2) === 0 ? int(2, 3) : 1;
    const kernel = perAxis(1, () => int(1, 4));
    const stride = perAxis(1, () => int(1, 3));
    const dilation = perAxis(1, () => int(1, 2));
    const before = perAxis(0, () => int(0, 2));
    const out = perAxis(1, () => int(1, dims === 1 ? 30 : 5));
    const outputPadding = perAxis(0, (a) => int(0, Math.max(stride[a]!, dilation[a]!) - 1));
    const size = out.map(
      (n, a) => (n - 1) * stride[a]! - 2 * before[a]! + dilation[a]! * (kernel[a]! - 1) + 1 + outputPadding[a]!,
    ) as unknown as Sizes;
    if (size.some((n) => n < 1)) continue;
    const channels = [int(1, int(0, 3) === 0 ? 20 : 4), int(1, int(0, 3) === 0 ? 20 : 4)] as const;
    const [c, o] = [groups * channels[0], groups * channels[1]];
    cases.push({ dims, n: int(1, 3), c, o, groups, size, kernel, stride, before, dilation, out, outputPadding });
  }
  return cases;
}

const CASES = [sweep(1, 1, 60), sweep(2, 2, 30), sweep(3, 3, 60)].flat();

const own = (sizes: Sizes, { dims }: Case): number[] => sizes.slice(3 - dims);
const optionsOf = (s: Case) => ({
  stride: own(s.stride, s),
  padding: own(s.before, s),
  dilation: own(s.dilation, s),
  groups: s.groups,
});
const geometryOf = ({ n, c, o, groups, size, kernel, stride, before, dilation, out }: Case): number[] => [
  ...[n, c, ...size, o, ...kernel, ...stride, ...before, ...dilation, groups, ...out],
];
const withBias = (y: Float64Array, bias: Tensor): Float64Array => {
  const pixels = y.length / bias.size;
  return y.map((v, i) => v + bias.data[Math.floor(i / pixels) % bias.size]!);
};
/** Adds the bias to every image of a batch. */
const biased = (y: Float64Array, n: number, bias: Tensor): Float64Array =>
  Float64Array.from(
    Array.from({ length: n }, (_, b) => [
      ...withBias(y.slice((b * y.length) / n, ((b + 1) * y.length) / n), bias),
    ]).flat(),
  );

describe("over a sweep of sizes", () => {
  it("transposed convolutions are the input gradient of convolutions, plus a bias, with the gradients of that", () => {
    for (const s of CASES)
      tidy(() => {
        const x = random([s.n, s.o, ...own(s.out, s)], 1);
        const weight = random([s.o, s.c / s.groups, ...own(s.kernel, s)], 2);
        const bias = random([s.c], 3);
        for (const t of [x, weight, bias]) t.requiresGrad = true;
        const options = { ...optionsOf(s), outputPadding: own(s.outputPadding, s) };
        const y = (TRANSPOSED[s.dims - 1] as Loose)(x, weight, bias, options);
        const name = JSON.stringify(s);
        expect(y.shape, name).toEqual([s.n, s.c, ...own(s.size, s)]);
        const dy = random(y.shape, 4);
        backward(y, { gradient: dy });
        // the roles of x and dy are exchanged
        const want = naiveConvolution(s, s, dy.data, weight.data, x.data);
        expect(errorOf(y.data, biased(want.dx, s.n, bias)), `y of ${name}`).toBeLessThan(3e-6);
        expect(errorOf(x.grad!.data, want.y), `dx of ${name}`).toBeLessThan(3e-6);
        expect(errorOf(weight.grad!.data, want.dweight), `dweight of ${name}`).toBeLessThan(3e-6);
        expect(bias.grad!.shape).toEqual([s.c]);
      });
  });

  it("convolutions are sums of products, with the gradients of these", () => {
    for (const s of CASES)
      tidy(() => {
        // a convolution has as many windows as fit
        if (s.outputPadding.some((n, axis) => n >= s.stride[axis]!)) return;
        const x = random([s.n, s.c, ...own(s.size, s)], 1);
        const weight = random([s.o, s.c / s.groups, ...own(s.kernel, s)], 2);
        const bias = random([s.o], 3);
        for (const t of [x, weight, bias]) t.requiresGrad = true;
        const y = (CONV[s.dims - 1] as Loose)(x, weight, bias, optionsOf(s));
        const name = JSON.stringify(s);
        expect(y.shape, name).toEqual([s.n, s.o, ...own(s.out, s)]);
        const dy = random(y.shape, 4);
        backward(y, { gradient: dy });
        const want = naiveConvolution(s, s, x.data, weight.data, dy.data);
        expect(errorOf(y.data, biased(want.y, s.n, bias)), `y of ${name}`).toBeLessThan(3e-6);
        expect(errorOf(x.grad!.data, want.dx), `dx of ${name}`).toBeLessThan(3e-6);
        expect(errorOf(weight.grad!.data, want.dweight), `dweight of ${name}`).toBeLessThan(3e-6);
        const pixels = dy.size / s.n / s.o;
        const sums = new Float64Array(s.o);
        dy.data.forEach((v, i) => {
          sums[Math.floor(i / pixels) % s.o]! += v;
        });
        expect(errorOf(bias.grad!.data, sums), `dbias of ${name}`).toBeLessThan(3e-6);
      });
  });

  it("the kernels write exactly their results, stay inside their working memory and read none of it before writing", () => {
    const GUARD = 1234.5;
    const guarded = (floats: number, inside: number): number => {
      const ptr = k.alloc((floats + 8) * 4);
      f32(ptr, floats + 8)
        .fill(inside, 0, floats)
        .fill(GUARD, floats);
      return ptr;
    };
    const intact = (ptr: number, floats: number): boolean => f32(ptr + floats * 4, 8).every((v) => v === GUARD);
    for (const s of CASES)
      tidy(() => {
        const x = random([s.n, s.c, ...s.size], 1);
        const weight = random([s.o, s.c / s.groups, ...s.kernel], 2);
        const bias = random([s.c], 3);
        const dy = random([s.n, s.o, ...s.out], 4);
        const want = naiveConvolution(s, s, x.data, weight.data, dy.data);
        const geometry = () => ints(geometryOf(s));
        const run = (expected: Float64Array, bytes: number, kernel: (out: number, working: number) => void): void => {
          const out = guarded(expected.length, 0);
          const working = guarded(bytes / 4, Number.NaN);
          kernel(out, working);
          expect(errorOf(f32(out, expected.length), expected), JSON.stringify(s)).toBeLessThan(3e-6);
          expect(intact(out, expected.length) && intact(working, bytes / 4), JSON.stringify(s)).toBe(true);
          k.free(out);
          k.free(working);
        };
        run(want.y, k.convScratch(geometry()), (y, w) => k.conv(y, x.ptr, weight.ptr, 0, geometry(), w));
        run(biased(want.dx, s.n, bias), k.convInputGradScratch(geometry()), (dx, w) =>
          k.convInputGrad(dx, dy.ptr, weight.ptr, bias.ptr, geometry(), w),
        );
        run(want.dweight, k.convWeightGradScratch(geometry()), (dw, w) =>
          k.convWeightGrad(dw, dy.ptr, x.ptr, geometry(), w),
        );
      });
  });
});

describe("convolutions and their transposes", () => {
  it("keep the bias of channels whose planes the kernel spans all at once", () => {
    const y = convTranspose3d(zeros([1, 1, 2, 2]), zeros([1, 2, 3, 1, 1]), random([2], 1));
    expect(y.shape).toEqual([2, 3, 2, 2]);
    expect(new Set(y.data.slice(0, 12)).size).toBe(1);
    expect(new Set(y.data.slice(12)).size).toBe(1);
  });

  it("give the bias alone where all windows lie in the padding", () => {
    const y = convTranspose3d(ones([1, 2, 1, 1]), ones([1, 1, 1, 1, 1]), full([1], 7), {
      stride: [2, 1, 1],
      padding: [1, 0, 0],
    });
    expect(y.toArray()).toEqual([[[[7]]]]);
  });

  it("keep an infinite weight to the pixels of its phase", () => {
    const weight = ones([1, 1, 2]);
    weight.data[1] = Number.POSITIVE_INFINITY;
    const y = convTranspose1d(zeros([1, 3]).add(1), weight, null, { stride: 3, outputPadding: 1 });
    expect(y.toArray()).toEqual([[1, Infinity, 0, 1, Infinity, 0, 1, Infinity, 0]]);
  });

  it.each([1, 2, 3])("over %i axes take an empty batch, and no batch", (dims) => {
    for (const op of [CONV[dims - 1], TRANSPOSED[dims - 1]] as Loose[]) {
      const weight = random([2, 2, ...Array(dims).fill(2)], 1);
      weight.requiresGrad = true;
      const x = zeros([0, 2, ...Array(dims).fill(3)]);
      x.requiresGrad = true;
      const y = op(x, weight, null, {});
      expect(y.shape.slice(0, 2)).toEqual([0, 2]);
      backward(y, { gradient: zeros(y.shape) });
      expect(x.grad!.shape).toEqual(x.shape);
      expect(weight.grad!.data.every((v) => v === 0)).toBe(true);
      const one = random([2, ...Array(dims).fill(3)], 2);
      expect(op(one, weight, null, {}).data).toEqual(op(one.reshape([1, ...one.shape]), weight, null, {}).data);
    }
  });

  it("gives a volume the same bits whatever batch it is in", () => {
    const x = random([3, 4, 3, 5, 6], 1);
    const weight = random([5, 4, 2, 3, 3], 2);
    const all = conv3d(x, weight, null, { padding: 1 });
    expect(conv3d(x.select(1), weight, null, { padding: 1 }).data).toEqual(all.select(1).data);
  });
});

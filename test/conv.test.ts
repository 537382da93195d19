// conv2d against its definition over a sweep of shapes, with gradients; special values, exact writes,
// determinism. Its errors are in conv-errors.test.ts.
import "../src/entry.ts";
import { describe, expect, it } from "vitest";
import { backward } from "../src/backward.ts";
import { conv2d } from "../src/ops/conv.ts";
import { full, tensor, zeros } from "../src/ops/create.ts";
import { tidy } from "../src/scope.ts";
import type { Tensor } from "../src/tensor.ts";
import { f32, ints, k } from "../src/wasm.ts";
import { checkOp, random, values } from "./check-op.ts";
import { type ConvCase, naiveConv, outputSize } from "./naive-conv.ts";

const CASES = 200;

/** Shapes of every kind: odd sizes, many and few channels, groups, depthwise, padding beyond the kernel, windows of one pixel. */
function sweep(): ConvCase[] {
  const draws = values(CASES * 64, 7);
  let at = 0;
  const chance = (p: number): boolean => draws[at++]! < 2 * p - 1;
  const int = (low: number, high: number): number => low + Math.floor(((draws[at++]! + 1) / 2) * (high - low + 1));
  const both = (low: number, high: number): [number, number] => [int(low, high), int(low, high)];
  const cases: ConvCase[] = [];
  while (cases.length < CASES) {
    const groups = chance(0.6) ? 1 : int(2, 4);
    const depthwise = chance(0.1);
    const [kh, kw] = both(1, 5);
    const before = both(0, chance(0.2) ? 7 : 2);
    const sizes: ConvCase = {
      n: int(1, 4),
      c: groups * (depthwise ? 1 : int(1, chance(0.2) ? 40 : 6)),
      h: int(1, 12),
      w: int(1, chance(0.2) ? 40 : 12),
      o: groups * (depthwise ? 1 : int(1, chance(0.3) ? 36 : 9)),
      kh,
      kw,
      stride: both(1, chance(0.5) ? 1 : 4),
      before,
      after: before,
      dilation: both(1, chance(0.5) ? 1 : 3),
      groups,
    };
    if (Math.min(...outputSize(sizes)) >= 1) cases.push(sizes);
  }
  return cases;
}

/** 1x1 without stride or padding, which are products of matrices: odd and even sizes, groups, sums longer than a block. */
function products(): ConvCase[] {
  return (
    [
      [3, 5, 4, 4, 7, 1],
      [1, 36, 9, 9, 33, 1],
      [2, 28, 5, 11, 10, 2],
      [2, 16, 20, 21, 5, 1],
      [1, 400, 3, 5, 4, 1],
      [2, 4, 5, 29, 390, 1],
    ] as const
  ).map(([n, c, h, w, o, groups]) => {
    const none = [0, 0] as const;
    return { n, c, h, w, o, groups, kh: 1, kw: 1, stride: [1, 1], before: none, after: none, dilation: [1, 1] };
  });
}

/** The largest error relative to the largest value (1 at least). */
function errorOf(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  let error = 0;
  let largest = 1;
  for (let i = 0; i < want.length; i++) {
    const e = Math.abs(got[i]! - want[i]!);
    if (Number.isNaN(e)) return Infinity;
    error = Math.max(error, e);
    largest = Math.max(largest, Math.abs(want[i]!));
  }
  return error / largest;
}

function operands(sizes: ConvCase) {
  const { n, c, h, w, o, kh, kw, groups } = sizes;
  return {
    x: random([n, c, h, w], 1),
    weight: random([o, c / groups, kh, kw], 2),
    bias: random([o], 3),
    dy: random([n, o, ...outputSize(sizes)], 4),
  };
}

function optionsOf({ stride, before, dilation, groups }: ConvCase) {
  return { stride, padding: before, dilation, groups };
}

/** The kernels' view of a case. */
function geometryOf(sizes: ConvCase): number[] {
  const { n, c, h, w, o, kh, kw, stride, before, dilation, groups } = sizes;
  return [n, c, 1, h, w, o, 1, kh, kw, 1, ...stride, 0, ...before, 1, ...dilation, groups, 1, ...outputSize(sizes)];
}

describe("conv2d", () => {
  const cases = [...sweep(), ...products()];

  it("matches its definition, forward and backward, over a sweep of shapes", () => {
    for (const sizes of cases)
      tidy(() => {
        const { x, weight, bias, dy } = operands(sizes);
        for (const t of [x, weight, bias]) t.requiresGrad = true;
        const y = conv2d(x, weight, bias, optionsOf(sizes));
        backward(y, { gradient: dy });
        const want = naiveConv(sizes, x.data, weight.data, bias.data, dy.data);
        const name = JSON.stringify(sizes);
        expect(y.shape, name).toEqual([sizes.n, sizes.o, ...outputSize(sizes)]);
        expect(errorOf(y.data, want.y), `y of ${name}`).toBeLessThan(3e-6);
        expect(errorOf(x.grad!.data, want.dx), `dx of ${name}`).toBeLessThan(3e-6);
        expect(errorOf(weight.grad!.data, want.dweight), `dweight of ${name}`).toBeLessThan(3e-6);
        expect(errorOf(bias.grad!.data, want.dbias), `dbias of ${name}`).toBeLessThan(3e-6);
      });
  });

  it("writes exactly its results, stays inside its working memory and reads none of it before writing", () => {
    const GUARD = 1234.5;
    const guarded = (floats: number, inside: number): number => {
      const ptr = k.alloc((floats + 8) * 4);
      f32(ptr, floats + 8)
        .fill(inside, 0, floats)
        .fill(GUARD, floats);
      return ptr;
    };
    for (const sizes of cases)
      tidy(() => {
        const { x, weight, bias, dy } = operands(sizes);
        const geometry = geometryOf(sizes);
        const want = naiveConv(sizes, x.data, weight.data, bias.data, dy.data);
        const run = (
          expected: Float64Array,
          scratchBytes: number,
          kernel: (out: number, working: number) => void,
        ): void => {
          const out = guarded(expected.length, 0);
          const working = guarded(scratchBytes / 4, Number.NaN);
          kernel(out, working);
          expect(errorOf(f32(out, expected.length), expected), JSON.stringify(sizes)).toBeLessThan(3e-6);
          expect(
            f32(out + expected.length * 4, 8).every((v) => v === GUARD),
            JSON.stringify(sizes),
          ).toBe(true);
          expect(
            f32(working + scratchBytes, 8).every((v) => v === GUARD),
            JSON.stringify(sizes),
          ).toBe(true);
          k.free(out);
          k.free(working);
        };
        run(want.y, k.convScratch(ints(geometry)), (y, s) => {
          k.conv(y, x.ptr, weight.ptr, bias.ptr, ints(geometry), s);
        });
        run(want.dx, k.convInputGradScratch(ints(geometry)), (dx, s) => {
          k.convInputGrad(dx, dy.ptr, weight.ptr, 0, ints(geometry), s);
        });
        run(want.dweight, k.convWeightGradScratch(ints(geometry)), (dw, s) => {
          k.convWeightGrad(dw, dy.ptr, x.ptr, ints(geometry), s);
        });
      });
  });

  it("gives the same bits for an image whatever batch it is in", () => {
    for (const [h, kernel, c, o] of [
      [12, 3, 8, 24],
      [3, 3, 40, 20],
      [2, 1, 5, 7],
      [4, 1, 5, 7],
      [9, 9, 3, 5],
    ] as const)
      tidy(() => {
        const x = random([7, c, h, h], 5);
        const weight = random([o, c, kernel, kernel], 6);
        x.requiresGrad = true;
        const y = conv2d(x, weight);
        const dy = random(y.shape, 8);
        backward(y, { gradient: dy });
        for (let n = 0; n < 7; n++) {
          const one = tensor(x.data.slice((n * x.size) / 7, ((n + 1) * x.size) / 7), { shape: [c, h, h] });
          one.requiresGrad = true;
          const alone = conv2d(one, weight);
          const part = (t: Tensor): ArrayLike<number> => t.data.slice((n * t.size) / 7, ((n + 1) * t.size) / 7);
          expect(alone.data).toEqual(part(y));
          backward(alone, { gradient: tensor(part(dy) as Float32Array, { shape: alone.shape }) });
          expect(one.grad!.data).toEqual(part(x.grad!));
        }
      });
  });

  it("takes one image without a batch axis", () => {
    const x = random([3, 5, 6], 1);
    const weight = random([4, 3, 3, 3], 2);
    x.requiresGrad = true;
    const y = conv2d(x, weight, null, { padding: 1 });
    expect(y.shape).toEqual([4, 5, 6]);
    backward(y, { gradient: random(y.shape, 3) });
    expect(x.grad!.shape).toEqual([3, 5, 6]);
  });

  it("takes an empty batch, whose weight gradient is zero", () => {
    for (const kernel of [1, 3]) {
      const weight = random([4, 16, kernel, kernel], 2);
      weight.requiresGrad = true;
      const x = zeros([0, 16, 5, 6]);
      x.requiresGrad = true;
      const y = conv2d(x, weight, null, { padding: "same" });
      expect(y.shape).toEqual([0, 4, 5, 6]);
      backward(y, { gradient: zeros([0, 4, 5, 6]) });
      expect(weight.grad!.data.every((v) => v === 0)).toBe(true);
      expect(x.grad!.shape).toEqual([0, 16, 5, 6]);
    }
  });

  it("gives the bias where there are no input channels", () => {
    const y = conv2d(zeros([1, 0, 2, 2]), zeros([2, 0, 1, 1]), tensor([3, -1]));
    expect(Array.from(y.data)).toEqual([3, 3, 3, 3, -1, -1, -1, -1]);
  });

  it("pads by 'same' with the odd zero at the end, and not at all by 'valid'", () => {
    for (const [kh, kw, dilation] of [
      [2, 3, 1],
      [4, 2, 1],
      [2, 2, 3],
      [1, 3, 2],
    ] as const) {
      const total = [dilation * (kh - 1), dilation * (kw - 1)] as const;
      const before = [Math.floor(total[0] / 2), Math.floor(total[1] / 2)] as const;
      const sizes: ConvCase = {
        n: 2,
        c: 3,
        h: 6,
        w: 7,
        o: 5,
        kh,
        kw,
        stride: [1, 1],
        before,
        after: [total[0] - before[0], total[1] - before[1]],
        dilation: [dilation, dilation],
        groups: 1,
      };
      const { x, weight, bias, dy } = operands(sizes);
      for (const t of [x, weight]) t.requiresGrad = true;
      const y = conv2d(x, weight, bias, { padding: "same", dilation });
      expect(y.shape).toEqual([2, 5, 6, 7]);
      backward(y, { gradient: dy });
      const want = naiveConv(sizes, x.data, weight.data, bias.data, dy.data);
      expect(errorOf(y.data, want.y)).toBeLessThan(3e-6);
      expect(errorOf(x.grad!.data, want.dx)).toBeLessThan(3e-6);
      expect(errorOf(weight.grad!.data, want.dweight)).toBeLessThan(3e-6);
      expect(conv2d(x, weight, bias, { padding: "valid", dilation }).data).toEqual(
        conv2d(x, weight, bias, { dilation }).data,
      );
    }
  });

  it("has the gradients that central differences show", () => {
    const op = (x: Tensor, w: Tensor, b: Tensor): Tensor =>
      conv2d(x, w, b, { stride: [2, 1], padding: [1, 2], groups: 2 });
    checkOp("conv2d", op, [random([2, 4, 5, 4], 1), random([6, 2, 3, 2], 2), random([6], 3)]);
  });

  it("keeps infinities and NaN to the windows that see them", () => {
    for (const channels of [1, 8, 20]) {
      for (const special of [Number.POSITIVE_INFINITY, Number.NaN]) {
        const x = full([1, 1, 6, 9], 1);
        x.data[2 * 9 + 4] = special; // row 2, column 4
        const y = conv2d(x, full([channels, 1, 3, 3], 1), null, { padding: 1 });
        Array.from(y.data).forEach((v, i) => {
          const row = Math.floor(i / 9) % 6;
          const seen = row >= 1 && row <= 3 && i % 9 >= 3 && i % 9 <= 5;
          if (!seen) expect(Number.isFinite(v)).toBe(true);
          else expect(v).toBe(special);
        });
      }
    }
  });

  it("keeps an infinite gradient to the pixels that its window saw, with a stride too", () => {
    for (const stride of [1, 2]) {
      const x = full([1, 2, 9, 9], 1);
      const weight = full([3, 2, 3, 3], 1);
      for (const t of [x, weight]) t.requiresGrad = true;
      const y = conv2d(x, weight, null, { stride });
      const dy = full(y.shape, 1);
      dy.data[0] = Number.POSITIVE_INFINITY; // channel 0, row 0, column 0
      backward(y, { gradient: dy });
      Array.from(x.grad!.data).forEach((v, i) => {
        const seen = i % 9 < 3 && Math.floor(i / 9) % 9 < 3;
        expect(v === Number.POSITIVE_INFINITY).toBe(seen);
        expect(v).not.toBeNaN();
      });
      Array.from(weight.grad!.data).forEach((v, i) => {
        expect(v === Number.POSITIVE_INFINITY).toBe(i < 18);
        expect(v).not.toBeNaN();
      });
    }
  });

  it("keeps an infinite depthwise gradient from the taps of other columns", () => {
    const x = full([1, 1, 4, 5], 1);
    x.data[4] = 0; // the end of row 0: a wrong product with the next row's infinity would be NaN
    const weight = full([1, 1, 2, 2], 1);
    weight.requiresGrad = true;
    const y = conv2d(x, weight);
    const dy = full(y.shape, 1);
    dy.data[4 * 1] = Number.POSITIVE_INFINITY; // row 1, column 0
    backward(y, { gradient: dy });
    expect(Array.from(weight.grad!.data)).toEqual(Array(4).fill(Number.POSITIVE_INFINITY));
  });
});

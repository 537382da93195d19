// maxPool2d and avgPool2d against their definitions over a sweep of shapes, with gradients; ties, NaN, ceil mode, exact writes.
// What they refuse is in conv-errors.test.ts.
import "../src/entry.ts";
import { describe, expect, it } from "vitest";
import { backward } from "../src/backward.ts";
import { type AvgPool2dOptions, avgPool2d } from "../src/ops/avg-pool.ts";
import { full, ones, tensor, zeros } from "../src/ops/create.ts";
import { maxPool2d } from "../src/ops/max-pool.ts";
import { tidy } from "../src/scope.ts";
import type { Tensor } from "../src/tensor.ts";
import { f32, ints, k } from "../src/wasm.ts";
import { checkOp, random, values } from "./check-op.ts";

type Pair = readonly [number, number];

interface PoolCase {
  planes: number;
  size: Pair;
  kernel: Pair;
  stride: Pair;
  padding: Pair;
  dilation: Pair;
  ceilMode: boolean;
  countIncludePad: boolean;
  divisorOverride: number;
}

/** PyTorch's pooling_output_shape. */
function windows({ size, kernel, stride, padding, dilation, ceilMode }: PoolCase, axis: 0 | 1): number {
  const room = size[axis] + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1;
  const n = (ceilMode ? Math.ceil(room / stride[axis]) : Math.floor(room / stride[axis])) + 1;
  return (n - 1) * stride[axis] >= size[axis] + padding[axis] ? n - 1 : n;
}

/** The elements of a plane that a window sees, in row order, and how many places it covers up to the padding's end. */
function windowAt(c: PoolCase, oy: number, ox: number): { seen: number[]; places: number } {
  const seen: number[] = [];
  let places = 0;
  for (let ky = 0; ky < c.kernel[0]; ky++)
    for (let kx = 0; kx < c.kernel[1]; kx++) {
      const y = oy * c.stride[0] + ky * c.dilation[0] - c.padding[0];
      const x = ox * c.stride[1] + kx * c.dilation[1] - c.padding[1];
      if (y < c.size[0] + c.padding[0] && x < c.size[1] + c.padding[1]) places++;
      if (y >= 0 && x >= 0 && y < c.size[0] && x < c.size[1]) seen.push(y * c.size[1] + x);
    }
  return { seen, places };
}

type Naive = (c: PoolCase, x: ArrayLike<number>, dy: ArrayLike<number>) => { y: number[]; dx: number[] };

const naiveMax: Naive = (c, x, dy) =>
  naive(c, x, dy, (window, plane) => {
    let best = -1;
    for (const i of window.seen) {
      const v = plane[i]!;
      if (best < 0 || v > plane[best]! || Number.isNaN(v)) best = i;
    }
    return { value: best < 0 ? -Infinity : plane[best]!, share: (i) => (i === best ? 1 : 0) };
  });

const naiveMean: Naive = (c, x, dy) =>
  naive(c, x, dy, ({ seen, places }, plane) => {
    const divisor = c.divisorOverride || (c.countIncludePad ? places : seen.length);
    return { value: seen.reduce((sum, i) => sum + plane[i]!, 0) / divisor, share: () => 1 / divisor };
  });

function naive(
  c: PoolCase,
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  reduce: (window: { seen: number[]; places: number }, plane: number[]) => { value: number; share(i: number): number },
): { y: number[]; dx: number[] } {
  const area = c.size[0] * c.size[1];
  const y: number[] = [];
  const dx = new Array<number>(c.planes * area).fill(0);
  for (let p = 0; p < c.planes; p++) {
    const plane = Array.from({ length: area }, (_, i) => x[p * area + i]!);
    for (let oy = 0; oy < windows(c, 0); oy++)
      for (let ox = 0; ox < windows(c, 1); ox++) {
        const window = windowAt(c, oy, ox);
        const { value, share } = reduce(window, plane);
        for (const i of window.seen) if (share(i) !== 0) dx[p * area + i]! += share(i) * dy[y.length]!;
        y.push(value);
      }
  }
  return { y, dx };
}

const CASES = 200;

function sweep(seed: number, dilated: boolean): PoolCase[] {
  const draws = values(CASES * 64, seed);
  let at = 0;
  const chance = (p: number): boolean => draws[at++]! < 2 * p - 1;
  const int = (low: number, high: number): number => low + Math.floor(((draws[at++]! + 1) / 2) * (high - low + 1));
  const both = (low: number, high: number): Pair => [int(low, high), int(low, high)];
  const cases: PoolCase[] = [];
  while (cases.length < CASES) {
    const quads = chance(0.3);
    const kernel: Pair = quads ? [2, 2] : both(1, 4);
    const c: PoolCase = {
      planes: int(1, 6),
      size: both(1, 14),
      kernel,
      stride: quads ? [2, 2] : both(1, 4),
      padding: quads ? [0, 0] : [int(0, kernel[0] >> 1), int(0, kernel[1] >> 1)],
      dilation: dilated && !quads ? both(1, 2) : [1, 1],
      ceilMode: chance(0.4),
      countIncludePad: chance(0.5),
      divisorOverride: chance(0.2) ? int(1, 7) : 0,
    };
    if (windows(c, 0) >= 1 && windows(c, 1) >= 1) cases.push(c);
  }
  return cases;
}

/** Runs an op and its backward, and compares both with the definition. */
function compare(c: PoolCase, x: Tensor, op: (x: Tensor) => Tensor, definition: Naive, tolerance: number): void {
  x.requiresGrad = true;
  const y = op(x);
  const dy = random(y.shape, 3);
  backward(y, { gradient: dy });
  const want = definition(c, x.data, dy.data);
  const name = JSON.stringify(c);
  expect(y.shape, name).toEqual([1, c.planes, windows(c, 0), windows(c, 1)]);
  y.data.forEach((v, i) => {
    if (Number.isNaN(want.y[i]!)) expect(v, name).toBeNaN();
    else
      expect(v === want.y[i] || Math.abs(v - want.y[i]!) <= tolerance, `${v} for ${want.y[i]} of ${name}`).toBe(true);
  });
  x.grad!.data.forEach((v, i) => {
    expect(Math.abs(v - want.dx[i]!), `${v} for ${want.dx[i]} of ${name}`).toBeLessThanOrEqual(1e-6);
  });
}

const maxOptions = ({ stride, padding, dilation, ceilMode }: PoolCase) => ({ stride, padding, dilation, ceilMode });

describe("maxPool2d", () => {
  it("matches its definition with its gradient over a sweep of shapes, with ties", () => {
    for (const c of sweep(5, true))
      tidy(() => {
        const x = random([1, c.planes, ...c.size], 1);
        for (let i = 0; i < x.size; i++) x.data[i] = Math.round(x.data[i]! * 4) / 4;
        compare(c, x, (t) => maxPool2d(t, c.kernel, maxOptions(c)), naiveMax, 0);
      });
  });

  it("matches its definition on NaN and infinities: the last NaN of a window has its gradient", () => {
    for (const c of sweep(6, true))
      tidy(() => {
        const x = random([1, c.planes, ...c.size], 1);
        for (let i = 0; i < x.size; i++) {
          const kind = Math.floor((x.data[i]! + 1) * 5);
          if (kind < 3) x.data[i] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY][kind]!;
        }
        compare(c, x, (t) => maxPool2d(t, c.kernel, maxOptions(c)), naiveMax, 0);
      });
  });

  it("gives the gradient of equal values to the first", () => {
    for (const width of [2, 16]) {
      const x = full([1, 1, 2, width], 7);
      x.requiresGrad = true;
      const y = maxPool2d(x, 2);
      backward(y, { gradient: full(y.shape, 1) });
      x.grad!.data.forEach((g, i) => {
        expect(g).toBe(i < width && i % 2 === 0 ? 1 : 0);
      });
    }
  });

  it("pads with -Infinity, not zero", () => {
    const y = maxPool2d(full([1, 1, 2, 2], -3), 2, { stride: 1, padding: 1 });
    expect(Array.from(y.data)).toEqual(Array(9).fill(-3));
  });
});

describe("working memory beyond 32 bits is refused, not cut off to 32 bits:", () => {
  // padded by 2^14 on each side, an image of one pixel takes 4 GB
  it.each([2 ** 15, 2 ** 16, 2 ** 20])("a kernel of %i", (size) => {
    const x = ones([1, 1, 1]);
    for (const pool of [maxPool2d, avgPool2d]) {
      expect(() => pool(x, size, { padding: size / 2 })).toThrow("out of memory: the working memory of an op needs");
    }
    expect(maxPool2d(x, 1).item()).toBe(1); // the heap is as it was
  });
});

describe("avgPool2d", () => {
  it("matches its definition with its gradient over a sweep of shapes", () => {
    for (const c of sweep(7, false))
      tidy(() => {
        const { stride, padding, ceilMode, countIncludePad, divisorOverride } = c;
        const options: AvgPool2dOptions = { stride, padding, ceilMode, countIncludePad };
        if (divisorOverride !== 0) options.divisorOverride = divisorOverride;
        compare(c, random([1, c.planes, ...c.size], 1), (t) => avgPool2d(t, c.kernel, options), naiveMean, 1e-6);
      });
  });

  it("divides by a negative override, too", () => {
    expect(avgPool2d(full([1, 1, 2, 2], 1), 2, { divisorOverride: -2 }).item()).toBe(-2);
  });

  it("has the gradient that central differences show", () => {
    const options = { stride: 2, padding: 1, ceilMode: true, countIncludePad: false };
    checkOp("avgPool2d", (x) => avgPool2d(x, 3, options), [random([2, 2, 6, 5], 1)]);
  });
});

describe.each([
  ["maxPool2d", maxPool2d],
  ["avgPool2d", avgPool2d],
] as const)("%s", (name, pool) => {
  it("leaves out a ceil-mode window that would begin in the padding after the image", () => {
    expect(pool(zeros([1, 1, 3, 3]), 2, { stride: 3, padding: 1, ceilMode: true }).shape).toEqual([1, 1, 2, 2]);
    expect(pool(zeros([1, 1, 4, 4]), 2, { stride: 3, ceilMode: true }).shape).toEqual([1, 1, 2, 2]);
    expect(pool(zeros([1, 1, 3, 3]), 2, { stride: 3, ceilMode: true }).shape).toEqual([1, 1, 1, 1]);
  });

  it("takes [C, H, W], and an empty batch", () => {
    expect(
      pool(
        tensor([
          [
            [1, 2],
            [1, 2],
          ],
        ]),
        [2, 1],
      ).toArray(),
    ).toEqual([[[1, 2]]]);
    const x = zeros([0, 3, 8, 8]);
    x.requiresGrad = true;
    const y = pool(x, 2);
    expect(y.shape).toEqual([0, 3, 4, 4]);
    backward(y, { gradient: zeros(y.shape) });
    expect(x.grad!.shape).toEqual([0, 3, 8, 8]);
  });

  it("writes exactly its results and stays inside its working memory", () => {
    const GUARD = 1234.5;
    for (const [h, w] of [
      [4, 8],
      [5, 11],
      [6, 13],
      [3, 3],
      [2, 22],
    ] as const)
      tidy(() => {
        const [ho, wo] = [h >> 1, w >> 1];
        const [x, dy] = [random([3, h, w], 1), random([3, ho, wo], 2)];
        const sizes = [3, 1, 1, h, w, 1, 1, 2, 2, 1, 2, 2, 0, 0, 0, 1, 1, 1, 1, 1, ho, wo];
        const bytes = Math.max(k.poolScratch(ints(sizes)), k.avgPoolGradScratch(ints(sizes)));
        const working = k.alloc(bytes + 32);
        f32(working, bytes / 4 + 8)
          .fill(Number.NaN, 0, bytes / 4)
          .fill(GUARD, bytes / 4);
        const out = k.alloc((x.size + 8) * 4);
        const run = (n: number, kernel: () => void): void => {
          f32(out, x.size + 8).fill(GUARD);
          kernel();
          expect(f32(out, n).some((v) => v === GUARD)).toBe(false);
          expect(f32(out + 4 * n, x.size + 8 - n).every((v) => v === GUARD)).toBe(true);
        };
        const other = k.alloc(x.size * 4);
        if (name === "avgPool2d") {
          run(dy.size, () => k.avgPool(out, x.ptr, ints(sizes), working, 1, 0));
          run(x.size, () => k.avgPoolGrad(out, dy.ptr, ints(sizes), working, 1, 0));
        } else {
          run(dy.size, () => k.maxPool(out, 0, x.ptr, ints(sizes), working));
          run(dy.size, () => k.maxPool(out, other, x.ptr, ints(sizes), working));
          run(dy.size, () => k.maxPool(other, out, x.ptr, ints(sizes), working));
          if (k.poolsQuads(ints(sizes))) run(x.size, () => k.maxPoolQuadsGrad(out, dy.ptr, x.ptr, ints(sizes)));
        }
        k.free(other);
        expect(f32(working + bytes, 8).every((v) => v === GUARD)).toBe(true);
        k.free(out);
        k.free(working);
      });
  });
});

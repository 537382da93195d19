// Pools over one and three axes, adaptive and power-average ones, indices and unpooling against their definitions, with gradients.
// Two axes with all their loops are pool.test.ts.
import "../src/entry.ts";
import { describe, expect, it } from "vitest";
import { backward } from "../src/backward.ts";
import * as adaptive from "../src/ops/adaptive-pool.ts";
import { avgPool1d, avgPool3d } from "../src/ops/avg-pool.ts";
import { full, ones, tensor, zeros } from "../src/ops/create.ts";
import { lpPool1d, lpPool2d, lpPool3d } from "../src/ops/lp-pool.ts";
import { maxPool1d, maxPool2d, maxPool3d } from "../src/ops/max-pool.ts";
import { maxUnpool1d, maxUnpool2d, maxUnpool3d } from "../src/ops/max-unpool.ts";
import { tidy } from "../src/scope.ts";
import type { Tensor } from "../src/tensor.ts";
import { random, values } from "./check-op.ts";
import { each, errorOf, largest, type Sizes, seen, type Windows } from "./naive-windows.ts";

type Loose = (x: Tensor, size: unknown, options?: object) => Tensor & Tensor[];
const loose = (op: unknown): Loose => op as Loose;
const PLANES = 3;

interface Case extends Windows {
  dims: number;
  ceilMode: boolean;
}

/** PyTorch's pooling_output_shape. */
function windows(
  size: number,
  kernel: number,
  stride: number,
  before: number,
  dilation: number,
  ceil: boolean,
): number {
  const room = (size + 2 * before - dilation * (kernel - 1) - 1) / stride;
  const n = (ceil ? Math.ceil(room) : Math.floor(room)) + 1;
  return (n - 1) * stride >= size + before ? n - 1 : n;
}

function sweep(seed: number, dims: number, count: number, dilated: boolean): Case[] {
  const draws = values(count * 128, seed);
  let at = 0;
  const int = (low: number, high: number): number => low + Math.floor(((draws[at++]! + 1) / 2) * (high - low + 1));
  const perAxis = (unit: number, draw: (axis: number) => number): Sizes =>
    [0, 1, 2].map((axis) => (axis < 3 - dims ? unit : draw(axis))) as unknown as Sizes;
  const cases: Case[] = [];
  while (cases.length < count) {
    const kernel = perAxis(1, () => int(1, 4));
    const size = perAxis(1, () => int(1, dims === 1 ? 20 : 7));
    const stride = perAxis(1, () => int(1, 3));
    const before = perAxis(0, (a) => int(0, kernel[a]! >> 1));
    const dilation = perAxis(1, () => (dilated ? int(1, 2) : 1));
    const ceilMode = int(0, 1) === 1;
    const out = size.map((n, a) =>
      windows(n, kernel[a]!, stride[a]!, before[a]!, dilation[a]!, ceilMode),
    ) as unknown as Sizes;
    if (out.every((n) => n >= 1)) cases.push({ dims, size, kernel, stride, before, dilation, out, ceilMode });
  }
  return cases;
}

const own = (sizes: Sizes, { dims }: Case): number[] => sizes.slice(3 - dims);
const optionsOf = (c: Case) => ({ stride: own(c.stride, c), padding: own(c.before, c), ceilMode: c.ceilMode });

/** Runs an op and its backward against `pool`, which gives a window's value, and how its gradient is shared out. */
function compare(
  c: Case,
  x: Tensor,
  op: (x: Tensor) => Tensor,
  pool: (plane: ArrayLike<number>, places: number[], at: Sizes) => { value: number; shares: [number, number][] },
): void {
  x.requiresGrad = true;
  const y = op(x);
  const dy = random(y.shape, 3);
  backward(y, { gradient: dy });
  const area = x.size / PLANES;
  const wantedY: number[] = [];
  const wantedX = new Float64Array(x.size);
  for (let p = 0; p < PLANES; p++) {
    const plane = x.data.slice(p * area, (p + 1) * area);
    each(c.out, (at) => {
      const places = seen(c, at).map(([place]) => place);
      const { value, shares } = pool(plane, places, at);
      for (const [i, share] of shares) wantedX[p * area + i]! += share * dy.data[wantedY.length]!;
      wantedY.push(value);
    });
  }
  const name = JSON.stringify(c);
  expect(y.shape, name).toEqual([PLANES, ...own(c.out, c)]);
  expect(errorOf(y.data, wantedY), `y of ${name}`).toBeLessThan(1e-6);
  expect(errorOf(x.grad!.data, wantedX), `dx of ${name}`).toBeLessThan(1e-6);
}

/** Values with ties, and some of them special. */
function mixed(shape: number[], special: boolean): Tensor {
  const x = random(shape, 1);
  x.data.forEach((v, i) => {
    const kind = special ? Math.floor((v + 1) * 6) : 9;
    const rare = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY][kind];
    x.data[i] = rare ?? Math.round(v * 4) / 4;
  });
  return x;
}

const ofLargest = (plane: ArrayLike<number>, places: number[]) => {
  const best = largest(plane, places);
  return { value: best < 0 ? -Infinity : plane[best]!, shares: best < 0 ? [] : ([[best, 1]] as [number, number][]) };
};

describe.each([1, 2, 3])("over %i axes", (dims) => {
  const maxPool = loose([maxPool1d, maxPool2d, maxPool3d][dims - 1]);

  it.each([false, true])("maxima match their definition with ties (NaN and infinities: %s)", (special) => {
    for (const c of sweep(dims, dims, 60, true))
      tidy(() => {
        const options = { ...optionsOf(c), dilation: own(c.dilation, c) };
        compare(
          c,
          mixed([PLANES, ...own(c.size, c)], special),
          (x) => maxPool(x, own(c.kernel, c), options),
          ofLargest,
        );
      });
  });

  it("their indices are the places of the maxima, and the gradient goes there", () => {
    for (const c of sweep(dims + 10, dims, 60, true))
      tidy(() => {
        const options = { ...optionsOf(c), dilation: own(c.dilation, c), returnIndices: true };
        const x = mixed([PLANES, ...own(c.size, c)], true);
        const [y, indices] = maxPool(x, own(c.kernel, c), options) as Tensor[];
        expect([indices!.dtype, indices!.shape]).toEqual(["int32", y!.shape]);
        const area = x.size / PLANES;
        const wanted: number[] = [];
        for (let p = 0; p < PLANES; p++) {
          const plane = x.data.slice(p * area, (p + 1) * area);
          each(c.out, (at) => {
            const places = seen(c, at).map(([place]) => place);
            wanted.push(largest(plane, places));
          });
        }
        // three axes may name any pixel for a window that sees none
        const got = Array.from(indices!.data, (v, i) => (wanted[i] === -1 ? -1 : v));
        expect(got, JSON.stringify(c)).toEqual(wanted);
        compare(c, x, (t) => (maxPool(t, own(c.kernel, c), options) as Tensor[])[0]!, ofLargest);
      });
  });

  if (dims !== 2) {
    const avgPool = loose(dims === 1 ? avgPool1d : avgPool3d);
    it.each([true, false])("means match their definition (zeros of the padding count: %s)", (countIncludePad) => {
      for (const c of sweep(dims + 20, dims, 60, false))
        tidy(() => {
          const override = dims === 3 && c.size[0] % 2 === 0 ? { divisorOverride: 3 } : {};
          compare(
            c,
            random([PLANES, ...own(c.size, c)], 1),
            (x) => avgPool(x, own(c.kernel, c), { ...optionsOf(c), countIncludePad, ...override }),
            (plane, places, at) => {
              const inside = at.map((n, a) => {
                const start = n * c.stride[a]! - c.before[a]!;
                return Math.min(start + c.kernel[a]!, c.size[a]! + c.before[a]!) - start;
              });
              const all = inside.reduce((a, b) => a * b);
              const divisor = override.divisorOverride ?? (countIncludePad ? all : places.length);
              const value = places.reduce((sum, i) => sum + plane[i]!, 0) / divisor;
              return { value, shares: places.map((i) => [i, 1 / divisor]) };
            },
          );
        });
    });
  }

  const sizes: [number[], (number | null)[]][] = [
    [
      [7, 5, 9],
      [3, 2, 4],
    ],
    [
      [4, 6, 3],
      [4, 3, 1],
    ],
    [
      [2, 3, 5],
      [3, 7, 5],
    ],
    [
      [5, 4, 6],
      [null, 1, null],
    ],
    [
      [5, 4, 6],
      [1, 1, 1],
    ],
  ];
  it.each(sizes)("adaptive pools of %j to %j see windows from floor to ceil", (size, out) => {
    const given = [[1, 1, 1].slice(dims), size.slice(3 - dims)].flat() as unknown as Sizes;
    const wanted = given.map((n, a) => (a < 3 - dims ? 1 : (out[a] ?? n))) as unknown as Sizes;
    const c = { dims, size: given, out: wanted } as Case;
    const placesAt = (at: Sizes): number[] => {
      const found: number[] = [];
      each(given, (p, i) => {
        const start = (a: number) => Math.floor((at[a]! * given[a]!) / wanted[a]!);
        const end = (a: number) => Math.ceil(((at[a]! + 1) * given[a]!) / wanted[a]!);
        if (p.every((v, a) => v >= start(a) && v < end(a))) found.push(i);
      });
      return found;
    };
    const shape = [PLANES, ...own(given, c)];
    const sees = { ...c, kernel: [1, 1, 1], stride: [1, 1, 1], before: [0, 0, 0], dilation: [1, 1, 1] } as Case;
    const asked = out.slice(3 - dims);
    const avg = loose(Reflect.get(adaptive, `adaptiveAvgPool${dims}d`));
    compare(
      sees,
      random(shape, 1),
      (x) => avg(x, asked),
      (plane, _, at) => {
        const places = placesAt(at);
        const value = places.reduce((sum, i) => sum + plane[i]!, 0) / places.length;
        return { value, shares: places.map((i) => [i, 1 / places.length]) };
      },
    );
    const max = loose(Reflect.get(adaptive, `adaptiveMaxPool${dims}d`));
    for (const special of [false, true]) {
      const x = mixed(shape, special);
      compare(
        sees,
        x,
        (x) => max(x, asked),
        (plane, _, at) => ofLargest(plane, placesAt(at)),
      );
      const [y, indices] = max(x, asked, { returnIndices: true }) as Tensor[];
      const area = x.size / PLANES;
      indices!.data.forEach((v, i) => {
        const plane = Math.floor(i / (y!.size / PLANES));
        expect(x.data[plane * area + Number(v)]).toBe(y!.data[i]);
      });
    }
  });

  it("take an empty batch, whose gradient is empty", () => {
    const lp = loose((x: Tensor, size: number) => [lpPool1d, lpPool2d, lpPool3d][dims - 1]!(x, 2, size));
    const others = ["adaptiveAvgPool", "adaptiveMaxPool"].map((name) =>
      loose(Reflect.get(adaptive, `${name}${dims}d`)),
    );
    for (const pool of [maxPool, lp, ...others]) {
      const x = zeros([0, 3, ...Array(dims).fill(4)]);
      x.requiresGrad = true;
      const y = pool(x, 2);
      expect(y.shape).toEqual([0, 3, ...Array(dims).fill(2)]);
      backward(y, { gradient: zeros(y.shape) });
      expect(x.grad!.shape).toEqual(x.shape);
    }
  });

  it("unpooling puts maxima back where they were, and takes their gradient from there", () => {
    const maxUnpool = [maxUnpool1d, maxUnpool2d, maxUnpool3d][dims - 1] as unknown as (...args: unknown[]) => Tensor;
    const x = random([2, 2, ...Array(dims).fill(5)], 1);
    const [y, indices] = maxPool(x, 2, { returnIndices: true }) as Tensor[];
    y!.requiresGrad = true;
    const back = maxUnpool(y, indices, 2, { outputSize: x.shape });
    expect(back.shape).toEqual(x.shape);
    const found = [...back.data].filter((v) => v !== 0).sort();
    expect(found).toEqual([...y!.data].sort());
    back.data.forEach((v, i) => {
      if (v !== 0) expect(v).toBe(x.data[i]);
    });
    const dy = random(back.shape, 2);
    backward(back, { gradient: dy });
    const area = 5 ** dims;
    y!.grad!.data.forEach((g, i) => {
      const plane = Math.floor(i / 2 ** dims);
      expect(g).toBe(dy.data[plane * area + Number(indices!.data[i])]);
    });
    expect(maxUnpool(y, indices!.mul(0), 2).shape).toEqual([2, 2, ...Array(dims).fill(4)]);
  });
});

describe("maxima", () => {
  it("of a window that sees no pixel are -Infinity, with no index and no gradient", () => {
    const x = ones([1, 1, 3]);
    x.requiresGrad = true;
    const options = { dilation: [2, 1], padding: [1, 0], stride: 1 } as const;
    const [y, indices] = maxPool2d(x, [2, 3], { ...options, returnIndices: true });
    expect([y.toArray(), indices.toArray()]).toEqual([[[[-Infinity]]], [[[-1]]]]);
    backward(y, { gradient: ones(y.shape) });
    expect(x.grad!.toArray()).toEqual([[[0, 0, 0]]]);
  });

  it("of nothing but -Infinity are at the first pixel", () => {
    const [, indices] = maxPool2d(full([1, 3, 3], -Infinity), 2, { stride: 1, padding: 1, returnIndices: true });
    expect(indices.toArray()).toEqual([
      [
        [0, 0, 1, 2],
        [0, 0, 1, 2],
        [3, 3, 4, 5],
        [6, 6, 7, 8],
      ],
    ]);
  });

  it("with one index stay one by one: the last of values that unpool to the same place", () => {
    const indices = tensor(Int32Array.of(1, 1, 0, 1), { shape: [1, 4] });
    expect(maxUnpool1d(tensor([[5, 6, 7, 8]]), indices, 2).toArray()).toEqual([[7, 8, 0, 0, 0, 0, 0, 0]]);
  });
});

describe("power-average pools", () => {
  it("are roots of sums of powers; a cut window counts as a whole one, as in PyTorch", () => {
    expect(lpPool1d(tensor([[3, 4, 6, 8]]), 2, 2).toArray()).toEqual([[5, 10]]);
    const cut = lpPool1d(tensor([[1, 1, 2]]), 1, 2, { ceilMode: true });
    expect(cut.toArray()).toEqual([[2, 4]]);
  });

  it("keep the sign of a sum of odd powers out of its root: that is NaN", () => {
    expect(lpPool1d(tensor([[-1, -1]]), 3, 2).item()).toBeNaN();
    expect(lpPool1d(tensor([[-3, 1]]), 1, 2).item()).toBe(-2);
  });

  it("have a gradient of 0 where the sum is 0", () => {
    const x = zeros([1, 2, 2]);
    x.requiresGrad = true;
    backward(lpPool2d(x, 2, 2));
    expect([...x.grad!.data]).toEqual([0, 0, 0, 0]);
  });
});

// Images, sequences and volumes made larger or smaller: each axis by a table of taps and weights. Sampling at places that
// a tensor gives is grid.ts.
import { checkInt, checkNumber, refusal, replaced, sizeOf } from "../shape.ts";
import { empty, type Tensor } from "../tensor.ts";
import { begin } from "./internal/arguments.ts";
import { composed } from "./internal/composed.ts";
import { type Block, tap } from "./internal/taps.ts";

/** How values between pixels are made. */
export type InterpolateMode = "nearest" | "nearest-exact" | "linear" | "bilinear" | "trilinear" | "bicubic" | "area";

/** Options of {@link interpolate}; either `size` or `scaleFactor`. */
export interface InterpolateOptions {
  /** Size of the result: one for all spatial axes, or one for each. */
  size?: number | readonly number[];
  /** Factor of each spatial axis' size, the result being rounded down: one for all, or one for each. */
  scaleFactor?: number | readonly number[];
  /** How values between pixels are made (default "nearest"); "linear" for one axis, "bilinear" and "bicubic" for two, "trilinear" for three. */
  mode?: InterpolateMode;
  /** Whether the centres of the corner pixels stay in place, rather than the corners (default false); only linear and cubic. */
  alignCorners?: boolean;
  /** Whether distances follow from the sizes, rounded, rather than from `scaleFactor` (default false). */
  recomputeScaleFactor?: boolean;
}

/** Spatial axes that a mode is for; 0: any. */
const AXES: Readonly<Record<InterpolateMode, number>> = {
  nearest: 0,
  "nearest-exact": 0,
  area: 0,
  linear: 1,
  bilinear: 2,
  trilinear: 3,
  bicubic: 2,
};

type Settings = Required<{ [K in keyof InterpolateOptions]: InterpolateOptions[K] | undefined }> & {
  mode: InterpolateMode;
  alignCorners: boolean;
};
const DEFAULTS: Settings = {
  size: undefined,
  scaleFactor: undefined,
  mode: "nearest",
  alignCorners: false,
  recomputeScaleFactor: false,
};

/**
 * Resizes the spatial axes.
 *
 * @param x float32 `[N, C, ...]` with one to three spatial axes.
 * @param options see {@link InterpolateOptions}.
 * @throws TypeError for another dtype or kind of option; RangeError for sizes, factors or a mode that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
 *
 * @example
 * ```ts
 * import { interpolate, tensor } from "sedge";
 * const x = tensor([[[1, 3]]]);
 * interpolate(x, { scaleFactor: 2 }).toArray(); // => [[[1,1,3,3]]]
 * interpolate(x, { size: 3, mode: "linear", alignCorners: true }).toArray(); // => [[[1,2,3]]]
 * ```
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const op = "interpolate";
  const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = begin(
    op,
    x,
    options as Settings,
    DEFAULTS,
    "float32",
  );
  const spatial = x.shape.slice(2);
  const count = spatial.length;
  if (count < 1 || count > 3 || sizeOf(x.shape.slice(1)) === 0) {
    throw refusal(op, "x of shape [N, C, ...] with one to three spatial axes", x.shape);
  }
  const axes = Object.hasOwn(AXES, mode) ? AXES[mode] : -1;
  if (axes !== 0 && axes !== count) throw refusal(op, `a mode for ${count} spatial axes`, mode);
  if (alignCorners && axes === 0) throw refusal(op, `no alignCorners for mode ${mode}`, alignCorners);
  const given = size ?? scaleFactor;
  const each: readonly unknown[] = Array.isArray(given) ? given : spatial.map(() => given);
  if ((size === undefined) === (scaleFactor === undefined) || each.length !== count) {
    const both = size !== undefined && scaleFactor !== undefined;
    throw refusal(op, `either size or scaleFactor, one number or ${count}`, both ? [size, scaleFactor] : given);
  }
  const sizes = each.map((v, i) =>
    size !== undefined ? checkInt(op, "size", v, 1) : Math.floor(spatial[i]! * checkNumber(op, "scaleFactor", v, 0)),
  );
  if (sizes.includes(0)) throw refusal(op, "scaleFactor to leave at least one pixel", given);
  const scales = each.map((v) => (size !== undefined || recomputeScaleFactor ? undefined : 1 / (v as number)));
  return composed(op, () => {
    let y = x;
    // the last axis first, while the others, over which vectors run, are yet to grow
    for (let i = count - 1; i >= 0; i--) y = resized(op, y, i + 2, sizes[i]!, tapsOf(mode, alignCorners, scales[i]));
    return y;
  });
}

/** For place i of n the first of its taps among `size`, which may lie outside, and their weights. */
type Taps = (i: number, size: number, n: number) => [first: number, ...weights: number[]];

/** The taps of a mode; `scale` is the distance between places, where it does not follow from the sizes. */
function tapsOf(mode: InterpolateMode, alignCorners: boolean, scale: number | undefined): Taps {
  if (mode === "area") {
    return (i, size, n) => {
      const first = Math.floor((i * size) / n);
      const count = Math.ceil(((i + 1) * size) / n) - first;
      return [first, ...new Array<number>(count).fill(1 / count)];
    };
  }
  if (AXES[mode] === 0) {
    const centre = mode === "nearest" ? 0 : 0.5;
    // Places in float32 as in PyTorch: between two pixels, float64 would take another one.
    return (i, size, n) => [Math.floor(Math.fround((i + centre) * Math.fround(scale ?? size / n))), 1];
  }
  const cubic = mode === "bicubic";
  return (i, size, n) => {
    if (size === n && !cubic) return [i, 1]; // whatever the factor is
    const at = alignCorners ? (n > 1 ? (i * (size - 1)) / (n - 1) : 0) : (i + 0.5) * (scale ?? size / n) - 0.5;
    const from = cubic ? at : Math.max(at, 0);
    const first = Math.floor(from);
    const t = from - first;
    return cubic ? [first - 1, ...cubicWeights(t)] : [first, 1 - t, t];
  };
}

/** Sharpness of the cubic: PyTorch's and OpenCV's. */
const A = -0.75;

/** Weights of the four pixels around a place that lies t behind the second; R. Keys' convolution kernel (1981). */
function cubicWeights(t: number): number[] {
  const near = (d: number): number => ((A + 2) * d - (A + 3)) * d * d + 1;
  const far = (d: number): number => ((A * d - 5 * A) * d + 8 * A) * d - 4 * A;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

/** One axis resized to n; taps outside count as the edge. */
function resized(op: string, x: Tensor, axis: number, n: number, taps: Taps): Tensor {
  const { shape } = x;
  const size = shape[axis]!;
  const table = Array.from({ length: n }, (_, i) => taps(i, size, n));
  const most = table.reduce((longest, row) => Math.max(longest, row.length - 1), 0);
  const index = empty([n, most], "int32");
  const weight = empty([n, most]);
  const { data: places } = index;
  const { data: weights } = weight;
  for (const [i, [first, ...row]] of table.entries()) {
    for (let t = 0; t < most; t++) {
      places[i * most + t] = t < row.length ? Math.min(Math.max(first + t, 0), size - 1) : -1;
      weights[i * most + t] = row[t] ?? 0;
    }
  }
  const outer = sizeOf(shape.slice(0, axis));
  const block: Block = [outer, outer, size, n, sizeOf(shape.slice(axis + 1)), most];
  return tap(op, x, index, weight, block, replaced(shape, axis, n));
}

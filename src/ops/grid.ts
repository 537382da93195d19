// Sampling at places that a tensor gives, and the grids of places of affine maps. Places become taps and weights by
// elementwise ops, so that their gradients are those of the ops. Resizing by sizes is interpolate.ts.

import { detach } from "../autograd.ts";
import { checkShape, readOptions, refusal, type Shape, sameShape, show, sizeOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { add, div, minimum, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { eq, ge, gt, logicalAnd, lt } from "./compare.ts";
import { ones, tensor } from "./create.ts";
import { matmul } from "./gemm.ts";
import { begin, oneOf } from "./internal/arguments.ts";
import { composed } from "./internal/composed.ts";
import { type Block, tap } from "./internal/taps.ts";
import { reshaped } from "./internal/transfer.ts";
import { meshgrid, stack } from "./join.ts";
import { transpose } from "./permute.ts";
import { fmod, remainder } from "./remainder.ts";
import { floor, round } from "./round.ts";
import { select } from "./slice.ts";
import { where } from "./ternary.ts";

/** Options of {@link gridSample}. */
export interface GridSampleOptions {
  /** How values between pixels are made (default "bilinear"; of volumes it is trilinear); "bicubic" for images only. */
  mode?: "bilinear" | "nearest" | "bicubic";
  /** What lies outside: zeros, the edge, or the image mirrored (default "zeros"). */
  paddingMode?: "zeros" | "border" | "reflection";
  /** Whether -1 and 1 are the centres of the corner pixels, rather than their outer edges (default false). */
  alignCorners?: boolean;
}

type Settings = Required<GridSampleOptions>;
const DEFAULTS: Settings = { mode: "bilinear", paddingMode: "zeros", alignCorners: false };

/**
 * Values of images, or of volumes, at the places of a grid.
 *
 * @param x float32 `[N, C, H, W]`, or `[N, C, D, H, W]`.
 * @param grid float32 `[N, Ho, Wo, 2]` of (x, y), or `[N, Do, Ho, Wo, 3]` of (x, y, z), -1 and 1 being the edges. NaN
 *   counts as the first pixel with a border or reflection.
 * @param options see {@link GridSampleOptions}.
 * @returns `[N, C, Ho, Wo]`, or `[N, C, Do, Ho, Wo]`. Mode "nearest" has no gradient of the grid; bilinear values have
 *   kinks at pixels' centres, where the gradient is that of the right side.
 * @throws TypeError for another dtype; RangeError for shapes that do not fit or an unknown mode.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html
 *
 * @example
 * ```ts
 * import { gridSample, tensor } from "sedge";
 * const image = tensor([[[[1, 2], [3, 4]]]]);
 * gridSample(image, tensor([[[[0, 0], [-0.5, 0.5]]]])).toArray(); // => [[[[2.5,3]]]]
 * ```
 */
export function gridSample(x: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  const op = "gridSample";
  const { mode, paddingMode, alignCorners } = begin(op, x, options, DEFAULTS, "float32");
  expectTensor(op, "grid", grid, "float32");
  const { rank, shape } = x;
  const axes = rank - 2;
  if ((axes !== 2 && axes !== 3) || sizeOf(shape.slice(1)) === 0) {
    throw refusal(op, "x of shape [N, C, H, W] or [N, C, D, H, W]", shape);
  }
  if (grid.rank !== rank || grid.shape[0] !== shape[0] || grid.shape[rank - 1] !== axes) {
    throw refusal(op, `grid of shape [${shape[0]}, ..., ${axes}] and ${rank} axes`, grid.shape);
  }
  oneOf(op, "mode", mode, ["bilinear", "nearest", ...(axes === 2 ? ["bicubic"] : [])]);
  oneOf(op, "paddingMode", paddingMode, ["zeros", "border", "reflection"]);
  const [n, share] = shape as [number, number];
  return composed(op, () => {
    let taps: Tap[] = [];
    for (let axis = axes - 1; axis >= 0; axis--) {
      const size = shape[rank - 1 - axis]!;
      const at = unnormalized(select(grid, axis, { axis: -1 }), size, alignCorners);
      const here = tapsAlong(at, mode, size, (p) => inside(p, paddingMode, size, alignCorners));
      // every tap so far with every one of this axis; one outside of the image is -1
      const both = ([i, w]: Tap): Tap[] =>
        here.map(([j, v]) => [where(ge(minimum(i, j), 0), add(mul(i, size), j), -1), mul(w, v)]);
      taps = taps.length === 0 ? here : taps.flatMap(both);
    }
    const [index, weight] = [0, 1].map((part) =>
      stack(
        taps.map((t) => t[part as 0]),
        { axis: rank - 1 },
      ),
    ) as [Tensor, Tensor];
    const places = grid.shape.slice(1, -1);
    const block: Block = [n * share, share, sizeOf(shape.slice(2)), sizeOf(places), 1, taps.length];
    return tap(op, x, index, weight, block, [n, share, ...places]);
  });
}

/** Pixels, int32, -1 where there is none, and their weights. */
type Tap = readonly [pixel: Tensor, weight: Tensor];

/** Coordinates from -1 to 1 in pixels. */
function unnormalized(at: Tensor, size: number, alignCorners: boolean): Tensor {
  const from = add(at, 1);
  return alignCorners ? mul(div(from, 2), size - 1) : div(sub(mul(from, size), 1), 2);
}

/** The taps of places along one axis. */
function tapsAlong(at: Tensor, mode: Settings["mode"], size: number, padded: (p: Tensor) => Tensor): Tap[] {
  const pixel = (p: Tensor): Tensor => cast(where(logicalAnd(ge(p, 0), lt(p, size)), p, -1), "int32");
  if (mode === "nearest") return [[pixel(round(detach(padded(at)))), ones(at.shape)]];
  const cubic = mode === "bicubic";
  const p = cubic ? at : padded(at);
  const first = floor(detach(p));
  const t = sub(p, first);
  const weights = cubic ? [far(add(t, 1)), near(t), near(sub(1, t)), far(sub(2, t))] : [sub(1, t), t];
  return weights.map((w, k) => {
    const place = add(first, cubic ? k - 1 : k);
    return [pixel(cubic ? padded(place) : place), w];
  });
}

/** Sharpness of the cubic, and its weights at distances below and above 1, as in interpolate.ts. */
const A = -0.75;
const near = (d: Tensor): Tensor => add(mul(mul(sub(mul(d, A + 2), A + 3), d), d), 1);
const far = (d: Tensor): Tensor => sub(mul(add(mul(sub(mul(d, A), 5 * A), d), 8 * A), d), 4 * A);

/** Places brought inside by the edge or by mirrors, NaN to 0; those at the ends have no gradient, as in PyTorch. */
function inside(p: Tensor, padding: Settings["paddingMode"], size: number, alignCorners: boolean): Tensor {
  if (padding === "zeros") return p;
  const q =
    padding === "border" ? p : reflected(p, ...((alignCorners ? [0, size - 1] : [-0.5, size]) as [number, number]));
  return where(gt(q, 0), where(lt(q, size - 1), q, size - 1), 0);
}

/** Places mirrored at `low` and `low + span`, as often as it takes. */
function reflected(p: Tensor, low: number, span: number): Tensor {
  if (span === 0) return mul(p, 0);
  const from = sub(p, low);
  const away = where(lt(from, 0), mul(from, -1), from);
  const extra = fmod(away, span);
  const even = eq(remainder(floor(div(detach(away), span)), 2), 0);
  return where(even, add(extra, low), sub(span + low, extra));
}

/**
 * The places that an affine map takes the pixels of an image, or volume, to: what `gridSample` takes.
 *
 * @param theta float32 `[N, 2, 3]`, or `[N, 3, 4]` for volumes.
 * @param size shape of the result of `gridSample`: `[N, C, H, W]`, or `[N, C, D, H, W]`.
 * @param options `alignCorners`: whether -1 and 1 are the centres of the corner pixels, rather than their outer edges
 *   (default false).
 * @returns `[N, H, W, 2]`, or `[N, D, H, W, 3]`.
 * @throws TypeError for another dtype; RangeError for shapes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.affine_grid.html
 *
 * @example
 * ```ts
 * import { affineGrid, tensor } from "sedge";
 * const theta = tensor([[[1, 0, 0], [0, 1, 0]]]);
 * affineGrid(theta, [1, 1, 1, 2]).toArray(); // => [[[[-0.5,0],[0.5,0]]]]
 * ```
 */
export function affineGrid(theta: Tensor, size: Shape, options: { alignCorners?: boolean } = {}): Tensor {
  const op = "affineGrid";
  expectTensor(op, "theta", theta, "float32");
  const { alignCorners } = readOptions(op, options, { alignCorners: false });
  const [n, , ...spatial] = checkShape(op, size, "size");
  const axes = spatial.length;
  if ((axes !== 2 && axes !== 3) || size.includes(0)) throw refusal(op, "size [N, C, H, W] or [N, C, D, H, W]", size);
  const wanted = [n!, axes, axes + 1];
  if (!sameShape(theta.shape, wanted)) throw refusal(op, `theta of shape ${show(wanted)}`, theta.shape);
  return composed(op, () => {
    const lists = spatial.map((d) => tensor(Array.from({ length: d }, (_, i) => centre(i, d, alignCorners))));
    const places = stack([...meshgrid(lists).reverse(), ones(spatial)], { axis: axes });
    const base = reshaped(op, places, [sizeOf(spatial), axes + 1]);
    return reshaped(op, matmul(base, transpose(theta)), [n!, ...spatial, axes]);
  });
}

/** The coordinate of pixel i of n, from -1 to 1. */
function centre(i: number, n: number, alignCorners: boolean): number {
  if (alignCorners) return n > 1 ? (2 * i) / (n - 1) - 1 : 0;
  return (2 * i + 1) / n - 1;
}

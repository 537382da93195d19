// Max and average pooling over images: arguments, shape rule, forward and backward. The loops are assembly/pool.ts.
import { record } from "../autograd.ts";
import { checkBoolean, checkInt, checkOptions, pair, type Shape, show } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { ints, k } from "../wasm.ts";
import { type Geometry, workingMemory } from "./internal/geometry.ts";
import { poolPadding } from "./internal/padding.ts";

/** Options of {@link maxPool2d}: one number for both axes, or `[vertical, horizontal]`. */
export interface MaxPool2dOptions {
  /** Pixels from a window to the next; default the kernel's size. */
  stride?: number | readonly [number, number];
  /** Places on each side that count as -Infinity, at most half the kernel; default 0. */
  padding?: number | readonly [number, number];
  /** Pixels from a place of the window to the next; default 1. */
  dilation?: number | readonly [number, number];
  /** Whether a last window may reach past the end, if it begins inside the image or its left padding; default false. */
  ceilMode?: boolean;
}

/** Options of {@link avgPool2d}: one number for both axes, or `[vertical, horizontal]`. */
export interface AvgPool2dOptions {
  /** Pixels from a window to the next; default the kernel's size. */
  stride?: number | readonly [number, number];
  /** Zeros on each side, at most half the kernel; default 0. */
  padding?: number | readonly [number, number];
  /** Whether a last window may reach past the end, if it begins inside the image or its left padding; default false. */
  ceilMode?: boolean;
  /** Whether zeros of the padding count in the mean's divisor; default true. */
  countIncludePad?: boolean;
  /** Divides the sums by this integer instead of by the number of places. */
  divisorOverride?: number;
}

/**
 * The largest value of each window of each channel. NaN counts as largest; of equal values the first gets the gradient.
 *
 * @param x float32 `[N, C, H, W]`, or `[C, H, W]`.
 * @param kernelSize size of the window: a number, or `[vertical, horizontal]`.
 * @param options `stride`, `padding`, `dilation`, `ceilMode`; see {@link MaxPool2dOptions}.
 * @returns `[N, C, Ho, Wo]` (or `[C, Ho, Wo]`), `Ho = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1`.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 *
 * @example
 * ```ts
 * import { maxPool2d, tensor } from "sedge";
 * const x = tensor([[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]);
 * maxPool2d(x, 2).toArray(); // => [[[5]]]
 * maxPool2d(x, 2, { stride: 1 }).toArray(); // => [[[5,6],[8,9]]]
 * ```
 */
export function maxPool2d(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options: MaxPool2dOptions = {},
): Tensor {
  expectTensor("maxPool2d", "x", x, "float32");
  checkOptions("maxPool2d", options, ["stride", "padding", "dilation", "ceilMode"]);
  const pooling = poolingOf("maxPool2d", x.shape, kernelSize, options);
  const y = empty(pooledShape(x.shape, pooling));
  const working = workingMemory(k.poolScratch, pooling);
  k.maxPool2d(y.ptr, x.ptr, ints(pooling), working);
  return record("maxPool2d", y, [x], [x], (dy, [x]) => {
    const dx = empty(x.shape);
    const working = workingMemory(k.poolGradScratch, pooling);
    k.maxPool2dGrad(dx.ptr, dy.ptr, x.ptr, ints(pooling), working);
    return [dx];
  });
}

/**
 * The mean of each window of each channel.
 *
 * @param x float32 `[N, C, H, W]`, or `[C, H, W]`.
 * @param kernelSize size of the window: a number, or `[vertical, horizontal]`.
 * @param options `stride`, `padding`, `ceilMode`, `countIncludePad`, `divisorOverride`; see {@link AvgPool2dOptions}.
 * @returns `[N, C, Ho, Wo]` (or `[C, Ho, Wo]`), `Ho = floor((H + 2 padding - kernel) / stride) + 1`.
 * @throws TypeError for a wrong dtype or option; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 *
 * @example
 * ```ts
 * import { avgPool2d, tensor } from "sedge";
 * const x = tensor([[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]);
 * avgPool2d(x, 2).toArray(); // => [[[3]]]
 * avgPool2d(x, 3, { stride: 2, padding: 1, countIncludePad: false }).toArray(); // => [[[3,4],[6,7]]]
 * ```
 */
export function avgPool2d(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options: AvgPool2dOptions = {},
): Tensor {
  expectTensor("avgPool2d", "x", x, "float32");
  checkOptions("avgPool2d", options, ["stride", "padding", "ceilMode", "countIncludePad", "divisorOverride"]);
  const pooling = poolingOf("avgPool2d", x.shape, kernelSize, options);
  const countPadding = checkBoolean("avgPool2d", "countIncludePad", options.countIncludePad ?? true) ? 1 : 0;
  const divisor = divisorOf(options);
  const y = empty(pooledShape(x.shape, pooling));
  const working = workingMemory(k.poolScratch, pooling);
  k.avgPool2d(y.ptr, x.ptr, ints(pooling), working, countPadding, divisor);
  const { shape } = x;
  return record("avgPool2d", y, [x], [], (dy) => {
    const dx = empty(shape);
    const working = workingMemory(k.poolGradScratch, pooling);
    k.avgPool2dGrad(dx.ptr, dy.ptr, ints(pooling), working, countPadding, divisor);
    return [dx];
  });
}

/** The divisor that replaces the number of places, or 0. */
function divisorOf({ divisorOverride }: AvgPool2dOptions): number {
  if (divisorOverride === undefined) return 0;
  if (checkInt("avgPool2d", "divisorOverride", divisorOverride) === 0) {
    throw new RangeError("avgPool2d: expected divisorOverride other than 0, got 0");
  }
  return divisorOverride;
}

/** N * C planes of one channel, pooled into one. */
function poolingOf(op: string, shape: Shape, kernelSize: unknown, options: MaxPool2dOptions): Geometry {
  if (shape.length !== 3 && shape.length !== 4) {
    throw new RangeError(`${op}: expected x of shape [N, C, H, W] or [C, H, W], got ${show(shape)}`);
  }
  const [n, c, h, w] = (shape.length === 4 ? shape : [1, ...shape]) as [number, number, number, number];
  const [kh, kw] = pair(op, "kernelSize", kernelSize, 1);
  const [sh, sw] = pair(op, "stride", options.stride ?? [kh, kw], 1);
  const [dh, dw] = pair(op, "dilation", options.dilation ?? 1, 1);
  const ceilMode = checkBoolean(op, "ceilMode", options.ceilMode ?? false);
  const [top, left] = poolPadding(op, options.padding ?? 0, [kh, kw]);
  const ho = windows(h, dh * (kh - 1) + 1, sh, top, ceilMode);
  const wo = windows(w, dw * (kw - 1) + 1, sw, left, ceilMode);
  if (ho < 1 || wo < 1) {
    const extent = show([dh * (kh - 1) + 1, dw * (kw - 1) + 1]);
    const size = show([h + 2 * top, w + 2 * left]);
    throw new RangeError(`${op}: expected a window no larger than the padded input ${size}, got ${extent}`);
  }
  // a single row or column of windows has no stride
  return [n * c, 1, h, w, 1, kh, kw, ho === 1 ? 1 : sh, wo === 1 ? 1 : sw, top, left, dh, dw, 1, ho, wo];
}

/** How many windows fit along an axis. In ceil mode one may stick out, but must begin inside the image or the padding before it. */
function windows(size: number, extent: number, stride: number, padding: number, ceilMode: boolean): number {
  const room = size + 2 * padding - extent;
  const n = Math.floor((room + (ceilMode ? stride - 1 : 0)) / stride) + 1;
  return ceilMode && (n - 1) * stride >= size + padding ? n - 1 : n;
}

function pooledShape(shape: Shape, pooling: Geometry): Shape {
  return [...shape.slice(0, -2), pooling[14], pooling[15]];
}

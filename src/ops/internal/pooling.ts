// What all pools share: checks, shape rule, and how three axes are pooled as two and then the first. Maxima with their
// indices are maxima.ts, the ops ops/*pool.ts.
import { checkBoolean, perAxis, refusal, type Shape, show, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type Axis, unpooled } from "./geometry.ts";
import { outputSizes, poolPadding } from "./padding.ts";

/** Options of any pool. */
export interface PoolingOptions {
  stride?: unknown;
  padding?: unknown;
  dilation?: unknown;
  ceilMode?: unknown;
}

/** Names of the axes in messages, by how many there are. */
const SIZES = ["", "L", "H, W", "D, H, W"];

/** Refuses x without the axes of a pool over `dims`: those, channels, and perhaps a batch, the only axis that may be empty. */
export function expectPlanes(op: string, x: Tensor, dims: number): void {
  const { shape } = x;
  if (x.rank !== dims + 1 && x.rank !== dims + 2) {
    throw refusal(op, `x of shape [N, C, ${SIZES[dims]}] or [C, ${SIZES[dims]}]`, shape);
  }
  if (shape.slice(-dims).includes(0)) throw refusal(op, "x of sizes above 0", shape);
}

/** Windows over the last `dims` axes. */
export function poolAxes(op: string, dims: number, x: Tensor, kernelSize: unknown, options: PoolingOptions): Axis[] {
  expectPlanes(op, x, dims);
  const sizes = x.shape.slice(-dims);
  const kernel = perAxis(op, "kernelSize", kernelSize, dims, 1);
  const stride = perAxis(op, "stride", options.stride ?? kernel, dims, 1);
  const dilation = perAxis(op, "dilation", options.dilation ?? 1, dims, 1);
  const ceilMode = checkBoolean(op, "ceilMode", options.ceilMode ?? false);
  const before = poolPadding(op, options.padding ?? 0, kernel);
  const extent = kernel.map((n, i) => dilation[i]! * (n - 1) + 1);
  const axes = sizes.map((size, i) => ({
    size,
    kernel: kernel[i]!,
    stride: stride[i]!,
    before: before[i]!,
    dilation: dilation[i]!,
    out: windows(size, extent[i]!, stride[i]!, before[i]!, ceilMode),
  }));
  if (axes.some(({ out }) => out < 1)) {
    const padded = show(sizes.map((n, i) => n + 2 * before[i]!));
    throw refusal(op, `a window no larger than the padded input ${padded}`, extent);
  }
  return axes;
}

/** How many windows fit along an axis. In ceil mode one may stick out, but must begin inside the image or the padding before it. */
function windows(size: number, extent: number, stride: number, padding: number, ceilMode: boolean): number {
  const room = size + 2 * padding - extent;
  const n = Math.floor((room + (ceilMode ? stride - 1 : 0)) / stride) + 1;
  return ceilMode && (n - 1) * stride >= size + padding ? n - 1 : n;
}

/** Pools planes of one or two axes to `shape`. */
type Pool = (x: Tensor, shape: Shape, planes: number, axes: readonly Axis[]) => Tensor;

/**
 * Pools along `axes`, the last of x. Three are done as two and then the first: the largest of the largest is the largest,
 * the first of the first the first, and the number of places is a product.
 */
export function separately(x: Tensor, axes: readonly Axis[], pool: Pool, last: Pool = pool): Tensor {
  const lead = x.shape.slice(0, -axes.length);
  const shape = [...lead, ...axes.map(({ out }) => out)];
  const planes = sizeOf(lead);
  if (axes.length < 3) return pool(x, shape, planes, axes);
  const [d, h, w] = axes as [Axis, Axis, Axis];
  const flat = pool(x, [...lead, d.size, h.out, w.out], planes * d.size, [h, w]);
  try {
    return last(flat, shape, planes, [d, unpooled(h.out * w.out)]);
  } finally {
    flat.dispose();
  }
}

/** Adaptive windows over the last axes, one for each of `outputSize`. */
export function adaptiveAxes(op: string, dims: number, x: Tensor, outputSize: unknown): Axis[] {
  expectPlanes(op, x, dims);
  const list = outputSizes(op, outputSize, dims);
  return x.shape.slice(-dims).map((size, i) => ({ ...unpooled(size), out: list[i] ?? size }));
}

// Convolution over images: its arguments, shape rule, forward and backward. The loops are assembly/conv*.ts.
import { record } from "../autograd.ts";
import { checkInt, checkOptions, describe, pair, type Shape, show } from "../shape.ts";
import { empty, expectTensor, Tensor } from "../tensor.ts";
import { ints, k } from "../wasm.ts";
import { type Geometry, workingMemory } from "./internal/geometry.ts";
import { convPadding } from "./internal/padding.ts";

/** Options of {@link conv2d}: one number for both axes, or `[vertical, horizontal]`. */
export interface Conv2dOptions {
  /** Pixels from a window to the next; default 1. */
  stride?: number | readonly [number, number];
  /** Zeros on each side, `"valid"` for none (default 0), or `"same"` for an output of the input's size (stride 1 only). */
  padding?: number | readonly [number, number] | "same" | "valid";
  /** Pixels from a tap of the kernel to the next; default 1. */
  dilation?: number | readonly [number, number];
  /** Groups of channels that do not see each other, the number of channels for a depthwise convolution; default 1. */
  groups?: number;
}

/**
 * Two-dimensional convolution (cross-correlation) of images with a bank of kernels.
 *
 * @param x float32 `[N, C, H, W]`, or `[C, H, W]` for one image.
 * @param weight float32 `[O, C / groups, kh, kw]`.
 * @param bias float32 `[O]`, or null for none (default).
 * @param options `stride`, `padding`, `dilation`, `groups`; see {@link Conv2dOptions}. `"same"` puts an odd zero at the end.
 * @returns `[N, O, Ho, Wo]` (or `[O, Ho, Wo]`) with `Ho = floor((H + 2 padding - dilation (kh - 1) - 1) / stride) + 1`.
 * @throws TypeError for a wrong dtype or option; RangeError for shapes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 *
 * @example
 * ```ts
 * import { conv2d, ones } from "sedge";
 * const x = ones([1, 1, 3, 3]);
 * const weight = ones([1, 1, 2, 2]);
 * conv2d(x, weight).toArray(); // => [[[[4,4],[4,4]]]]
 * conv2d(x, weight, null, { padding: "same" }).shape; // => [1,1,3,3]
 * ```
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null = null, options: Conv2dOptions = {}): Tensor {
  expectTensor("conv2d", "x", x, "float32");
  expectTensor("conv2d", "weight", weight, "float32");
  if (bias !== null) expectBias(bias, weight);
  const geometry = geometryOf(x.shape, weight.shape, options);
  const [n, , , , o, , , , , , , , , , ho, wo] = geometry;
  const y = empty(x.rank === 4 ? [n, o, ho, wo] : [o, ho, wo]);
  const working = workingMemory(k.conv2dScratch, geometry);
  k.conv2d(y.ptr, x.ptr, weight.ptr, bias === null ? 0 : bias.ptr, ints(geometry), working);
  const inputs = bias === null ? [x, weight] : [x, weight, bias];
  return record("conv2d", y, inputs, [x, weight], (dy, [x, weight], needs) => {
    const gradients = [
      needs[0] ? inputGrad(dy, x.shape, weight, geometry) : null,
      needs[1] ? weightGrad(dy, x, weight.shape, geometry) : null,
    ];
    if (needs.length > 2) gradients.push(needs[2] ? biasGrad(dy, geometry) : null);
    return gradients;
  });
}

function inputGrad(dy: Tensor, shape: Shape, weight: Tensor, geometry: Geometry): Tensor {
  const dx = empty(shape);
  const working = workingMemory(k.conv2dInputGradScratch, geometry);
  k.conv2dInputGrad(dx.ptr, dy.ptr, weight.ptr, ints(geometry), working);
  return dx;
}

function weightGrad(dy: Tensor, x: Tensor, shape: Shape, geometry: Geometry): Tensor {
  const dweight = empty(shape);
  const working = workingMemory(k.conv2dWeightGradScratch, geometry);
  k.conv2dWeightGrad(dweight.ptr, dy.ptr, x.ptr, ints(geometry), working);
  return dweight;
}

function biasGrad(dy: Tensor, [n, , , , o, , , , , , , , , , ho, wo]: Geometry): Tensor {
  const dbias = empty([o]);
  k.conv2dBiasGrad(dbias.ptr, dy.ptr, n, o, ho * wo);
  return dbias;
}

function expectBias(bias: unknown, weight: Tensor): void {
  if (typeof bias === "object" && !(bias instanceof Tensor)) {
    throw new TypeError(
      `conv2d: expected bias to be a tensor or null, got ${describe(bias)}; options come after the bias`,
    );
  }
  expectTensor("conv2d", "bias", bias, "float32");
  const o = weight.shape[0] ?? 0;
  if (bias.rank !== 1 || bias.size !== o) {
    throw new RangeError(`conv2d: expected bias of shape ${show([o])}, got ${show(bias.shape)}`);
  }
}

function geometryOf(input: Shape, kernel: Shape, options: Conv2dOptions): Geometry {
  checkOptions("conv2d", options, ["stride", "padding", "dilation", "groups"]);
  if (input.length !== 3 && input.length !== 4) {
    throw new RangeError(`conv2d: expected x of shape [N, C, H, W] or [C, H, W], got ${show(input)}`);
  }
  if (kernel.length !== 4 || kernel[2] === 0 || kernel[3] === 0) {
    throw new RangeError(`conv2d: expected weight of shape [O, C / groups, kh, kw], got ${show(kernel)}`);
  }
  const [n, c, h, w] = (input.length === 4 ? input : [1, ...input]) as [number, number, number, number];
  const [o, cg, kh, kw] = kernel as [number, number, number, number];
  const [sh, sw] = pair("conv2d", "stride", options.stride ?? 1, 1);
  const [dh, dw] = pair("conv2d", "dilation", options.dilation ?? 1, 1);
  const groups = checkInt("conv2d", "groups", options.groups ?? 1, 1);
  if (o % groups !== 0) {
    throw new RangeError(`conv2d: expected groups to divide the ${o} output channels, got ${groups}`);
  }
  if (c !== cg * groups) {
    throw new RangeError(`conv2d: expected ${cg * groups} channels, got ${c} (input shape ${show(input)})`);
  }
  const extent = [dh * (kh - 1) + 1, dw * (kw - 1) + 1] as const;
  const [top, left, paddedH, paddedW] = padded(h, w, extent, [sh, sw], options.padding ?? 0);
  if (extent[0] > paddedH || extent[1] > paddedW) {
    throw new RangeError(
      `conv2d: expected a kernel no larger than the padded input ${show([paddedH, paddedW])}, got ${show(extent)}` +
        (dh * dw > 1 ? " with its dilation" : ""),
    );
  }
  const ho = Math.floor((paddedH - extent[0]) / sh) + 1;
  const wo = Math.floor((paddedW - extent[1]) / sw) + 1;
  // a single row or column of windows has no stride
  return [n, c, h, w, o, kh, kw, ho === 1 ? 1 : sh, wo === 1 ? 1 : sw, top, left, dh, dw, groups, ho, wo];
}

/** Zeros before the first row and column, and the padded size. */
function padded(
  h: number,
  w: number,
  [extentH, extentW]: readonly [number, number],
  stride: readonly [number, number],
  padding: NonNullable<Conv2dOptions["padding"]>,
): [top: number, left: number, height: number, width: number] {
  const sizes = convPadding("conv2d", padding, stride);
  if (sizes === "valid") return [0, 0, h, w];
  if (sizes === "same") {
    // an odd zero comes after the last row or column
    return [(extentH - 1) >> 1, (extentW - 1) >> 1, h + extentH - 1, w + extentW - 1];
  }
  const [top, left] = sizes;
  return [top, left, h + 2 * top, w + 2 * left];
}

// Convolutions over one to three axes and their transposes: checks, shape rule, forward and backward of all the ops in
// ops/conv.ts and ops/conv-transpose.ts. The loops are assembly/conv*.ts.
import { type Backward, record } from "../../autograd.ts";
import { checkInt, checkOptions, describe, perAxis, refusal, type Shape, show } from "../../shape.ts";
import { empty, expectTensor, Tensor } from "../../tensor.ts";
import { ints, k } from "../../wasm.ts";
import { sum } from "../reduce.ts";
import { product } from "./gemm.ts";
import { type Axis, type Geometry, geometryOf, workingMemory } from "./geometry.ts";
import { convPadding, outputPaddings } from "./padding.ts";

/** Options of any convolution. */
export interface ConvolutionOptions {
  stride?: unknown;
  padding?: unknown;
  outputPadding?: unknown;
  dilation?: unknown;
  groups?: unknown;
}

/** Names of the axes in messages, by how many there are. */
const SIZES = ["", "L", "H, W", "D, H, W"];
const KERNELS = ["", "k", "kh, kw", "kd, kh, kw"];

/** The convolution over the last `dims` axes, or its transpose. */
export function convolution(
  op: string,
  dims: number,
  transposed: boolean,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvolutionOptions,
): Tensor {
  expectTensor(op, "x", x, "float32");
  expectTensor(op, "weight", weight, "float32");
  if (bias !== null) expectBias(op, bias);
  checkOptions(op, options, ["stride", "padding", ...(transposed ? ["outputPadding"] : []), "dilation", "groups"]);
  const lead = x.shape.slice(0, -dims);
  if (lead.length < 1 || lead.length > 2) {
    throw refusal(op, `x of shape [N, C, ${SIZES[dims]}] or [C, ${SIZES[dims]}]`, x.shape);
  }
  const [first, second, ...kernel] = weight.shape as [number, number, ...number[]];
  if (kernel.length !== dims || kernel.includes(0)) {
    const channels = transposed ? "C, O / groups" : "O, C / groups";
    throw refusal(op, `weight of shape [${channels}, ${KERNELS[dims]}]`, weight.shape);
  }
  const groups = checkInt(op, "groups", options.groups ?? 1, 1);
  if (first % groups !== 0) {
    const side = transposed ? "input" : "output";
    throw refusal(op, `groups to divide the ${first} ${side} channels`, groups);
  }
  const [c, o] = transposed ? [first, second * groups] : [second * groups, first];
  if (lead.at(-1) !== c) {
    throw new RangeError(`${op}: expected ${c} channels, got ${lead.at(-1)} (input shape ${show(x.shape)})`);
  }
  if (bias !== null && (bias.rank !== 1 || bias.size !== o)) {
    throw refusal(op, `bias of shape ${show([o])}`, bias.shape);
  }
  const sizes = x.shape.slice(-dims);
  const axes = transposed ? transposedAxes(op, sizes, kernel, options) : axesOf(op, sizes, kernel, options);
  const out = axes.map((axis) => (transposed ? axis.size : axis.out));
  const shape = [...lead.slice(0, -1), o, ...out];
  const n = lead.length === 2 ? lead[0]! : 1;
  return transposed
    ? part(
        op,
        X,
        [null, weight, x],
        [shape, weight.shape, x.shape],
        geometry(n, o, c, groups, axes, bias !== null),
        bias,
      )
    : part(op, Y, [x, weight, null], [x.shape, weight.shape, shape], geometry(n, c, o, groups, axes, false), bias);
}

function expectBias(op: string, bias: unknown): void {
  if (typeof bias === "object" && !(bias instanceof Tensor)) {
    throw new TypeError(
      `${op}: expected bias to be a tensor or null, got ${describe(bias)}; options come after the bias`,
    );
  }
  expectTensor(op, "bias", bias, "float32");
}

/** Windows of the kernel on the padded input. */
function axesOf(op: string, sizes: Shape, kernel: Shape, options: ConvolutionOptions): Axis[] {
  const dims = sizes.length;
  const stride = perAxis(op, "stride", options.stride ?? 1, dims, 1);
  const dilation = perAxis(op, "dilation", options.dilation ?? 1, dims, 1);
  const padding = convPadding(op, options.padding ?? 0, stride);
  const extent = kernel.map((n, i) => dilation[i]! * (n - 1) + 1);
  const before = extent.map((n, i) => (padding === "valid" ? 0 : padding === "same" ? (n - 1) >> 1 : padding[i]!));
  // an odd zero of "same" comes after the last
  const padded = sizes.map((n, i) => n + (padding === "same" ? extent[i]! - 1 : 2 * before[i]!));
  if (extent.some((n, i) => n > padded[i]!)) {
    throw new RangeError(
      `${op}: expected a kernel no larger than the padded input ${show(padded)}, got ${show(extent)}` +
        (dilation.some((n) => n > 1) ? " with its dilation" : ""),
    );
  }
  return sizes.map((size, i) => ({
    size,
    kernel: kernel[i]!,
    stride: stride[i]!,
    before: before[i]!,
    dilation: dilation[i]!,
    out: Math.floor((padded[i]! - extent[i]!) / stride[i]!) + 1,
  }));
}

/** Windows of the kernel on the output: a transposed convolution is the input gradient of the convolution of these. */
function transposedAxes(op: string, sizes: Shape, kernel: Shape, options: ConvolutionOptions): Axis[] {
  const dims = sizes.length;
  const stride = perAxis(op, "stride", options.stride ?? 1, dims, 1);
  const dilation = perAxis(op, "dilation", options.dilation ?? 1, dims, 1);
  const padding = perAxis(op, "padding", options.padding ?? 0, dims, 0);
  const more = outputPaddings(op, options.outputPadding ?? 0, stride, dilation);
  const axes = sizes.map((out, i) => ({
    size: (out - 1) * stride[i]! - 2 * padding[i]! + dilation[i]! * (kernel[i]! - 1) + 1 + more[i]!,
    kernel: kernel[i]!,
    stride: stride[i]!,
    before: padding[i]!,
    dilation: dilation[i]!,
    out,
  }));
  if (axes.some(({ size, out }) => size < 1 || out < 1)) {
    const size = show(axes.map((axis) => axis.size));
    throw new RangeError(`${op}: expected an output of at least 1 on each axis, got ${size} of x ${show(sizes)}`);
  }
  return axes;
}

/** The kernels' counts. Planes that the kernel spans all at once are as good as channels, where these have no bias. */
function geometry(
  n: number,
  c: number,
  o: number,
  groups: number,
  axes: readonly Axis[],
  channelBias: boolean,
): Geometry {
  const [d, ...plane] = axes as [Axis, ...Axis[]];
  const spanned = plane.length === 2 && d.kernel === d.size && d.before === 0 && d.out === 1 && !channelBias;
  return spanned ? geometryOf(n, c * d.size, o, groups, plane) : geometryOf(n, c, o, groups, axes);
}

// What takes part in a convolution, by its place in the lists below.
const X = 0;
const WEIGHT = 1;
const Y = 2;

/**
 * A convolution is a sum of products of x, weight and a cotangent of y. Given two of them, this is the third: y itself, or
 * the gradient for x (a transposed convolution) or for the weight. The gradients of each are the other two again.
 */
function part(
  op: string,
  of: number,
  given: readonly (Tensor | null)[],
  shapes: readonly Shape[],
  geometry: Geometry,
  bias: Tensor | null = null,
): Tensor {
  const [a, b] = [X, WEIGHT, Y].filter((i) => i !== of) as [number, number];
  const [x, weight, y] = given;
  const result = empty(shapes[of]!);
  const from = bias === null ? 0 : bias.ptr;
  const dense = isDense(geometry);
  const [n, o] = [geometry[0]!, geometry[5]!];
  if (dense && of === Y) product(result.ptr, x!.ptr, weight!.ptr, from, { m: n, n: o, k: dense, transB: true });
  else if (dense && of === WEIGHT) product(result.ptr, y!.ptr, x!.ptr, 0, { m: o, n: dense, k: n, transA: true });
  else if (dense && bias === null) product(result.ptr, y!.ptr, weight!.ptr, 0, { m: n, n: dense, k: o });
  else if (of === Y) {
    const working = workingMemory(k.convScratch, geometry);
    k.conv(result.ptr, x!.ptr, weight!.ptr, from, ints(geometry), working);
  } else if (of === X) {
    const working = workingMemory(k.convInputGradScratch, geometry);
    k.convInputGrad(result.ptr, y!.ptr, weight!.ptr, from, ints(geometry), working);
  } else {
    const working = workingMemory(k.convWeightGradScratch, geometry);
    k.convWeightGrad(result.ptr, y!.ptr, x!.ptr, ints(geometry), working);
  }
  const inputs = [given[a]!, given[b]!];
  const backward: Backward = (d, saved, needs) => {
    const others = (i: number, t: Tensor): Tensor[] => {
      const list: Tensor[] = [];
      list[i] = t;
      list[of] = d;
      return list;
    };
    return [
      needs[0] ? part(op, a, others(b, saved[1]), shapes, geometry) : null,
      needs[1] ? part(op, b, others(a, saved[0]), shapes, geometry) : null,
      needs[2] ? channelSums(d, shapes[WEIGHT]!.length) : null,
    ];
  };
  return record(op, result, bias === null ? inputs : [...inputs, bias], inputs, backward, backward);
}

/** The values of an image where a window sees exactly all of them: products of matrices then, faster than these loops. Otherwise 0. */
function isDense(geometry: Geometry): number {
  const one = (i: number): boolean =>
    geometry[i + 2] === geometry[i + 6] && !geometry[i + 12] && geometry[i + 19] === 1;
  return geometry[18] === 1 && [0, 1, 2].every(one) ? geometry.slice(1, 5).reduce((a, b) => a * b) : 0;
}

/** The gradient of the bias: sums over all axes but the channels, of images whose weight has `rank` axes. */
function channelSums(d: Tensor, rank: number): Tensor {
  const channels = d.rank - rank + 1;
  return sum(d, { axis: d.shape.map((_, i) => i).filter((i) => i !== channels) });
}

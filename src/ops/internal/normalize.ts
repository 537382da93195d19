// The frame of every op that normalises: how its rows lie, statistics, kernel and gradient. The ops are norm.ts and
// batch-norm.ts; the loops are assembly/norm.ts.
import { record } from "../../autograd.ts";
import { scratch } from "../../memory.ts";
import { checkShape, refusal, type Shape, show, sizeOf } from "../../shape.ts";
import { empty, expectTensor, type Tensor } from "../../tensor.ts";
import { ints, k } from "../../wasm.ts";
import { expectShape } from "./arguments.ts";

/** Where the mean and the variance come from: the values; the same, about 0; or they are given. */
export const CENTRED = 0;
export const ABOUT_ZERO = 1;
export const GIVEN = 2;

/**
 * What the kernel reads: mode, rows, rowStep, runs, run, runStep, period, perRow, perRun, each, weights; see Layout in
 * assembly/norm.ts.
 */
export type Layout = readonly number[];

/** Weight and bias, of which either may be missing. */
export type Affine = Tensor | null | undefined;

/** Bytes that the kernels take for themselves before the lists in scratch. */
const OWN = 64;

/** Groups of `channels / groups` neighbouring channels of `size` values each are normalised, in each of `n` samples. */
export function groupLayout(
  n: number,
  channels: number,
  size: number,
  groups: number,
  affine: boolean,
  mode = CENTRED,
): Layout {
  const per = channels / groups;
  const rows = n * groups;
  const row = per * size;
  if (!affine) return [mode, rows, row, 1, row, row, 1, 0, 0, 0, 1];
  if (size === 1) return [mode, rows, row, 1, row, row, groups, per, 0, 1, channels];
  return [mode, rows, row, per, size, size, groups, per, 1, 0, channels];
}

/** The sizes of the trailing axes that layer and RMS norm work on. */
export function trailingShape(op: string, normalizedShape: unknown): Shape {
  const shape = checkShape(
    op,
    typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape,
    "normalizedShape",
  );
  if (shape.length === 0) throw new RangeError(`${op}: expected normalizedShape of at least one axis, got []`);
  return shape;
}

/** The sizes N, C and the product of the others of images, signals or features. */
export function expectChannels(op: string, x: Tensor, rank = 2): [n: number, c: number, size: number] {
  expectTensor(op, "x", x, "float32");
  if (x.rank < rank) {
    throw refusal(op, `x of shape [N, C, ...] with ${rank} axes or more`, x.shape);
  }
  return [x.shape[0]!, x.shape[1]!, sizeOf(x.shape.slice(2))];
}

/** Refuses groups that leave a rest of the channels. */
export function checkGroups(op: string, numGroups: number, channels: number): void {
  if (channels % numGroups === 0) return;
  throw refusal(op, `numGroups to divide ${channels} channels`, numGroups);
}

/** The error for statistics of one value, whose variance says nothing. */
export const single = (op: string, x: Tensor): RangeError =>
  new RangeError(`${op}: expected x of more than one value for each mean, got shape ${show(x.shape)}`);

/** Refuses what is not float32 of the shape, such as a weight. */
export function checkAffine(op: string, name: string, t: Affine, shape: Shape): void {
  if (t !== null && t !== undefined) expectShape(op, name, t, shape);
}

/** Lends a block for the statistics of that many rows: mean in two parts, 1 / deviation, variance. */
export function withStatistics(rows: number, fn: (stat: Tensor) => Tensor): Tensor {
  const stat = empty([rows, 4]);
  try {
    return fn(stat);
  } finally {
    stat.dispose();
  }
}

/** Normalises the rows of `x`. `stat` is filled, unless the layout's mode is GIVEN; it is the caller's. */
export function normalize(
  op: string,
  x: Tensor,
  stat: Tensor,
  weight: Affine,
  bias: Affine,
  layout: Layout,
  eps: number,
): Tensor {
  const weights = layout[10]!;
  const list = 4 * weights + 16;
  const work = scratch(OWN + 2 * list);
  const y = empty(x.shape);
  k.norm(
    y.ptr,
    stat.ptr,
    x.ptr,
    weight?.ptr ?? filled(work + OWN, weights, 1),
    bias?.ptr ?? filled(work + OWN + list, weights, 0),
    work,
    ints(layout),
    eps,
  );
  const inputs = [x];
  const saved = [x, stat];
  const weightShape = weight?.shape;
  const biasShape = bias?.shape;
  if (weight) {
    inputs.push(weight);
    saved.push(weight);
  }
  if (bias) inputs.push(bias);
  return record(op, y, inputs, saved, (dy, [x, stat, weight]) => {
    const dx = empty(x.shape);
    const dw = weightShape && empty(weightShape);
    const db = biasShape && empty(biasShape);
    const work = scratch(OWN + 5 * list);
    const at = (i: number): number => work + OWN + i * list;
    const w = dw ? weight.ptr : filled(at(2), weights, 1);
    k.normGrad(dx.ptr, dw?.ptr ?? at(3), db?.ptr ?? at(4), dy.ptr, x.ptr, stat.ptr, w, work, ints(layout));
    return [dx, dw, db].filter((d) => d !== undefined);
  });
}

function filled(at: number, n: number, value: number): number {
  k.fill(at, n, value);
  return at;
}

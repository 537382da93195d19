// Pools of maxima by their indices: forward, and the way back. The ops are ops/max-pool.ts and ops/adaptive-pool.ts; the
// loops assembly/pool*.ts.
import { type Backward, isRecording, record } from "../../autograd.ts";
import { tidy } from "../../scope.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { empty, type Tensor } from "../../tensor.ts";
import { ints, k } from "../../wasm.ts";
import { add } from "../binary.ts";
import { arange } from "../create.ts";
import { reshape } from "../shape.ts";
import { type Axis, type Geometry, geometryOf, workingMemory } from "./geometry.ts";
import { separately } from "./pooling.ts";

/** Fills y with the maxima of planes of x, and index with their numbers in their planes. */
type Fill = (y: Tensor, index: Tensor, x: Tensor, planes: number, axes: readonly Axis[]) => void;

/** Planes of `to` places, and `from` numbers of such places in each. */
interface Planes {
  readonly planes: number;
  readonly to: number;
  readonly from: number;
}

/** The maxima along `axes`, and their indices if they are wanted. */
export function maxima(op: string, x: Tensor, axes: readonly Axis[], wanted: boolean, fill: Fill): Tensor | Tensor[] {
  return tidy(() => {
    const indices: Tensor[] = [];
    const y = separately(x, axes, (x, shape, planes, axes) => {
      const y = empty(shape);
      const index = empty(shape, "int32");
      fill(y, index, x, planes, axes);
      indices.push(index);
      const back = scatterBack(op, x.shape, sizesOf(planes, axes));
      return record(op, y, [x], [index], back, back);
    });
    return wanted ? [y, inVolume(indices, axes, y.shape)] : y;
  });
}

const sizesOf = (planes: number, axes: readonly Axis[]): Planes => ({
  planes,
  to: sizeOf(axes.map(({ size }) => size)),
  from: sizeOf(axes.map(({ out }) => out)),
});

/** The numbers of maxima in their volumes, from those in their planes and then of planes along the first of three axes. */
function inVolume([index, last]: readonly Tensor[], [d, h, w]: readonly Axis[], shape: Shape): Tensor {
  if (last === undefined) return index!;
  const area = h!.size * w!.size;
  const inner = h!.out * w!.out;
  const planes = sizeOf(shape.slice(0, -3));
  const before = reshape(arange(0, d!.size * area, area), [d!.size, 1]);
  const numbers = add(reshape(index!, [planes, d!.size, inner]), before);
  const found = empty(shape, "int32");
  k.lookUpMaxima(found.ptr, numbers.ptr, last.ptr, planes, d!.size * inner, d!.out * inner);
  return found;
}

/** y[plane][index] += dy[plane], from 0. */
function scatter(op: string, dy: Tensor, index: Tensor, shape: Shape, sizes: Planes): Tensor {
  const y = empty(shape);
  k.scatterMaxima(y.ptr, dy.ptr, index.ptr, sizes.planes, sizes.to, sizes.from);
  const back = lookUpBack(op, sizes);
  return record(op, y, [dy], [index], back, back);
}
const scatterBack =
  (op: string, shape: Shape, sizes: Planes): Backward =>
  (dy, [index]) => [scatter(op, dy, index, shape, sizes)];

/** y[plane] = x[plane][index]. */
function lookUp(op: string, x: Tensor, index: Tensor, sizes: Planes): Tensor {
  const y = empty(index.shape);
  k.lookUpMaxima(y.ptr, x.ptr, index.ptr, sizes.planes, sizes.to, sizes.from);
  const back = scatterBack(op, x.shape, sizes);
  return record(op, y, [x], [index], back, back);
}
/** The gradient of what puts values at indices: it looks them up. */
const lookUpBack =
  (op: string, sizes: Planes): Backward =>
  (d, [index]) => [lookUp(op, d, index, sizes)];

/** The largest of each window. Quads need no indices for their gradient, and nothing does where nothing is recorded. */
export function maxPool(op: string, x: Tensor, axes: readonly Axis[], wanted: boolean): Tensor | Tensor[] {
  const recorded = isRecording() && x.requiresGrad;
  if (wanted || (recorded && !(axes.length < 3 && k.poolsQuads(ints(geometryOf(1, 1, 1, 1, axes)))))) {
    return maxima(op, x, axes, wanted, fillWindows);
  }
  return separately(x, axes, (x, shape, planes, axes) => {
    const geometry = geometryOf(planes, 1, 1, 1, axes);
    const y = empty(shape);
    k.maxPool(y.ptr, 0, x.ptr, ints(geometry), workingMemory(k.poolScratch, geometry));
    return record(op, y, [x], [x], quadsBack(geometry), quadsTwice(op, planes, axes));
  });
}

const fillWindows: Fill = (y, index, x, planes, axes) => {
  const geometry = geometryOf(planes, 1, 1, 1, axes);
  k.maxPool(y.ptr, index.ptr, x.ptr, ints(geometry), workingMemory(k.poolScratch, geometry));
};

const quadsBack =
  (geometry: Geometry): Backward =>
  (dy, [x]) => {
    const dx = empty(x.shape);
    k.maxPoolQuadsGrad(dx.ptr, dy.ptr, x.ptr, ints(geometry));
    return [dx];
  };

/** The same by indices, which are found anew. */
const quadsTwice =
  (op: string, planes: number, axes: readonly Axis[]): Backward =>
  (dy, [x]) => {
    const y = empty(dy.shape);
    const index = empty(dy.shape, "int32");
    fillWindows(y, index, x, planes, axes);
    return [scatter(op, dy, index, x.shape, sizesOf(planes, axes))];
  };

/** Maxima back in their places among zeros. */
export function unpool(op: string, x: Tensor, index: Tensor, shape: Shape, dims: number): Tensor {
  const [planes, to, from] = [sizeOf(shape.slice(0, -dims)), sizeOf(shape.slice(-dims)), sizeOf(x.shape.slice(-dims))];
  const y = empty(shape);
  k.maxUnpool(y.ptr, x.ptr, index.ptr, planes, to, from);
  const back = lookUpBack(op, { planes, to, from });
  return record(op, y, [x], [index], back, back);
}

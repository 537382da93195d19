// Lookups through int32 tensors and the sums that are their gradients, recorded in pairs: each is the gradient of the
// other. Indices are trusted here; the ops that check them are gather.ts, scatter.ts and mask.ts.
import { record, recordLinear } from "../../autograd.ts";
import { tidy } from "../../scope.ts";
import { replaced, type Shape, sameShape, stridesOf } from "../../shape.ts";
import { BYTES, empty, type Tensor } from "../../tensor.ts";
import { k } from "../../wasm.ts";
import { cast } from "../cast.ts";
import { lineOf } from "./axes.ts";
import { composed } from "./composed.ts";
import { clear, copyStrided } from "./copy.ts";
import { transfer } from "./transfer.ts";

/** The slices of x across `axis` that a list of int32 names, any dtype. */
export function rowsTaken(op: string, x: Tensor, index: Tensor, axis: number): Tensor {
  const [outer, size, inner] = lineOf(x.shape, axis);
  const y = empty(replaced(x.shape, axis, index.size), x.dtype);
  k.takeRows(y.ptr, x.ptr, index.ptr, outer, size, index.size, inner * BYTES[x.dtype]);
  return recordLinear(op, y, x, (dy, [index]) => rowsSummed(dy, index, axis, size), [index]);
}

/** Zeros with the slices of x, float32, added at the places along `axis` that `index` names. */
export function rowsSummed(x: Tensor, index: Tensor, axis: number, size: number): Tensor {
  const [outer, , inner] = lineOf(x.shape, axis);
  const y = empty(replaced(x.shape, axis, size));
  k.takeRowsGrad(y.ptr, x.ptr, index.ptr, outer, size, index.size, inner);
  return recordLinear("indexAdd", y, x, (dy, [index]) => rowsTaken("indexSelect", dy, index, axis), [index]);
}

/** The elements of x, not bool, at the places along `axis` that `index`, of as many axes, names. */
export function elementsTaken(op: string, x: Tensor, index: Tensor, axis: number): Tensor {
  const source = x.shape;
  return recordLinear(
    op,
    take(x, index, axis),
    x,
    (dy, [index]) => elementsPut("scatterAdd", null, source, index, dy, axis, true),
    [index],
  );
}

/**
 * A copy of `x`, or zeros of `shape`, with those elements of `src` that `index` spans written, or added, where it says
 * along `axis`.
 */
export function elementsPut(
  op: string,
  x: Tensor | null,
  shape: Shape,
  index: Tensor,
  src: Tensor,
  axis: number,
  add: boolean,
): Tensor {
  const source = src.shape;
  const back = (dy: Tensor, [index]: readonly Tensor[], needs: readonly boolean[]): (Tensor | null)[] => [
    needs[0] ? widened(elementsTaken("gather", dy, index!, axis), source) : null,
    !needs[1] ? null : add ? dy : elementsPut("scatter", dy, shape, index!, zerosAs(index!), axis, false),
  ];
  return record(op, put(x, shape, index, src, axis, add), x === null ? [src] : [src, x], [index], back, back);
}

function take(x: Tensor, index: Tensor, axis: number): Tensor {
  return tidy(() => {
    const y = empty(index.shape, x.dtype);
    const [outer, count, inner] = lineOf(index.shape, axis);
    const { part, size } = spanned(x, index, axis);
    k.gather(y.ptr, part.ptr, index.ptr, outer, size, count, inner);
    return y;
  });
}

function put(x: Tensor | null, shape: Shape, index: Tensor, src: Tensor, axis: number, add: boolean): Tensor {
  return tidy(() => {
    const y = empty(shape, src.dtype);
    if (x === null) clear(y);
    else copyWhole(y, x, shape);
    const [outer, count, inner] = lineOf(index.shape, axis);
    const { part, size } = spanned(y, index, axis);
    const used = within(src, index.shape);
    const kind = !add ? 0 : src.dtype === "float32" ? 1 : 2;
    k.scatter(part.ptr, used.ptr, index.ptr, outer, size, count, inner, kind);
    if (part !== y) copyWhole(y, part, part.shape);
    return y;
  });
}

/** The part of x that index spans in the axes but `axis`, and the size of that; a scalar counts as one along one axis. */
function spanned(x: Tensor, index: Tensor, axis: number): { part: Tensor; size: number } {
  const size = x.shape[axis] ?? 1;
  return { part: within(x, replaced(index.shape, axis, size)), size };
}

/** x if it has this shape, else its first elements along each axis, copied. */
function within(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const y = empty(shape, x.dtype);
  copyWhole(y, x, shape);
  return y;
}

/** y = x over the indices below `shape` of both. */
function copyWhole(y: Tensor, x: Tensor, shape: Shape): void {
  copyStrided(y, { offset: 0, strides: stridesOf(y.shape) }, x, { offset: 0, strides: stridesOf(x.shape) }, shape);
}

/** Zeros behind along every axis, up to `shape`. Recorded. */
export function widened(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  return transfer("pad", x, shape, { sizes: x.shape, to: { offset: 0, strides: stridesOf(shape) } });
}

function zerosAs({ shape }: Tensor): Tensor {
  const y = empty(shape);
  clear(y);
  return y;
}

/** `fn` of x, which sees booleans as int32. */
export function asInt32(op: string, x: Tensor, fn: (x: Tensor) => Tensor): Tensor {
  return x.dtype === "bool" ? composed(op, () => cast(fn(cast(x, "int32")), "bool")) : fn(x);
}

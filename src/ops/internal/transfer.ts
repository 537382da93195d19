// Elements moved between strided layouts as one recorded step that is its own gradient backwards: cutting parts out,
// laying them into zeros, padding, diagonals, sliding windows. The op that means it is in slice.ts, pad.ts ...
import { recordLinear } from "../../autograd.ts";
import { type Shape, sizeOf, stridesOf } from "../../shape.ts";
import { empty, type Tensor, view } from "../../tensor.ts";
import { clear, copyStrided, type Layout, setAll } from "./copy.ts";

/** Where elements are taken from, and where they go; a layout left out is contiguous. */
export interface Route {
  readonly sizes: Shape;
  readonly from?: Layout;
  readonly to?: Layout;
  /** Whether the layout on one side meets an element more than once. What goes "to" one is added up. */
  readonly overlap?: "from" | "to" | undefined;
}

const packed = (sizes: Shape): Layout => ({ offset: 0, strides: stridesOf(sizes) });

/** A new tensor of `shape` that holds the elements of the route, and `fill` elsewhere. */
export function transfer(op: string, x: Tensor, shape: Shape, route: Route, fill = 0): Tensor {
  const { sizes, from = packed(sizes), to = packed(sizes), overlap } = route;
  const y = empty(shape, x.dtype);
  if (overlap === "to" || sizeOf(sizes) < y.size) fill === 0 ? clear(y) : setAll(y, fill);
  copyStrided(y, to, x, from, sizes, overlap === "to");
  const source = x.shape;
  const back: Route = { sizes, from: to, to: from, overlap: overlap && (overlap === "to" ? "from" : "to") };
  return recordLinear(op, y, x, (dy) => transfer(op, dy, source, back));
}

/** The elements of one layout: a view, which they must be contiguous for, or a copy. */
export function part(op: string, x: Tensor, shape: Shape, sizes: Shape, from: Layout, shared: boolean): Tensor {
  if (!shared) return transfer(op, x, shape, { sizes, from });
  const source = x.shape;
  return recordLinear(op, view(x, shape, from.offset), x, (dy) => transfer(op, dy, source, { sizes, to: from }));
}

/** x within a larger, or smaller, shape, beginning at `start` of each axis, and a constant around. Recorded. */
export function bordered(op: string, x: Tensor, shape: Shape, start: (axis: number) => number, value: number): Tensor {
  // of a start before the beginning, what x has there is cut off
  const cut = (axis: number): number => Math.max(0, -start(axis));
  const [own, outer] = [stridesOf(x.shape), stridesOf(shape)];
  const route = {
    sizes: shape.map((d, axis) => Math.max(0, Math.min(x.shape[axis]! - cut(axis), d - cut(axis) - start(axis)))),
    from: { offset: own.reduce((sum, stride, axis) => sum + stride * cut(axis), 0), strides: own },
    to: { offset: outer.reduce((sum, stride, axis) => sum + stride * (cut(axis) + start(axis)), 0), strides: outer },
  };
  return transfer(op, x, shape, route, value);
}

/** The same elements under another shape, of as many elements and any rank: a view. */
export function reshaped(op: string, x: Tensor, shape: Shape): Tensor {
  const source = x.shape;
  return recordLinear(op, view(x, shape), x, (dy) => reshaped("reshape", dy, source));
}

// Several tensors into one. Functions only, since their first argument is a list.
import { record } from "../autograd.ts";
import { checkOptions, checkShape, describe, normalizeAxis, type Shape, sameShape, show, sizeOf } from "../shape.ts";
import { type DType, empty, expectTensor, type Tensor, view } from "../tensor.ts";
import { cast } from "./cast.ts";
import { copyStrided } from "./internal/copy.ts";

const ORDER: readonly DType[] = ["bool", "int32", "float32"];

function expectList(op: string, tensors: unknown): asserts tensors is readonly [Tensor, ...Tensor[]] {
  if (!Array.isArray(tensors)) throw new TypeError(`${op}: expected tensors to be an array, got ${describe(tensors)}`);
  if (tensors.length === 0) throw new RangeError(`${op}: expected at least one tensor, got none`);
  for (const [i, t] of tensors.entries()) expectTensor(op, `tensors[${i}]`, t);
}

/**
 * Writes tensors side by side: of each of the `outer` rows of the result, tensor i takes size_i / outer elements.
 * Mixed dtypes are promoted.
 */
function joined(op: string, tensors: readonly Tensor[], shape: Shape, outer: number): Tensor {
  const dtype = ORDER[Math.max(...tensors.map((t) => ORDER.indexOf(t.dtype)))]!;
  const y = empty(checkShape(op, shape), dtype);
  const row = y.size / Math.max(outer, 1);
  const widths = tensors.map((t) => t.size / Math.max(outer, 1));
  const shapes = tensors.map((t) => t.shape);
  let offset = 0;
  for (const [i, t] of tensors.entries()) {
    const width = widths[i]!;
    const source = t.dtype === dtype ? t : cast(t, dtype);
    copyStrided(y, { offset, strides: [row, 1] }, source, { offset: 0, strides: [width, 1] }, [outer, width]);
    if (source !== t) source.dispose();
    offset += width;
  }
  return record(op, y, tensors, [], (dy, _, needs) => {
    let from = 0;
    return widths.map((width, i) => {
      const start = from;
      from += width;
      if (!needs[i]) return null;
      if (outer === 1) return view(dy, shapes[i]!, start);
      const dx = empty(shapes[i]!);
      copyStrided(dx, { offset: 0, strides: [width, 1] }, dy, { offset: start, strides: [row, 1] }, [outer, width]);
      return dx;
    });
  });
}

/**
 * Joins tensors along an axis.
 *
 * @param tensors at least one, of shapes that differ in that axis only; dtypes are promoted (bool < int32 < float32).
 *   As in PyTorch, an empty vector, of shape [0], joins with anything and adds nothing.
 * @param options `axis` (default 0).
 * @throws TypeError if `tensors` is no list of tensors; RangeError if it is empty or the shapes do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.cat.html
 *
 * @example
 * ```ts
 * import { cat, tensor } from "sedge";
 * cat([tensor([[1], [2]]), tensor([[3], [4]])], { axis: 1 }).toArray(); // => [[1,3],[2,4]]
 * ```
 */
export function cat(tensors: readonly Tensor[], options: { axis?: number } = {}): Tensor {
  const op = "cat";
  expectList(op, tensors);
  checkOptions(op, options, ["axis"]);
  const shaped = tensors.filter((t) => t.rank !== 1 || t.size > 0);
  const first = (shaped[0] ?? tensors[0]).shape;
  if (first.length === 0)
    throw new RangeError(`${op}: expected tensors of at least one axis, got scalars; use stack()`);
  const axis = normalizeAxis(op, options.axis ?? 0, first.length);
  let length = 0;
  for (const { shape } of shaped) {
    if (shape.length !== first.length || shape.some((d, i) => i !== axis && d !== first[i])) {
      const shapes = tensors.map((t) => show(t.shape)).join(", ");
      throw new RangeError(`${op}: expected shapes that differ in axis ${axis} only, got ${shapes}`);
    }
    length += shape[axis]!;
  }
  const shape = first.map((d, i) => (i === axis ? length : d));
  return joined(op, tensors, shape, sizeOf(first.slice(0, axis)));
}

/**
 * Joins tensors of one shape along a new axis.
 *
 * @param tensors at least one, of the same shape; dtypes are promoted (bool < int32 < float32).
 * @param options `axis`: where the new axis stands in the result (default 0).
 * @throws TypeError if `tensors` is no list of tensors; RangeError if it is empty or the shapes differ.
 * @see https://pytorch.org/docs/stable/generated/torch.stack.html
 *
 * @example
 * ```ts
 * import { stack, tensor } from "sedge";
 * stack([tensor([1, 2]), tensor([3, 4])], { axis: 1 }).toArray(); // => [[1,3],[2,4]]
 * ```
 */
export function stack(tensors: readonly Tensor[], options: { axis?: number } = {}): Tensor {
  const op = "stack";
  expectList(op, tensors);
  checkOptions(op, options, ["axis"]);
  const first = tensors[0].shape;
  for (const { shape } of tensors) {
    if (!sameShape(shape, first)) {
      const shapes = tensors.map((t) => show(t.shape)).join(", ");
      throw new RangeError(`${op}: expected tensors of one shape, got ${shapes}`);
    }
  }
  const axis = normalizeAxis(op, options.axis ?? 0, first.length + 1);
  return joined(
    op,
    tensors,
    [...first.slice(0, axis), tensors.length, ...first.slice(axis)],
    sizeOf(first.slice(0, axis)),
  );
}

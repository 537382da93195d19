// Strided copies between tensors: how permutations, slices, broadcasts and joins reach the kernels of assembly/copy.ts.
// Which layout an op means is that op's affair.
import { BYTES, type Tensor, viewOf } from "../../tensor.ts";
import { ints, k, live } from "../../wasm.ts";

/** How the elements of a tensor are visited: from the element `offset`, by a stride in elements for each axis. */
export interface Layout {
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * Copies x to y over every index below `shape`, of any length; or adds it to y, for float32. Writes exactly the elements
 * that `to` names.
 */
export function copyStrided(
  y: Tensor,
  to: Layout,
  x: Tensor,
  from: Layout,
  shape: readonly number[],
  add = false,
): void {
  const dims = merged(shape, to.strides, from.strides);
  if (dims === null) return;
  const bytes = BYTES[x.dtype];
  const copy = add ? k.addStrided : bytes === 4 ? k.copyWords : k.copyBytes;
  copy(y.ptr + to.offset * bytes, x.ptr + from.offset * bytes, ints(dims), dims.length / 3);
}

/** The fewest loops that visit the same elements, outermost first: size, stride of y and of x for each; null if there are none. */
function merged(shape: readonly number[], yStrides: readonly number[], xStrides: readonly number[]): number[] | null {
  const dims: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i]!;
    if (size === 0) return null;
    if (size === 1) continue;
    const ys = yStrides[i]!;
    const xs = xStrides[i]!;
    const last = dims.length - 3;
    if (last >= 0 && dims[last + 1] === ys * size && dims[last + 2] === xs * size) {
      dims[last] = dims[last]! * size;
      dims[last + 1] = ys;
      dims[last + 2] = xs;
    } else dims.push(size, ys, xs);
  }
  if (dims.length === 0) return [1, 1, 1];
  // The axis along which x is contiguous goes next to the innermost one of y: the two are a plane to transpose.
  let lead = dims.length - 3;
  while (lead > 0 && dims[lead + 2] !== 1) lead -= 3;
  const next = dims.length - 6;
  if (lead < next && dims[lead + 2] === 1) dims.splice(next, 0, ...dims.splice(lead, 3));
  return dims;
}

/** Writes zeros to every element. */
export function clear(y: Tensor): void {
  k.clear(y.ptr, y.size * BYTES[y.dtype]);
}

/** Sets every element of a tensor that is a whole allocation. */
export function setAll(t: Tensor, value: number): void {
  const { ptr, size, dtype } = t;
  if (dtype === "float32") k.fill(ptr, size, value);
  else live(() => viewOf(dtype, ptr, size).fill(value), [value]);
}

// Strided copies between tensors: how permutations, slices, broadcasts and joins reach the kernels of assembly/copy.ts.
// Which layout an op means is that op's affair.
import { BYTES, type Tensor, viewOf } from "../../tensor.ts";
import { ints, k, live } from "../../wasm.ts";

/** How the elements of a tensor are visited: from the element `offset`, by a stride in elements for each axis. */
export interface Layout {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** One loop of the copy: how often, and the strides of y and x in elements. */
type Dim = [size: number, yStride: number, xStride: number];

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
  copy(y.ptr + to.offset * bytes, x.ptr + from.offset * bytes, ints(dims.flat()), dims.length);
}

/** The fewest loops that visit the same elements, outermost first; null if there are none. */
function merged(shape: readonly number[], yStrides: readonly number[], xStrides: readonly number[]): Dim[] | null {
  const dims: Dim[] = [];
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!;
    if (size === 0) return null;
    if (size === 1) continue;
    const inner = dims.at(-1);
    const [ys, xs] = [yStrides[i]!, xStrides[i]!];
    if (inner !== undefined && ys === inner[0] * inner[1] && xs === inner[0] * inner[2]) inner[0] *= size;
    else dims.push([size, ys, xs]);
  }
  if (dims.length === 0) return [[1, 1, 1]];
  // The axis along which x is contiguous goes next to the innermost one of y: the two are a plane to transpose.
  const lead = dims.findIndex(([, , xs]) => xs === 1);
  if (lead > 1) dims.splice(1, 0, ...dims.splice(lead, 1));
  return dims.reverse();
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

// Text of a tensor for people, in the manner of NumPy. Pure: gets elements and a shape, knows no tensor.
import { type Shape, show, sizeOf, stridesOf } from "./shape.ts";

/** Tensors of more elements are abbreviated. */
const THRESHOLD = 1000;
/** Elements shown at either end of an abbreviated axis. */
const EDGE = 3;
/** Digits after the point. */
const DIGITS = 4;
/** From here on, or below its inverse, floats are shown with an exponent, as in PyTorch. */
const LARGE = 1e8;
const SMALL = 1e-4;

/** `tensor([[1, 2], [3, 4]], float32)`, aligned, with `notes` before the closing bracket. */
export function formatTensor(data: ArrayLike<number>, shape: Shape, dtype: string, notes: string): string {
  if (sizeOf(shape) === 0) return `tensor([], shape ${show(shape)}, ${dtype}${notes})`;
  const abbreviated = sizeOf(shape) > THRESHOLD;
  const text = formatter(shownValues(data, shape, abbreviated), dtype);
  const strides = stridesOf(shape);
  const lead = "tensor(";
  const block = (axis: number, at: number): string => {
    if (axis === shape.length) return text(data[at]!);
    const n = shape[axis]!;
    const parts: string[] = [];
    for (const i of shownIndices(n, abbreviated)) parts.push(i < 0 ? "..." : block(axis + 1, at + i * strides[axis]!));
    const depth = shape.length - axis - 1;
    const gap = depth === 0 ? ", " : `,${"\n".repeat(depth)}${" ".repeat(lead.length + axis + 1)}`;
    return `[${parts.join(gap)}]`;
  };
  const shapeNote = abbreviated ? `, shape ${show(shape)}` : "";
  return `${lead}${block(0, 0)}${shapeNote}, ${dtype}${notes})`;
}

/** Indices shown along an axis of size `n`; -1 stands for the dots. */
function shownIndices(n: number, abbreviated: boolean): number[] {
  const all = Array.from({ length: n }, (_, i) => i);
  return abbreviated && n > 2 * EDGE ? [...all.slice(0, EDGE), -1, ...all.slice(n - EDGE)] : all;
}

function shownValues(data: ArrayLike<number>, shape: Shape, abbreviated: boolean): number[] {
  let at = [0];
  const strides = stridesOf(shape);
  shape.forEach((n, axis) => {
    const along = shownIndices(n, abbreviated).filter((i) => i >= 0);
    at = at.flatMap((a) => along.map((i) => a + i * strides[axis]!));
  });
  return at.map((a) => data[a]!);
}

/** One way of writing for all elements, padded to one width. */
function formatter(values: number[], dtype: string): (value: number) => string {
  let write = (v: number): string => String(v);
  if (dtype === "bool") write = (v) => (v === 1 ? "true" : "false");
  else if (dtype === "float32") write = floatWriter(values.filter(Number.isFinite).map(Math.abs));
  const plain = write;
  const spell = (v: number): string =>
    Number.isFinite(v) ? plain(v) : Number.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
  const width = values.reduce((most, v) => Math.max(most, spell(v).length), 0);
  return (v) => spell(v).padStart(width);
}

function floatWriter(finite: number[]): (v: number) => string {
  const max = finite.reduce((most, v) => Math.max(most, v), 0);
  const min = finite.reduce((least, v) => (v > 0 ? Math.min(least, v) : least), Infinity);
  if (max >= LARGE || min < SMALL) return (v) => v.toExponential(DIGITS);
  if (finite.every(Number.isInteger)) return (v) => (Object.is(v, -0) ? "-0" : String(v));
  return (v) => v.toFixed(DIGITS);
}

// How many floating-point operations an op and its gradient take, by formula: what GFLOP/s are counted from.
import { type Shape, sizeOf } from "../shape.ts";

/** Shapes of an op's operands, in its own order; undefined where one is not known any more. */
export type Shapes = readonly (Shape | undefined)[];

const size = (shape: Shape | undefined): number => (shape === undefined ? 0 : sizeOf(shape));

/** Ops that move values or make new ones: they compute nothing. */
const MOVES = new Set(
  (
    "broadcastTo cast chunk clone copy detach diagonal embedding expand flatten flip full gather " +
    "indexSelect movedim narrow ones pad permute ravel repeat repeatInterleave reshape roll select slice split squeeze " +
    "stack cat swapaxes take tensor tile transpose tril triu unflatten unfold unsqueeze zeros"
  ).split(" "),
);

/** Sums of products over one axis, the last of the first operand. */
const PRODUCTS = new Set(["matmul", "bmm", "mv", "dot", "linear", "einsum", "tensordot", "multiDot"]);

/** The weights of a recurrent layer among its operands: after x and the states, of which an LSTM has two. */
function recurrent(op: string, inputs: Shapes): { x: number; hh: number; ih: number; hr: number; states: number } {
  const states = op.startsWith("lstm") ? 2 : 1;
  const weights = inputs.slice(1 + states);
  const [ih, hh] = weights;
  const hr = weights.length % 2 === 1 ? weights.at(-1) : undefined;
  return { x: inputs[0]?.[0] ?? 0, ih: size(ih), hh: size(hh), hr: size(hr), states };
}

/**
 * Operations of an op's forward: a multiplication and an addition are two. Products, convolutions, attention and recurrent
 * layers count their sums of products alone, without biases and activations; attention counts masked scores too. Everything
 * else counts one for each element of its largest operand or result, and 0 where it only moves them.
 */
export function flopsOf(op: string, y: Shape, inputs: Shapes): number {
  const [a, b, c] = inputs;
  if (PRODUCTS.has(op) && inputs.length > 1)
    return 2 * size(y) * (a?.at(-1) ?? (op === "linear" ? b?.at(-1) : b?.at(-2)) ?? 0);
  if (/^conv\dd$/.test(op)) return (2 * size(y) * size(b)) / Math.max(1, b?.[0] ?? 1);
  if (/^convTranspose\dd$/.test(op)) return (2 * size(b) * size(a)) / Math.max(1, a?.[0] ?? 1);
  if (op === "scaledDotProductAttention") {
    const [d, [n = 0, e = 1]] = [a?.at(-1) ?? 0, c?.slice(-2) ?? []];
    return (2 * size(y) * n * (d + e)) / Math.max(1, e);
  }
  if (/^(rnn|lstm|gru)(Cell)?$/.test(op)) {
    const { x, ih, hh, hr } = recurrent(op, inputs);
    return 2 * x * (ih + hh + hr);
  }
  return MOVES.has(op) ? 0 : Math.max(size(y), ...inputs.map(size)) * Number(inputs.length > 0);
}

/**
 * Operations of the gradients that `needs` names. That of either operand of a product, or a convolution, costs as much as the
 * forward; attention twice the forward, what it computes again not counted; a recurrent layer one product for each weight,
 * one for the way through time and one for its input.
 */
export function gradientFlops(op: string, y: Shape, inputs: Shapes, needs: readonly boolean[]): number {
  const forward = flopsOf(op, y, inputs);
  if (PRODUCTS.has(op) || /^conv/.test(op)) return forward * needs.slice(0, 2).filter(Boolean).length;
  if (op === "scaledDotProductAttention") return 2 * forward;
  if (/^(rnn|lstm|gru)(Cell)?$/.test(op)) {
    const { x, ih, hh, hr, states } = recurrent(op, inputs);
    const own = needs.slice(1 + states);
    const weights = (own[0] ? ih : 0) + (own[1] ? hh : 0) + (hr > 0 && own.at(-1) ? hr : 0);
    return 2 * x * ((needs[0] ? ih : 0) + hh + hr + weights);
  }
  return forward * needs.filter(Boolean).length;
}

// Scaled dot-product attention: checks, masks, heads and their broadcasting, forward and backward. Kernels:
// assembly/attention.ts. The layers that project into heads and out of them are nn/attention.ts.
import { noGrad, record, type Saved } from "../autograd.ts";
import { scratch } from "../memory.ts";
import { tidy } from "../scope.ts";
import { broadcastShapes, checkNumber, readOptions, type Shape, sameShape, show, sizeOf } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { ints, k } from "../wasm.ts";
import { clear } from "./internal/copy.ts";
import { expectFloat } from "./internal/gemm.ts";
import { indices } from "./internal/multiply.ts";
import { reserveFor } from "./internal/random.ts";
import { sumTo } from "./internal/sums.ts";
import { broadcastTo } from "./permute.ts";
import { where } from "./ternary.ts";

/** Options of {@link scaledDotProductAttention}. */
export interface AttentionOptions {
  /** Broadcasts to `[..., L, S]`: bool, where true takes part, or float32, added to the scores. Default null. */
  attnMask?: Tensor | null;
  /** Probability with which a weight is set to 0, the others growing by 1 / (1 - p). Default 0. */
  dropoutP?: number;
  /** Whether query i sees keys 0 to i alone. Default false. */
  isCausal?: boolean;
  /** What the products of queries and keys are multiplied by. Default null, which is `1 / sqrt(E)`. */
  scale?: number | null;
  /** Whether dropout takes place. Default true. */
  training?: boolean;
}

/** Blocks of assembly/attention.ts, and upper bounds of the room it adds to them, in floats. */
const [BK, BK_GRAD, BQ, BQ_GRAD, EDGES] = [256, 128, 16, 32, 512];
/** Steps of the draw that decides over a weight: its upper 24 bits. */
const DRAWS = 2 ** 24;

/**
 * `softmax(q k' scale + mask) v`: for each query the mean of the values, weighted by how well their keys match it.
 *
 * Fused: the L x S weights are never in memory as a whole, neither here nor for the gradients, which compute them again;
 * dropout draws its mask again too. A query that may see no key gives zeros, as in PyTorch from 2.5 on.
 *
 * @param q queries, float32 `[..., L, E]`; leading axes are batches and heads, and broadcast.
 * @param k keys, float32 `[..., S, E]`.
 * @param v values, float32 `[..., S, Ev]`.
 * @param options `attnMask`, `dropoutP`, `isCausal`, `scale`, `training`; see {@link AttentionOptions}.
 * @returns shape `[..., L, Ev]`.
 * @throws TypeError for another dtype or option; RangeError for shapes that do not fit, and for a mask with `isCausal`.
 * @see Vaswani et al., "Attention is all you need", 2017; https://arxiv.org/abs/2205.14135 for the blocks;
 *   https://pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
 *
 * @example
 * ```ts
 * import { scaledDotProductAttention, tensor } from "sedge";
 * const x = tensor([[1, 0], [0, 1]]);
 * const v = tensor([[1, 2], [3, 4]]);
 * scaledDotProductAttention(x, x, v, { isCausal: true, scale: 0 }).toArray(); // => [[1,2],[2,3]]
 * ```
 */
export function scaledDotProductAttention(q: Tensor, k: Tensor, v: Tensor, options?: AttentionOptions): Tensor {
  const op = "scaledDotProductAttention";
  for (const [name, x] of Object.entries({ q, k, v })) {
    expectFloat(op, name, x);
    if (x.rank < 2) throw new RangeError(`${op}: expected ${name} of at least 2 axes, got ${show(x.shape)}`);
  }
  const { attnMask, dropoutP, isCausal, scale, training } = readOptions(op, options, {
    attnMask: null as Tensor | null,
    dropoutP: 0,
    isCausal: false,
    scale: null as number | null,
    training: true,
  });
  checkNumber(op, "dropoutP", dropoutP, 0, 1);
  const [m, d] = sizes(q);
  const [n, dk] = sizes(k);
  if (d !== dk || n !== v.shape.at(-2)) {
    const got = [q, k, v].map((x) => show(x.shape)).join(", ");
    throw new RangeError(`${op}: expected q [..., L, E], k [..., S, E] and v [..., S, Ev] that match, got ${got}`);
  }
  const batch = broadcastShapes(op, ...[q, k, v].map((x) => x.shape.slice(0, -2)));
  const maskShape = attnMask === null ? [] : shapeOfMask(op, attnMask, isCausal, [...batch, m, n]);
  const factor = scale === null ? 1 / Math.sqrt(d) : checkNumber(op, "scale", scale);
  const attend = attention(batch, [q.shape, k.shape, v.shape, maskShape], isCausal, factor, training ? dropoutP : 0);
  const inputs = attnMask === null ? [q, k, v] : [q, k, v, attnMask];
  return tidy(() => {
    const saved = [...attend.forward(inputs), ...inputs];
    return record(op, saved[0]!, inputs, saved, attend.backward);
  });
}

/** Both directions for given shapes. A function of its own, so that the way back holds no tensor. */
function attention(batch: Shape, shapes: readonly Shape[], isCausal: boolean, scale: number, p: number) {
  const [m = 0, d = 0] = shapes[0]!.slice(-2);
  const [n = 0, e = 0] = shapes[2]!.slice(-2);
  const maskShape = shapes[3]!;
  const heads = sizeOf(batch);
  const maskRows = maskShape.at(-2) ?? 1;
  /** Elements of a head of q, k, v and the mask, and for each head the number of its part of them. */
  const steps = [m * d, n * d, n * e, maskRows * n];
  const parts = shapes.map((shape) => indices(shape.slice(0, -2), batch));
  /** The addresses of head h of these; 0 where there is no mask. */
  const at = (operands: readonly (Tensor | null | undefined)[], h: number): Four =>
    parts.map((part, i) => (operands[i] ? operands[i].ptr + 4 * steps[i]! * part[h]! : 0)) as Four;
  const operandsOf = (inputs: readonly Tensor[]): Tensor[] => inputs.map((x, i) => (i === 3 ? added(x, maskShape) : x));
  /** At least the elements of a key and of a value in whole panels of 16. */
  const wide = 32 + d + e;
  const draw = reserveFor(p > 0 ? 4 * Math.ceil(n / 4) * m * heads : 0);
  // With p = 1 nothing is kept, so that the factor does not matter but must be finite.
  const keep = p === 1 ? 1 : 1 / (1 - p);
  const geometry = [m, n, d, e, Number(isCausal), maskRows === 1 ? 0 : n, Math.ceil(p * DRAWS), ...draw];

  return {
    /** The result, and what the kernel notes of each row. */
    forward(inputs: readonly Tensor[]): [Tensor, Tensor] {
      const y = zeros([...batch, m, e]);
      const stats = empty([heads, 2, m]);
      const operands = operandsOf(inputs);
      const room = scratch(4 * (EDGES + BK * (BQ + 1 + wide)));
      const shared = ints(geometry);
      for (let h = 0; h < heads; h++) {
        const [to, sums] = [y.ptr + 4 * m * e * h, stats.ptr + 8 * m * h];
        k.attention(to, sums, ...at(operands, h), shared, room, m * h, scale, keep);
      }
      return [y, stats];
    },

    backward(dy: Tensor, [y, stats, ...inputs]: Saved, needs: readonly boolean[]): (Tensor | null)[] {
      // Those of q, k and v for each head, to be summed where these were broadcast; the mask's is summed by the kernel.
      const gradients = inputs.slice(0, 3).map((x) => zeros([...batch, ...x.shape.slice(-2)]));
      const dmask = needs[3] ? zeros(maskShape) : null;
      const operands = operandsOf(inputs);
      const room = scratch(4 * (EDGES + BK_GRAD * (3 + d + wide) + BQ_GRAD * (2 * BK_GRAD + wide) + m));
      const shared = ints(geometry);
      for (let h = 0; h < heads; h++) {
        const [dq, dk, dv] = gradients.map((x, i) => x.ptr + 4 * steps[i]! * h) as Four;
        const [to, from, sums] = [at([null, null, null, dmask], h)[3], 4 * m * e * h, stats.ptr + 8 * m * h];
        const own = at(operands, h);
        k.attentionGrad(dq, dk, dv, to, y.ptr + from, sums, ...own, dy.ptr + from, shared, room, m * h, scale, keep);
      }
      return [...gradients, dmask].slice(0, inputs.length).map((x, i) => x && sumTo(x, inputs[i]!.shape));
    },
  };
}

type Four = [number, number, number, number];

const sizes = (x: Tensor): [number, number] => [x.shape.at(-2)!, x.shape.at(-1)!];

function zeros(shape: Shape): Tensor {
  const t = empty(shape);
  clear(t);
  return t;
}

/** The mask's shape with a full last axis and at least two axes: what the kernel walks. */
function shapeOfMask(op: string, mask: Tensor, isCausal: boolean, scores: Shape): number[] {
  expectTensor(op, "attnMask", mask, ["bool", "float32"]);
  if (isCausal) throw new RangeError(`${op}: expected no attnMask with isCausal, got shape ${show(mask.shape)}`);
  const lead = scores.length - mask.rank;
  if (lead < 0 || mask.shape.some((size, i) => size !== 1 && size !== scores[lead + i])) {
    throw new RangeError(`${op}: expected attnMask that broadcasts to ${show(scores)}, got ${show(mask.shape)}`);
  }
  return [...[1, 1, ...mask.shape].slice(-Math.max(2, mask.rank), -1), scores.at(-1)!];
}

/** What a mask adds to the scores, in the given shape; the mask itself if it is that already. */
function added(mask: Tensor, shape: Shape): Tensor {
  if (mask.dtype === "float32" && sameShape(mask.shape, shape)) return mask;
  return noGrad(() => broadcastTo(mask.dtype === "bool" ? where(mask, 0, -Infinity) : mask, shape));
}

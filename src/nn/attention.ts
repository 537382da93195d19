// Attention in several heads, as a layer. The attention itself is ops/attention.ts; layers made of it are transformer.ts.

import { scaledDotProductAttention } from "../ops/attention.ts";
import { add, mul } from "../ops/binary.ts";
import { full, zeros } from "../ops/create.ts";
import { linear, matmul } from "../ops/gemm.ts";
import { cat } from "../ops/join.ts";
import { broadcastTo, permute, transpose } from "../ops/permute.ts";
import { dropout } from "../ops/random.ts";
import { mean } from "../ops/reduce.ts";
import { reshape } from "../ops/shape.ts";
import { select, slice } from "../ops/slice.ts";
import { softmax } from "../ops/softmax.ts";
import { where } from "../ops/ternary.ts";
import { triu } from "../ops/triangle.ts";
import { tidy } from "../scope.ts";
import { checkInt, checkNumber, readOptions, type Shape, sameShape, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { zeros as initZeros, xavierNormal, xavierUniform } from "./init.ts";
import { Linear } from "./linear.ts";
import { filledParameter, parameter } from "./parameter.ts";
import { SnakeModule } from "./snake.ts";
import { settings } from "./text.ts";

/** Options of {@link MultiheadAttention}. */
export interface MultiheadAttentionOptions {
  /** Probability with which a weight is dropped in training. Default 0. */
  dropout?: number;
  /** Whether the projections have biases. Default true. */
  bias?: boolean;
  /** Whether to learn one more key and value. Default false. */
  addBiasKv?: boolean;
  /** Whether to attend to one more key and value of zeros. Default false. */
  addZeroAttn?: boolean;
  /** Sizes of the keys and values that come in. Default null, which is `embedDim`. */
  kdim?: number | null;
  vdim?: number | null;
  /** Whether the batch is the first axis of what comes in and goes out, rather than the second. Default false. */
  batchFirst?: boolean;
}

/** Options of a call of {@link MultiheadAttention}. */
export interface AttendOptions {
  /** `[N, S]`, or `[S]` without a batch: bool, where true is left out, or float32, added to the scores. */
  keyPaddingMask?: Tensor | null;
  /** `[L, S]` or `[N numHeads, L, S]`: bool, where true is left out, or float32, added to the scores. */
  attnMask?: Tensor | null;
  /** Whether to return the weights too, which keeps them all in memory. Default true. */
  needWeights?: boolean;
  /** Whether the weights that are returned are the heads' mean. Default true. */
  averageAttnWeights?: boolean;
  /** Whether query i sees keys 0 to i alone; together with `attnMask` a hint that this says the same. Default false. */
  isCausal?: boolean;
}

/**
 * Attention in `numHeads` heads, each over its part of the projected queries, keys and values.
 *
 * With `needWeights: false` the weights are never in memory as a whole, which is faster and saves memory. Masks are
 * PyTorch's: here true means left out. A query that may see no key gets NaN, or zeros before the last projection with
 * `needWeights: false`.
 *
 * @param embedDim size E of queries and results. @param numHeads how many heads, a divisor of it.
 * @param options see {@link MultiheadAttentionOptions}.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: queries [L, N, E], keys [S, N, kdim], values [S, N, vdim] (with `batchFirst` [N, L, E] and so on; or without N)
 * to `[result, weights]`: a result shaped like the queries, and weights [N, L, S], [N, numHeads, L, S] if not averaged,
 * null with `needWeights: false`. `in_proj_weight` [3 E, E], or `q_proj_weight` [E, E], `k_proj_weight` [E, kdim] and
 * `v_proj_weight` [E, vdim] where these differ; `in_proj_bias` [3 E]; `bias_k`, `bias_v` [1, 1, E]; `out_proj`, a Linear.
 *
 * @see Vaswani et al., "Attention is all you need", 2017.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.MultiheadAttention(8, 2, { batchFirst: true });
 * const x = ones([3, 5, 8]);
 * const [y, weights] = layer.call(x, x, x);
 * y.shape; // => [3,5,8]
 * weights?.shape; // => [3,5,5]
 * Object.keys(layer.stateDict()); // => ["in_proj_weight","in_proj_bias","out_proj.weight","out_proj.bias"]
 * ```
 */
export class MultiheadAttention extends SnakeModule {
  readonly embedDim: number;
  readonly numHeads: number;
  declare readonly dropout: number;
  declare readonly batchFirst: boolean;
  declare readonly addZeroAttn: boolean;
  readonly kdim: number;
  readonly vdim: number;
  declare inProjWeight: Tensor | null;
  declare qProjWeight: Tensor | null;
  declare kProjWeight: Tensor | null;
  declare vProjWeight: Tensor | null;
  declare inProjBias: Tensor | null;
  declare biasK: Tensor | null;
  declare biasV: Tensor | null;
  declare outProj: Linear;

  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    super();
    const op = this.constructor.name;
    const { kdim, vdim, bias, addBiasKv, ...rest } = readOptions(op, options, {
      dropout: 0,
      bias: true,
      addBiasKv: false,
      addZeroAttn: false,
      kdim: null as number | null,
      vdim: null as number | null,
      batchFirst: false,
    });
    checkNumber(op, "dropout", rest.dropout, 0, 1);
    this.embedDim = checkInt(op, "embedDim", embedDim, 1);
    this.numHeads = checkInt(op, "numHeads", numHeads, 1);
    if (embedDim % numHeads !== 0) {
      throw new RangeError(`${op}: expected numHeads to divide embedDim, got ${numHeads} and ${embedDim}`);
    }
    this.kdim = checkInt(op, "kdim", kdim ?? embedDim, 1);
    this.vdim = checkInt(op, "vdim", vdim ?? embedDim, 1);
    const weight = (...shape: number[]): Tensor => xavierUniform(parameter(shape));
    const one = (): Tensor | null => (addBiasKv ? xavierNormal(parameter([1, 1, embedDim])) : null);
    const apart = this.kdim !== embedDim || this.vdim !== embedDim;
    // In PyTorch's order, which is that of the parameters.
    Object.assign(this, rest, {
      inProjWeight: apart ? null : weight(3 * embedDim, embedDim),
      qProjWeight: apart ? weight(embedDim, embedDim) : null,
      kProjWeight: apart ? weight(embedDim, this.kdim) : null,
      vProjWeight: apart ? weight(embedDim, this.vdim) : null,
      inProjBias: bias ? filledParameter([3 * embedDim], 0) : null,
      biasK: one(),
      biasV: one(),
      outProj: new Linear(embedDim, embedDim, { bias }),
    });
    if (this.outProj.bias !== null) initZeros(this.outProj.bias);
  }

  forward(query: Tensor, key: Tensor, value: Tensor, options: AttendOptions = {}): [Tensor, Tensor | null] {
    const op = this.constructor.name;
    const { keyPaddingMask, attnMask, needWeights, averageAttnWeights, isCausal } = readOptions(op, options, {
      keyPaddingMask: null as Tensor | null,
      attnMask: null as Tensor | null,
      needWeights: true,
      averageAttnWeights: true,
      isCausal: false,
    });
    const batchFirst = this.batchFirst || query.rank === 2;
    const [time, batch] = batchFirst ? [1, 0] : [0, 1];
    /** The sizes of three axes, of which the batch may be left out. */
    const cube = ({ shape }: Tensor): readonly number[] => (shape.length === 3 ? shape : [1, ...shape]);
    const inputs = [query, key, value];
    for (const [i, x] of inputs.entries()) expectTensor(op, ["query", "key", "value"][i]!, x, "float32");
    const wanted = inputs.map((_, i) => {
      const shape = [...cube(i === 0 ? query : key)];
      shape[batch] = cube(query)[batch]!;
      shape[2] = [this.embedDim, this.kdim, this.vdim][i]!;
      return shape.slice(-query.rank);
    });
    if (query.rank < 2 || !inputs.every((x, i) => sameShape(x.shape, wanted[i]!))) {
      const got = inputs.map((x) => show(x.shape)).join(", ");
      throw new RangeError(`${op}: expected query, key, value of ${wanted.map(show).join(", ")}, got ${got}`);
    }
    return tidy(() => {
      const [q, k, v] = inputs.map((x, i) => this.project(x, i, cube(x), batchFirst)) as [Tensor, Tensor, Tensor];
      const [n, h, l, d] = q.shape as [number, number, number, number];
      const s = cube(key)[time]!;
      const extra = k.shape[2]! - s;
      // What is causal alone needs no mask in memory.
      const fused = isCausal && !needWeights && keyPaddingMask === null && extra === 0;
      let mask: Tensor | null = null;
      if (attnMask !== null) {
        mask = masked(op, "attnMask", attnMask, [l, s], [n * h, l, s]);
        if (mask.rank === 3) mask = reshape(mask, [n, h, l, s]);
      } else if (isCausal && !fused) {
        mask = causalMask(l, s);
      }
      if (keyPaddingMask !== null) {
        const padding = masked(op, "keyPaddingMask", keyPaddingMask, query.rank === 3 ? [n, s] : [s]);
        const each = reshape(padding, [n, 1, 1, s]);
        mask = mask === null ? each : add(mask, each);
      }
      if (mask !== null && extra > 0) mask = cat([mask, zeros([...mask.shape.slice(0, -1), extra])], { axis: -1 });

      let weights: Tensor | null = null;
      let y: Tensor;
      const p = this.training ? this.dropout : 0;
      if (needWeights) {
        const scores = matmul(mul(q, 1 / Math.sqrt(d)), transpose(k));
        weights = dropout(softmax(mask === null ? scores : add(scores, mask)), { p });
        y = matmul(weights, v);
        if (averageAttnWeights) weights = mean(weights, { axis: 1 });
        if (query.rank === 2) weights = select(weights, 0);
      } else {
        y = scaledDotProductAttention(q, k, v, { attnMask: fused ? null : mask, dropoutP: p, isCausal: fused });
      }
      const joined = reshape(permute(y, batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]), query.shape);
      return [this.outProj.call(joined), weights];
    });
  }

  /**
   * Query (i = 0), key or value as [N, numHeads, length, size], with what is added to the latter two. Each by a product of its
   * own: of the three in one, the gradients would be put together from parts as large as the whole.
   */
  private project(x: Tensor, i: number, shape: Shape, batchFirst: boolean): Tensor {
    const { embedDim, numHeads, inProjWeight, inProjBias } = this;
    const size = embedDim / numHeads;
    const rows = { start: i * embedDim, stop: (i + 1) * embedDim };
    const weight = [this.qProjWeight, this.kProjWeight, this.vProjWeight][i] ?? slice(inProjWeight!, rows);
    let y = reshape(linear(x, weight, inProjBias && slice(inProjBias, rows)), [...shape.slice(0, 2), embedDim]);
    const more = [null, this.biasK, this.biasV][i];
    if (more) {
      const each = batchFirst ? [shape[0]!, 1, embedDim] : [1, shape[1]!, embedDim];
      y = cat([y, broadcastTo(more, each)], { axis: batchFirst ? 1 : 0 });
    }
    const heads = permute(
      reshape(y, [...y.shape.slice(0, 2), numHeads, size]),
      batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3],
    );
    if (i === 0 || !this.addZeroAttn) return heads;
    return cat([heads, zeros([heads.shape[0]!, numHeads, 1, size])], { axis: 2 });
  }

  override extraRepr(): string {
    const { embedDim, numHeads, dropout, batchFirst } = this;
    return [embedDim, ...settings({ numHeads, dropout, batchFirst })].join(", ");
  }
}

/** 0 up to the diagonal, -infinity above it. */
export function causalMask(rows: number, columns: number): Tensor {
  return tidy(() => triu(full([rows, columns], -Infinity), { diagonal: 1 }));
}

/** What a mask in which true is left out adds to the scores; refuses other shapes than those given. */
function masked(op: string, name: string, mask: Tensor, ...shapes: Shape[]): Tensor {
  expectTensor(op, name, mask, ["bool", "float32"]);
  if (!shapes.some((shape) => sameShape(shape, mask.shape))) {
    throw new RangeError(`${op}: expected ${name} of shape ${shapes.map(show).join(" or ")}, got ${show(mask.shape)}`);
  }
  return mask.dtype === "bool" ? where(mask, -Infinity, 0) : mask;
}

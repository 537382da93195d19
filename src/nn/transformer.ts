// The layers of a transformer's encoder and decoder. Attention is attention.ts; stacks of layers are transformer-stack.ts.
import { relu } from "../ops/activation.ts";
import { add } from "../ops/binary.ts";
import { tidy } from "../scope.ts";
import { checkInt, describe, readOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type AttendOptions, MultiheadAttention } from "./attention.ts";
import { Dropout } from "./dropout.ts";
import { Linear } from "./linear.ts";
import { type Layer, Module } from "./module.ts";
import { LayerNorm } from "./norm.ts";
import { SnakeModule } from "./snake.ts";

/** Options of a transformer's layers. */
export interface TransformerLayerOptions {
  /** Size between the two products of the feed-forward part. Default 2048. */
  dimFeedforward?: number;
  /** Probability of dropping, in training. Default 0.1. */
  dropout?: number;
  /** A function, or a module without parameters, between these products. Default `relu`. */
  activation?: Activation;
  /** What the norms add to the variance. Default 1e-5. */
  layerNormEps?: number;
  /** Whether the batch is the first axis rather than the second. Default false. */
  batchFirst?: boolean;
  /** Whether each part normalises what comes in, rather than the sum that goes out. Default false. */
  normFirst?: boolean;
  /** Whether products and norms have biases. Default true. */
  bias?: boolean;
}

type Activation = Layer | ((x: Tensor) => Tensor);

/** Masks of an encoder layer, as `nn.MultiheadAttention` takes them: true is left out, floats are added. */
export interface EncoderLayerMasks {
  srcMask?: Tensor | null;
  srcKeyPaddingMask?: Tensor | null;
  /** Whether position i sees 0 to i alone; with a mask a hint that it says so. Default false. */
  isCausal?: boolean;
}

/** Masks of a decoder and its layers, as `nn.MultiheadAttention` takes them: true is left out, floats are added. */
export interface DecoderMasks {
  tgtMask?: Tensor | null;
  memoryMask?: Tensor | null;
  tgtKeyPaddingMask?: Tensor | null;
  memoryKeyPaddingMask?: Tensor | null;
  /** Whether position i sees 0 to i alone; with a mask a hint that it says so. Default false. */
  tgtIsCausal?: boolean;
  memoryIsCausal?: boolean;
}

/**
 * What both kinds of layers are made of. Fields are declared alone, so that the order of the assignments is that of the
 * parameters: PyTorch's.
 */
abstract class TransformerLayer extends SnakeModule {
  declare readonly selfAttn: MultiheadAttention;
  declare readonly multiheadAttn: MultiheadAttention;
  declare readonly linear1: Linear;
  declare readonly dropout: Dropout;
  declare readonly linear2: Linear;
  declare readonly normFirst: boolean;
  declare readonly norm1: LayerNorm;
  declare readonly norm2: LayerNorm;
  declare readonly norm3: LayerNorm;
  declare readonly dropout1: Dropout;
  declare readonly dropout2: Dropout;
  declare readonly dropout3: Dropout;
  declare readonly activation: Activation;

  /** @internal `parts`: 2, or 3 with attention to a memory. */
  constructor(parts: number, dModel: number, nhead: number, options: TransformerLayerOptions) {
    super();
    const op = this.constructor.name;
    const { dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias } = readOptions(
      op,
      options,
      layerDefaults,
    );
    checkInt(op, "dModel", dModel, 1);
    checkInt(op, "nhead", nhead, 1);
    checkInt(op, "dimFeedforward", dimFeedforward, 1);
    if (!(activation instanceof Module) && typeof activation !== "function") {
      throw new TypeError(`${op}: expected activation to be a function or a module, got ${describe(activation)}`);
    }
    const attention = (): MultiheadAttention => new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst });
    this.selfAttn = attention();
    if (parts === 3) this.multiheadAttn = attention();
    this.linear1 = new Linear(dModel, dimFeedforward, { bias });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias });
    this.normFirst = normFirst;
    for (let i = 1; i <= parts; i++) {
      Object.assign(this, { [`norm${i}`]: new LayerNorm(dModel, { eps: layerNormEps, bias }) });
    }
    for (let i = 1; i <= parts; i++) Object.assign(this, { [`dropout${i}`]: new Dropout(dropout) });
    this.activation = activation;
  }

  /** x + dropout(part(x)), normalised before or after. */
  protected around(x: Tensor, norm: LayerNorm, dropout: Dropout, part: (x: Tensor) => Tensor): Tensor {
    if (this.normFirst) return add(x, dropout.call(part(norm.call(x))));
    return norm.call(add(x, dropout.call(part(x))));
  }

  /** Attention of x to `memory` without the weights. */
  protected attend(attention: MultiheadAttention, x: Tensor, memory: Tensor, options: AttendOptions): Tensor {
    return attention.call(x, memory, memory, { ...options, needWeights: false })[0];
  }

  protected feedForward(x: Tensor): Tensor {
    const { activation } = this;
    const hidden = this.linear1.call(x);
    const active = activation instanceof Module ? activation.call(hidden) : activation(hidden);
    return this.linear2.call(this.dropout.call(active));
  }
}

/** @internal Defaults of {@link TransformerLayerOptions}. */
export const layerDefaults = {
  dimFeedforward: 2048,
  dropout: 0.1,
  activation: relu as Activation,
  layerNormEps: 1e-5,
  batchFirst: false,
  normFirst: false,
  bias: true,
};

/**
 * A layer of a transformer's encoder: self-attention, then two products with an activation between, each with dropout,
 * added to what came in and normalised.
 *
 * @param dModel size E of the elements. @param nhead heads of the attention, a divisor of it.
 * @param options see {@link TransformerLayerOptions}.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [S, N, E], with `batchFirst` [N, S, E], or [S, E]; kept. `call(src, masks)`: see {@link EncoderLayerMasks}.
 *
 * @see Vaswani et al., "Attention is all you need", 2017.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html
 *
 * @example
 * ```ts
 * import { gelu, nn, ones } from "sedge";
 * const layer = new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16, activation: gelu, batchFirst: true });
 * layer.call(ones([3, 5, 8]), { isCausal: true }).shape; // => [3,5,8]
 * ```
 */
export class TransformerEncoderLayer extends TransformerLayer {
  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super(2, dModel, nhead, options);
  }

  forward(src: Tensor, masks: EncoderLayerMasks = {}): Tensor {
    const { srcMask, srcKeyPaddingMask, isCausal } = readOptions(this.constructor.name, masks, {
      srcMask: null as Tensor | null,
      srcKeyPaddingMask: null as Tensor | null,
      isCausal: false,
    });
    const own = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, isCausal };
    return tidy(() => {
      const x = this.around(src, this.norm1, this.dropout1, (x) => this.attend(this.selfAttn, x, x, own));
      return this.around(x, this.norm2, this.dropout2, (x) => this.feedForward(x));
    });
  }
}

/**
 * A layer of a transformer's decoder: self-attention, attention to an encoder's result, then two products with an
 * activation between, each with dropout, added to what came in and normalised.
 *
 * @param dModel size E of the elements. @param nhead heads of the attentions, a divisor of it.
 * @param options see {@link TransformerLayerOptions}.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: [T, N, E] and memory [S, N, E], with `batchFirst` [N, T, E] and [N, S, E], or without N; to the first of them.
 * `call(tgt, memory, masks)`: see {@link DecoderMasks}.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerDecoderLayer.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.TransformerDecoderLayer(8, 2, { dimFeedforward: 16 });
 * layer.call(ones([4, 3, 8]), ones([6, 3, 8]), { tgtIsCausal: true }).shape; // => [4,3,8]
 * ```
 */
export class TransformerDecoderLayer extends TransformerLayer {
  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super(3, dModel, nhead, options);
  }

  forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    const given = readOptions(this.constructor.name, masks, decoderMasks);
    const own = { attnMask: given.tgtMask, keyPaddingMask: given.tgtKeyPaddingMask, isCausal: given.tgtIsCausal };
    const cross = {
      attnMask: given.memoryMask,
      keyPaddingMask: given.memoryKeyPaddingMask,
      isCausal: given.memoryIsCausal,
    };
    return tidy(() => {
      let x = this.around(tgt, this.norm1, this.dropout1, (x) => this.attend(this.selfAttn, x, x, own));
      x = this.around(x, this.norm2, this.dropout2, (x) => this.attend(this.multiheadAttn, x, memory, cross));
      return this.around(x, this.norm3, this.dropout3, (x) => this.feedForward(x));
    });
  }
}

const decoderMasks = {
  tgtMask: null as Tensor | null,
  memoryMask: null as Tensor | null,
  tgtKeyPaddingMask: null as Tensor | null,
  memoryKeyPaddingMask: null as Tensor | null,
  tgtIsCausal: false,
  memoryIsCausal: false,
};

// Stacks of a transformer's layers, and the whole of encoder and decoder. The layers are transformer.ts.
import { tidy } from "../scope.ts";
import { checkInt, describe, readOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { causalMask } from "./attention.ts";
import { copyModule } from "./copy.ts";
import { xavierUniform } from "./init.ts";
import { type Layer, Module } from "./module.ts";
import { LayerNorm } from "./norm.ts";
import { SnakeModule } from "./snake.ts";
import {
  type DecoderMasks,
  layerDefaults,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from "./transformer.ts";

/** Masks of an encoder, as `nn.MultiheadAttention` takes them: true is left out, floats are added. */
export interface EncoderMasks {
  mask?: Tensor | null;
  srcKeyPaddingMask?: Tensor | null;
  /** Whether position i sees 0 to i alone; with a mask a hint that it says so. Default false. */
  isCausal?: boolean;
}

/** Equal layers in a row, and a norm after the last. */
abstract class Stack<L extends Module> extends SnakeModule {
  readonly layers: L[];
  readonly norm: Layer | null;

  constructor(layer: L, numLayers: number, options: { norm?: Layer | null } = {}) {
    super();
    const op = this.constructor.name;
    if (!(layer instanceof Module)) throw new TypeError(`${op}: expected layer to be a module, got ${describe(layer)}`);
    const { norm } = readOptions(op, options, { norm: null as Layer | null });
    if (norm !== null && !(norm instanceof Module)) {
      throw new TypeError(`${op}: expected norm to be a module or null, got ${describe(norm)}`);
    }
    this.layers = Array.from({ length: checkInt(op, "numLayers", numLayers, 0) }, () => copyModule(layer));
    this.norm = norm;
  }

  protected run(x: Tensor, step: (layer: L, x: Tensor) => Tensor): Tensor {
    return tidy(() => {
      let y = x;
      for (const layer of this.layers) y = step(layer, y);
      return this.norm === null ? y : this.norm.call(y);
    });
  }
}

/**
 * A stack of encoder layers.
 *
 * @param layer what the layers are copies of: each has parameters of its own, which start with the same values, as in
 *   PyTorch; the layer itself takes no part.
 * @param numLayers how many.
 * @param options `norm`: a module for the result of the last, such as `nn.LayerNorm` (default null).
 * @throws TypeError if `layer` or `norm` is no module.
 *
 * Shape: as the layer's. `call(src, masks)`: see {@link EncoderMasks}; every layer gets them.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoder.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16, batchFirst: true });
 * const encoder = new nn.TransformerEncoder(layer, 3, { norm: new nn.LayerNorm(8) });
 * encoder.call(ones([2, 5, 8])).shape; // => [2,5,8]
 * Object.keys(encoder.stateDict()).at(-1); // => "norm.bias"
 * ```
 */
export class TransformerEncoder extends Stack<TransformerEncoderLayer> {
  forward(src: Tensor, masks: EncoderMasks = {}): Tensor {
    const { mask, ...rest } = readOptions(this.constructor.name, masks, {
      mask: null as Tensor | null,
      srcKeyPaddingMask: null as Tensor | null,
      isCausal: false,
    });
    return this.run(src, (layer, x) => layer.call(x, { srcMask: mask, ...rest }));
  }
}

/**
 * A stack of decoder layers.
 *
 * @param layer what the layers are copies of: each has parameters of its own, which start with the same values, as in
 *   PyTorch; the layer itself takes no part.
 * @param numLayers how many.
 * @param options `norm`: a module for the result of the last, such as `nn.LayerNorm` (default null).
 * @throws TypeError if `layer` or `norm` is no module.
 *
 * Shape: as the layer's. `call(tgt, memory, masks)`: see {@link DecoderMasks}; every layer gets them.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerDecoder.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const decoder = new nn.TransformerDecoder(new nn.TransformerDecoderLayer(8, 2, { dimFeedforward: 16 }), 2);
 * decoder.call(ones([4, 3, 8]), ones([6, 3, 8])).shape; // => [4,3,8]
 * ```
 */
export class TransformerDecoder extends Stack<TransformerDecoderLayer> {
  forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    return this.run(tgt, (layer, x) => layer.call(x, memory, masks));
  }
}

/** Options of {@link Transformer}: those of its layers, and its sizes. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** Size E of the elements. Default 512. */
  dModel?: number;
  /** Heads of the attentions, a divisor of `dModel`. Default 8. */
  nhead?: number;
  /** Default 6. */
  numEncoderLayers?: number;
  /** Default 6. */
  numDecoderLayers?: number;
  /** Takes the place of the encoder. Default null. */
  customEncoder?: Module | null;
  /** Takes the place of the decoder. Default null. */
  customDecoder?: Module | null;
}

/** Masks of a {@link Transformer}, as `nn.MultiheadAttention` takes them: true is left out, floats are added. */
export interface TransformerMasks extends DecoderMasks {
  srcMask?: Tensor | null;
  srcKeyPaddingMask?: Tensor | null;
  srcIsCausal?: boolean;
}

/**
 * An encoder and a decoder that attends to its result: the model of the paper, without embeddings and output layer.
 * Weights of two axes start by Glorot's uniform rule.
 *
 * @param options see {@link TransformerOptions}.
 * @throws TypeError or RangeError for options out of range.
 *
 * Shape: source [S, N, E] and target [T, N, E], with `batchFirst` [N, S, E] and [N, T, E], or without N; to the latter.
 * `call(src, tgt, masks)`: see {@link TransformerMasks}.
 *
 * @see Vaswani et al., "Attention is all you need", 2017.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Transformer.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const model = new nn.Transformer({ dModel: 8, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 16 });
 * const tgtMask = nn.Transformer.generateSquareSubsequentMask(4);
 * model.call(ones([6, 3, 8]), ones([4, 3, 8]), { tgtMask }).shape; // => [4,3,8]
 * ```
 */
export class Transformer extends Module {
  readonly encoder: Module;
  readonly decoder: Module;

  constructor(options: TransformerOptions = {}) {
    super();
    const { dModel, nhead, numEncoderLayers, numDecoderLayers, customEncoder, customDecoder, ...layer } = readOptions(
      this.constructor.name,
      options,
      {
        dModel: 512,
        nhead: 8,
        numEncoderLayers: 6,
        numDecoderLayers: 6,
        customEncoder: null as Module | null,
        customDecoder: null as Module | null,
        ...layerDefaults,
      },
    );
    const norm = (): LayerNorm => new LayerNorm(dModel, { eps: layer.layerNormEps, bias: layer.bias });
    const patterns = [
      new TransformerEncoderLayer(dModel, nhead, layer),
      new TransformerDecoderLayer(dModel, nhead, layer),
    ] as const;
    this.encoder = customEncoder ?? new TransformerEncoder(patterns[0], numEncoderLayers, { norm: norm() });
    this.decoder = customDecoder ?? new TransformerDecoder(patterns[1], numDecoderLayers, { norm: norm() });
    for (const pattern of patterns) pattern.dispose();
    for (const weight of this.parameters()) if (weight.rank > 1) xavierUniform(weight);
  }

  forward(src: Tensor, tgt: Tensor, masks: TransformerMasks = {}): Tensor {
    const { srcMask = null, srcKeyPaddingMask = null, srcIsCausal = false, ...rest } = masks;
    return tidy(() => {
      const own = { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal };
      const memory = (this.encoder as TransformerEncoder).call(src, own);
      return (this.decoder as TransformerDecoder).call(tgt, memory, rest);
    });
  }

  /**
   * The float mask of `size` x `size` with which position i sees 0 to i alone: 0 there, -infinity beyond.
   * @throws TypeError or RangeError if `size` is no size.
   */
  static generateSquareSubsequentMask(size: number): Tensor {
    checkInt("generateSquareSubsequentMask", "size", size, 0);
    return causalMask(size, size);
  }
}

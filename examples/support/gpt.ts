// A GPT: a decoder-only transformer with layer norms before each part, no biases, and one table of characters for both
// ends, as nanoGPT's. It is trained in gpt.ts.
import { gelu, nn, type Tensor } from "sedge";

/** Characters that it sees at once, width of a character's vector, attention heads and layers. */
export interface Sizes {
  readonly block: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
}

const norm = (width: number) => new nn.LayerNorm(width, { bias: false });
const dense = (inputs: number, outputs: number) => new nn.Linear(inputs, outputs, { bias: false });

/** Each character takes from itself and those before it, the more the better its query matches their keys. */
class Attention extends nn.Module {
  qkv;
  out;
  readonly heads;

  constructor({ width, heads }: Sizes) {
    super();
    this.qkv = dense(width, 3 * width);
    this.out = dense(width, width);
    this.heads = heads;
  }

  forward(x: Tensor): Tensor {
    const [b = 0, t = 0, width = 0] = x.shape;
    const parts = this.qkv
      .call(x)
      .reshape([b, t, 3, this.heads, width / this.heads])
      .permute([2, 0, 3, 1, 4]);
    const [q, k, v] = parts.unbind() as [Tensor, Tensor, Tensor]; // each [b, heads, t, width / heads]
    const taken = q.scaledDotProductAttention(k, v, { isCausal: true });
    return this.out.call(taken.transpose(1, 2).reshape([b, t, width]));
  }
}

/** Character numbers [B, T] to scores for the next of each [B, T, vocabulary]. */
export class Gpt extends nn.Module {
  characters;
  positions;
  layers;
  norm;

  constructor(vocabulary: number, config: Sizes) {
    super();
    const { width, block, layers } = config;
    this.characters = new nn.Embedding(vocabulary, width);
    this.positions = new nn.Embedding(block, width);
    this.layers = Array.from({ length: layers }, () => [
      new nn.Sequential({ norm: norm(width), attention: new Attention(config) }),
      new nn.Sequential({ norm: norm(width), up: dense(width, 4 * width), gelu, out: dense(4 * width, width) }),
    ]);
    this.norm = norm(width);
    for (const [name, weight] of this.namedParameters()) {
      // What layers add to the sum starts smaller, so that the sum's spread does not grow with their number.
      const std = name.endsWith("out.weight") ? 0.02 / Math.sqrt(2 * layers) : 0.02;
      if (weight.rank > 1) nn.init.normal(weight, { std });
    }
  }

  forward(ids: Tensor): Tensor {
    let x = this.characters.call(ids).add(this.positions.weight.slice({ stop: ids.shape[1]! }));
    for (const layer of this.layers.flat()) x = x.add(layer.call(x));
    return this.norm.call(x).linear(this.characters.weight); // the table of characters is the output layer too
  }
}

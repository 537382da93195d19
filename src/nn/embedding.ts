// Layers that look things up.
import { type EmbeddingOptions, embedding } from "../ops/gather.ts";
import { checkBoolean, checkInt, checkOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { normal } from "./init.ts";
import { Module } from "./module.ts";
import { parameter } from "./parameter.ts";

/**
 * A table of learnt vectors, looked up by number: words, characters, categories.
 *
 * The vectors start normal with standard deviation 1, as in PyTorch; the padding row starts as zeros.
 *
 * @param numEmbeddings rows of the table. @param embeddingDim size of a vector.
 * @param options `paddingIdx`: a row that is not trained, negative ones counted from the end (default none);
 *   `scaleGradByFreq`: whether a row's gradient is divided by how often it was looked up (default false).
 * @throws TypeError or RangeError for sizes that are no positive integers, and a `paddingIdx` beyond the table.
 *
 * Shape: int32 [...] to [..., embeddingDim]; `weight` [numEmbeddings, embeddingDim].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * const table = new nn.Embedding(10, 4, { paddingIdx: 0 });
 * const vectors = table.call(tensor(new Int32Array([3, 0, 3])));
 * vectors.shape; // => [3,4]
 * vectors.select(1).toArray(); // => [0,0,0,0]
 * ```
 */
export class Embedding extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly scaleGradByFreq: boolean;
  weight: Tensor;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    const op = "Embedding";
    checkOptions(op, options, ["paddingIdx", "scaleGradByFreq"]);
    const rows = checkInt(op, "numEmbeddings", numEmbeddings, 1);
    this.numEmbeddings = rows;
    this.embeddingDim = checkInt(op, "embeddingDim", embeddingDim, 1);
    const { paddingIdx } = options;
    this.paddingIdx =
      paddingIdx === undefined ? null : (checkInt(op, "paddingIdx", paddingIdx, -rows, rows - 1) + rows) % rows;
    this.scaleGradByFreq = checkBoolean(op, "scaleGradByFreq", options.scaleGradByFreq ?? false);
    this.weight = normal(parameter([numEmbeddings, embeddingDim]));
    if (this.paddingIdx !== null) {
      this.weight.data.fill(0, this.paddingIdx * embeddingDim, (this.paddingIdx + 1) * embeddingDim);
    }
  }

  forward(ids: Tensor): Tensor {
    const { paddingIdx, scaleGradByFreq } = this;
    return embedding(ids, this.weight, paddingIdx === null ? { scaleGradByFreq } : { paddingIdx, scaleGradByFreq });
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, paddingIdx=${this.paddingIdx}`;
    const scale = this.scaleGradByFreq ? ", scaleGradByFreq=true" : "";
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}${scale}`;
  }
}

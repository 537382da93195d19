// Layers that look things up.
import { type EmbeddingBagOptions, type EmbeddingOptions, embedding, embeddingBag } from "../ops/embedding.ts";
import { checkMode, LOOKUP } from "../ops/internal/bags.ts";
import { checkBoolean, checkInt, checkNumber, demand, readOptions } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { normal } from "./init.ts";
import { Module } from "./module.ts";
import { parameter } from "./parameter.ts";
import { overwrite } from "./state.ts";
import { settings } from "./text.ts";

/** Options of {@link EmbeddingBag}. */
export type BagOptions = Omit<EmbeddingBagOptions, "perSampleWeights">;

/** What the layers share: the table and how rows are looked up. */
abstract class Table<Options extends EmbeddingOptions> extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  declare readonly paddingIdx: number | null;
  declare readonly maxNorm: number | null;
  declare readonly normType: number;
  declare readonly scaleGradByFreq: boolean;
  weight: Tensor;
  /** As given, with defaults: what the op takes. */
  protected readonly lookup: Options;

  /** @internal `given`: vectors to start with, instead of random ones. */
  constructor(rows: number, width: number, options: Partial<Options>, defaults: Options, given?: Tensor) {
    super();
    const op = new.target.name;
    this.numEmbeddings = checkInt(op, "numEmbeddings", rows, 1);
    this.embeddingDim = checkInt(op, "embeddingDim", width, 1);
    const lookup = readOptions(op, options, defaults);
    let { paddingIdx: at, maxNorm } = lookup;
    if (typeof at === "number")
      lookup.paddingIdx = at = (checkInt(op, "paddingIdx", at, -rows, rows - 1) + rows) % rows;
    if (typeof maxNorm === "number") checkNumber(op, "maxNorm", maxNorm, 0);
    Object.assign(this, lookup);
    this.lookup = lookup;
    this.weight = parameter([rows, width]);
    if (given) {
      overwrite(this.weight, given);
    } else {
      normal(this.weight);
      if (typeof at === "number") this.weight.data.fill(0, at * width, (at + 1) * width);
    }
  }

  override extraRepr(): string {
    const { numEmbeddings, embeddingDim, lookup } = this;
    return [numEmbeddings, embeddingDim, ...settings(lookup, { ...LOOKUP, includeLastOffset: false })].join(", ");
  }
}

/** A layer of copied vectors; `freeze` (default true) excludes them from training. */
function pretrained<Layer extends { weight: Tensor }>(
  kind: new (rows: number, width: number, options: object, given: Tensor) => Layer,
  embeddings: Tensor,
  options: { freeze?: boolean } = {},
): Layer {
  const op = "fromPretrained";
  expectTensor(op, "embeddings", embeddings, "float32");
  demand(embeddings.rank === 2, op, "embeddings [V, D]", embeddings.shape);
  const { freeze = true, ...rest } = options;
  checkBoolean(op, "freeze", freeze);
  const [rows, width] = embeddings.shape as [number, number];
  const layer = new kind(rows, width, rest, embeddings);
  layer.weight.requiresGrad = !freeze;
  return layer;
}

/**
 * A table of learnt vectors, looked up by number: words, characters, categories.
 *
 * The vectors start normal with standard deviation 1, as in PyTorch; the padding row starts as zeros.
 *
 * @param numEmbeddings rows of the table. @param embeddingDim size of a vector.
 * @param options `paddingIdx`: a row that is not trained, negative ones counted from the end (default none);
 *   `maxNorm` and `normType`: rows of a larger norm are scaled to it, in place, when looked up (default none, 2);
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
export class Embedding extends Table<EmbeddingOptions> {
  /** @internal The parameter `given` is not for users; see `fromPretrained`. */
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}, given?: Tensor) {
    super(numEmbeddings, embeddingDim, options, LOOKUP, given);
  }

  /**
   * A layer of given vectors, copied.
   *
   * @param embeddings float32 `[V, D]`. @param options those of the layer, and `freeze` (default true): whether to
   *   exclude the vectors from training.
   * @throws TypeError or RangeError for what is no float32 table.
   */
  static fromPretrained(embeddings: Tensor, options?: EmbeddingOptions & { freeze?: boolean }): Embedding {
    return pretrained(Embedding, embeddings, options);
  }

  forward(ids: Tensor): Tensor {
    return embedding(ids, this.weight, this.lookup);
  }
}

/**
 * A table of learnt vectors, of which bags are summed up, averaged or maximised: `embeddingBag` with a weight of its own.
 *
 * @param numEmbeddings rows of the table. @param embeddingDim size of a vector.
 * @param options those of `Embedding` (ids that are `paddingIdx` are left out of their bags); `mode`: "mean" (default),
 *   "sum" or "max"; `includeLastOffset`: whether the last offset is the end of the last bag (default false).
 * @throws TypeError or RangeError for sizes that are no positive integers, and options out of range.
 *
 * Shape: int32 [n] with offsets int32 [B], or [B, L] without, to [B, embeddingDim]; weights of the samples, the third
 * input, have the shape of the ids; `weight` [numEmbeddings, embeddingDim].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.EmbeddingBag.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * const bags = nn.EmbeddingBag.fromPretrained(tensor([[1, 2], [3, 4], [5, 6]]), { mode: "sum" });
 * bags.call(tensor([[0, 1], [2, 2]], { dtype: "int32" })).toArray(); // => [[4,6],[10,12]]
 * ```
 */
export class EmbeddingBag extends Table<BagOptions> {
  declare readonly mode: "sum" | "mean" | "max";
  declare readonly includeLastOffset: boolean;

  /** @internal The parameter `given` is not for users; see `fromPretrained`. */
  constructor(numEmbeddings: number, embeddingDim: number, options: BagOptions = {}, given?: Tensor) {
    super(numEmbeddings, embeddingDim, options, { ...LOOKUP, mode: "mean", includeLastOffset: false }, given);
    checkMode("EmbeddingBag", this.mode);
  }

  /** A layer of given vectors; see {@link Embedding.fromPretrained}. */
  static fromPretrained(embeddings: Tensor, options?: BagOptions & { freeze?: boolean }): EmbeddingBag {
    return pretrained(EmbeddingBag, embeddings, options);
  }

  forward(ids: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    return embeddingBag(ids, this.weight, offsets, { ...this.lookup, perSampleWeights });
  }
}

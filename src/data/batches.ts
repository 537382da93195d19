// Deals a dataset out in batches, one memory scope a turn. What a dataset is: src/data/dataset.ts.
import { arange } from "../ops/create.ts";
import { randperm } from "../ops/create-random.ts";
import { indexSelect } from "../ops/gather.ts";
import { keep, tidy } from "../scope.ts";
import { checkBoolean, checkInt, checkOptions, demand } from "../shape.ts";
import { type Tensor, view } from "../tensor.ts";
import { Dataset } from "./dataset.ts";

/** Options of {@link batches}. */
export interface BatchOptions {
  /** Examples in a batch, at least 1. */
  batchSize: number;
  /** Whether each pass draws a new order from the seeded stream. Default: false. */
  shuffle?: boolean;
  /** Whether to leave out a last batch that is smaller than the others. Default: false. */
  dropLast?: boolean;
}

/** Examples [B, ...] and their targets [B, ...]. */
export type Batch = [x: Tensor, y: Tensor];

/**
 * A dataset dealt out in batches: iterate it as often as there are epochs. Made by {@link batches}.
 *
 * @example
 * ```ts
 * import { arange, batches, Dataset } from "sedge";
 * const loader = batches(new Dataset(arange(5), arange(5)), { batchSize: 2, shuffle: true });
 * loader.length; // => 3
 * for (let epoch = 0; epoch < 2; epoch++) for (const [x, y] of loader) x.sub(y).sum().item(); // => 0
 * ```
 */
export class Batches implements Iterable<Batch> {
  /** Number of batches in a pass. */
  readonly length: number;
  private readonly data: Dataset;
  private readonly batchSize: number;
  /** @internal */
  readonly shuffle: boolean;

  /** @internal Use `batches()`. */
  constructor(data: Dataset, { batchSize, shuffle = false, dropLast = false }: BatchOptions) {
    this.data = data;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.length = dropLast ? Math.floor(data.length / batchSize) : Math.ceil(data.length / batchSize);
  }

  /** @internal The order of a pass, under no scope: a new one if it is to be shuffled. */
  order(): Tensor {
    const { length } = this.data;
    return keep(this.shuffle ? randperm(length) : arange(length));
  }

  /** @internal Batch `turn`, counted from 0, of a pass in that order. */
  take(order: Tensor, turn: number): Batch {
    const { data, batchSize } = this;
    const start = turn * batchSize;
    const chosen = view(order, [Math.min(batchSize, data.length - start)], start);
    return [indexSelect(data.x, chosen), indexSelect(data.y, chosen)];
  }

  /** One pass. Each turn's tensors, and all that is made during the turn, are released when the next begins. */
  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    const order = this.order();
    try {
      for (let turn = 0; turn < this.length; turn++) {
        const scope = tidy();
        try {
          yield this.take(order, turn);
        } finally {
          scope.close();
        }
      }
    } finally {
      order.dispose();
    }
  }
}

/**
 * Deals a dataset out in batches `[x, y]`. Each turn of a `for ... of` over it is a scope of its own: what is made in the
 * turn is released at its end, also by `break`, `return` and exceptions, so that the usual training loop needs no `tidy`.
 * `keep()` what must outlive its turn.
 *
 * Every pass with `shuffle` draws a new order, which the seed and the number of draws before it fix.
 *
 * @param data the examples.
 * @param options `batchSize`; `shuffle` (default false); `dropLast` (default false).
 * @returns an iterable with a `length`, the number of batches in a pass.
 * @throws TypeError for what is no dataset, a batch size that is no integer, or an unknown option; RangeError for a batch
 * size below 1, or one that `dropLast` leaves no batch of.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
 *
 * @example
 * ```ts
 * import { arange, batches, Dataset } from "sedge";
 * const data = new Dataset(arange(5), arange(5));
 * const sums: number[] = [];
 * for (const [x] of batches(data, { batchSize: 2 })) sums.push(x.sum().item());
 * sums; // => [1,5,4]
 * ```
 */
export function batches(data: Dataset, options: BatchOptions): Batches {
  demand(data instanceof Dataset, "batches", "data to be a Dataset", data, TypeError);
  checkOptions("batches", options, ["batchSize", "shuffle", "dropLast"]);
  const { batchSize, shuffle = false, dropLast = false } = options ?? {};
  checkInt("batches", "batchSize", batchSize, 1);
  checkBoolean("batches", "shuffle", shuffle);
  checkBoolean("batches", "dropLast", dropLast);
  demand(
    !dropLast || batchSize <= data.length,
    "batches",
    `batchSize of at most the ${data.length} examples with dropLast`,
    batchSize,
  );
  return new Batches(data, { batchSize, shuffle, dropLast });
}

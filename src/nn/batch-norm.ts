// Layers that normalise channels and may keep running statistics: BatchNorm1d to 3d, InstanceNorm1d to 3d. Those
// without statistics are norm.ts.
import { assign } from "../ops/assign.ts";
import { batchNorm, instanceNorm } from "../ops/batch-norm.ts";
import { ones, zeros } from "../ops/create.ts";
import { reshape } from "../ops/shape.ts";
import { tidy } from "../scope.ts";
import { checkInt, readOptions, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { live } from "../wasm.ts";
import { buffer, filledParameter } from "./parameter.ts";
import { SnakeModule } from "./snake.ts";
import { settings } from "./text.ts";

/** Options of the layers that normalise channels. */
export interface ChannelNormOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Share of a batch's statistics in the running ones; null: the mean over all batches. Default 0.1. */
  momentum?: number | null;
  /** Whether to learn a weight and a bias for each channel. Default true for batch norm, false for instance norm. */
  affine?: boolean;
  /** Whether to keep running statistics, for evaluation. Default true for batch norm, false for instance norm. */
  trackRunningStats?: boolean;
}

/** What the layers share. State dict keys are PyTorch's: `running_mean`, `running_var`, `num_batches_tracked`. */
abstract class ChannelNorm extends SnakeModule {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  /** The learnt factor of each channel, ones at first; null if not `affine`. */
  weight: Tensor | null;
  /** What is learnt to be added to each channel, zeros at first; null if not `affine`. */
  bias: Tensor | null;
  /** Mean of each channel, zeros at first; null if not tracked. */
  runningMean: Tensor | null;
  /** Variance of each channel, ones at first; null if not tracked. */
  runningVar: Tensor | null;
  /** How many batches it has seen in training, an int32 scalar; null if not tracked. */
  numBatchesTracked: Tensor | null;
  /** @internal How many axes there are besides the batch's and the channels'. */
  protected abstract readonly spatial: number;

  /** @internal `usual`: the default of `affine` and `trackRunningStats`. */
  constructor(numFeatures: number, options: ChannelNormOptions, usual: boolean) {
    super();
    const op = new.target.name;
    const defaults = { eps: 1e-5, momentum: 0.1, affine: usual, trackRunningStats: usual };
    const cumulative = options?.momentum === null;
    const given = (cumulative ? { ...options, momentum: 0 } : options) as typeof defaults;
    const { eps, momentum, affine, trackRunningStats } = readOptions(op, given, defaults);
    const c = checkInt(op, "numFeatures", numFeatures, 1);
    this.numFeatures = c;
    this.eps = eps;
    this.momentum = cumulative ? null : momentum;
    this.weight = affine ? filledParameter([c], 1) : null;
    this.bias = affine ? filledParameter([c], 0) : null;
    this.runningMean = trackRunningStats ? buffer(zeros([c])) : null;
    this.runningVar = trackRunningStats ? buffer(ones([c])) : null;
    this.numBatchesTracked = trackRunningStats ? buffer(zeros([], { dtype: "int32" })) : null;
  }

  /** Refuses other ranks, and other channels than its own along the axis. */
  protected expect(x: Tensor, ranks: readonly number[], axis: number): void {
    const op = this.constructor.name;
    expectTensor(op, "x", x, "float32");
    if (ranks.includes(x.rank) && x.shape[axis] === this.numFeatures) return;
    const wanted = `rank ${ranks.join(" or ")} with ${this.numFeatures} channels`;
    throw new RangeError(`${op}: expected x of ${wanted}, got ${show(x.shape)}`);
  }

  override extraRepr(): string {
    const { eps, momentum } = this;
    const options = { eps, momentum, affine: this.weight !== null, trackRunningStats: this.runningMean !== null };
    return [this.numFeatures, ...settings(options)].join(", ");
  }
}

abstract class BatchNorm extends ChannelNorm {
  constructor(numFeatures: number, options: ChannelNormOptions = {}) {
    super(numFeatures, options, true);
  }

  forward(x: Tensor): Tensor {
    this.expect(x, this.spatial === 1 ? [2, 3] : [this.spatial + 2], 1);
    const { runningMean, runningVar, numBatchesTracked: seen, eps } = this;
    const training = this.training || runningMean === null;
    const momentum = this.momentum ?? 1 / ((seen?.item() ?? 0) + 1);
    const y = batchNorm(x, runningMean, runningVar, this.weight, this.bias, { training, momentum, eps });
    if (training && seen) live(() => assign(seen, seen.item() + 1));
    return y;
  }
}

abstract class InstanceNorm extends ChannelNorm {
  constructor(numFeatures: number, options: ChannelNormOptions = {}) {
    super(numFeatures, options, false);
  }

  forward(x: Tensor): Tensor {
    const alone = this.spatial + 1;
    this.expect(x, [alone, alone + 1], x.rank - alone);
    const { runningMean, runningVar, weight, bias, eps } = this;
    const useInputStats = this.training || runningMean === null;
    const run = (x: Tensor): Tensor =>
      instanceNorm(x, runningMean, runningVar, weight, bias, { useInputStats, momentum: this.momentum ?? 0, eps });
    if (x.rank !== alone) return run(x);
    return tidy(() => reshape(run(reshape(x, [1, ...x.shape])), x.shape));
  }
}

/**
 * Normalises each channel of vectors or signals over the batch, then scales and shifts it by what it learns. In training by the
 * statistics of the batch, which the running ones follow; after `eval()` by the running ones.
 *
 * @param numFeatures channels C. @param options `eps`, `momentum`, `affine`, `trackRunningStats`; see
 *   {@link ChannelNormOptions}.
 * @throws TypeError or RangeError for options of another kind; RangeError by the call for other shapes, and in training
 *   for a single value in each channel.
 *
 * Shape: [n, C] or [n, C, l], kept; `weight`, `bias`, `runningMean`, `runningVar` [C].
 *
 * @see Ioffe and Szegedy, "Batch normalization", 2015.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * const layer = new nn.BatchNorm1d(1, { eps: 0 });
 * layer.call(tensor([[3], [5]])).toArray(); // => [[-1],[1]]
 * Object.keys(layer.stateDict()); // => ["weight","bias","running_mean","running_var","num_batches_tracked"]
 * ```
 */
export class BatchNorm1d extends BatchNorm {
  protected readonly spatial = 1;
}

/**
 * Normalises each channel of images over the batch, then scales and shifts it by what it learns. In training by the
 * statistics of the batch, which the running ones follow; after `eval()` by the running ones.
 *
 * @param numFeatures channels C. @param options `eps`, `momentum`, `affine`, `trackRunningStats`; see
 *   {@link ChannelNormOptions}.
 * @throws TypeError or RangeError for options of another kind; RangeError by the call for other shapes, and in training
 *   for a single value in each channel.
 *
 * Shape: [n, C, h, w], kept; `weight`, `bias`, `runningMean`, `runningVar` [C].
 *
 * @see Ioffe and Szegedy, "Batch normalization", 2015.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * const layer = new nn.BatchNorm2d(3);
 * layer.call(ones([2, 3, 4, 4])).sum().item(); // => 0
 * layer.numBatchesTracked?.item(); // => 1
 * String(layer); // => "BatchNorm2d(3, eps=0.00001, momentum=0.1, affine=true, trackRunningStats=true)"
 * ```
 */
export class BatchNorm2d extends BatchNorm {
  protected readonly spatial = 2;
}

/**
 * Normalises each channel of volumes over the batch, then scales and shifts it by what it learns. In training by the
 * statistics of the batch, which the running ones follow; after `eval()` by the running ones.
 *
 * @param numFeatures channels C. @param options `eps`, `momentum`, `affine`, `trackRunningStats`; see
 *   {@link ChannelNormOptions}.
 * @throws TypeError or RangeError for options of another kind; RangeError by the call for other shapes, and in training
 *   for a single value in each channel.
 *
 * Shape: [n, C, d, h, w], kept; `weight`, `bias`, `runningMean`, `runningVar` [C].
 *
 * @see Ioffe and Szegedy, "Batch normalization", 2015.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.BatchNorm3d(2).call(ones([4, 2, 3, 3, 3])).shape; // => [4,2,3,3,3]
 * ```
 */
export class BatchNorm3d extends BatchNorm {
  protected readonly spatial = 3;
}

/**
 * Normalises each channel of each of the signals over its positions. Weights and running statistics only if asked for.
 *
 * @param numFeatures channels C. @param options `eps`, `momentum`, `affine` and `trackRunningStats` (both default
 *   false); see {@link ChannelNormOptions}.
 * @throws TypeError or RangeError for options of another kind; RangeError by the call for other shapes, and for a single
 *   position.
 *
 * Shape: [n, C, l], or without n, kept; `weight`, `bias`, `runningMean`, `runningVar` [C].
 *
 * @see Ulyanov et al., "Instance normalization", 2016.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm1d.html
 *
 * @example
 * ```ts
 * import { nn, tensor } from "sedge";
 * new nn.InstanceNorm1d(2, { eps: 0 }).call(tensor([[1, 3], [8, 4]])).toArray(); // => [[-1,1],[1,-1]]
 * ```
 */
export class InstanceNorm1d extends InstanceNorm {
  protected readonly spatial = 1;
}

/**
 * Normalises each channel of each of the images over its positions. Weights and running statistics only if asked for.
 *
 * @param numFeatures channels C. @param options `eps`, `momentum`, `affine` and `trackRunningStats` (both default
 *   false); see {@link ChannelNormOptions}.
 * @throws TypeError or RangeError for options of another kind; RangeError by the call for other shapes, and for a single
 *   position.
 *
 * Shape: [n, C, h, w], or without n, kept; `weight`, `bias`, `runningMean`, `runningVar` [C].
 *
 * @see Ulyanov et al., "Instance normalization", 2016.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.InstanceNorm2d(3, { affine: true }).call(ones([2, 3, 4, 4])).shape; // => [2,3,4,4]
 * ```
 */
export class InstanceNorm2d extends InstanceNorm {
  protected readonly spatial = 2;
}

/**
 * Normalises each channel of each of the volumes over its positions. Weights and running statistics only if asked for.
 *
 * @param numFeatures channels C. @param options `eps`, `momentum`, `affine` and `trackRunningStats` (both default
 *   false); see {@link ChannelNormOptions}.
 * @throws TypeError or RangeError for options of another kind; RangeError by the call for other shapes, and for a single
 *   position.
 *
 * Shape: [n, C, d, h, w], or without n, kept; `weight`, `bias`, `runningMean`, `runningVar` [C].
 *
 * @see Ulyanov et al., "Instance normalization", 2016.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm3d.html
 *
 * @example
 * ```ts
 * import { nn, ones } from "sedge";
 * new nn.InstanceNorm3d(2).call(ones([2, 3, 3, 3])).shape; // => [2,3,3,3]
 * ```
 */
export class InstanceNorm3d extends InstanceNorm {
  protected readonly spatial = 3;
}

// Normalisation of channels by statistics that may be kept while training: batch norm, over all samples, and instance
// norm, over each. Those without are norm.ts.
import { tidy } from "../scope.ts";
import { readOptions } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { f32, live } from "../wasm.ts";
import {
  type Affine,
  CENTRED,
  checkAffine,
  expectChannels,
  GIVEN,
  groupLayout,
  type Layout,
  normalize,
  single,
  withStatistics,
} from "./internal/normalize.ts";
import { permute } from "./permute.ts";

/** Options of {@link batchNorm}. */
export interface BatchNormOptions {
  /** Whether to normalise by the batch's own statistics, and to update the running ones. Default false. */
  training?: boolean;
  /** Share of the new statistics in the running ones. Default 0.1. */
  momentum?: number;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

/** Options of {@link instanceNorm}. */
export interface InstanceNormOptions {
  /** Whether to normalise by the samples' own statistics, and to update the running ones. Default true. */
  useInputStats?: boolean;
  /** Share of the new statistics in the running ones. Default 0.1. */
  momentum?: number;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

const NAMES = ["runningMean", "runningVar", "weight", "bias"];

/** Below this many values side by side, a batch is brought into rows of channels first. */
const SHORT = 16;

/**
 * Each channel to mean 0 and variance 1 over all samples and positions, then times its weight plus its bias. Outside of
 * training the running statistics stand for those of the batch; in training they are updated in place, with the
 * variance of n - 1.
 *
 * @param x float32 `[N, C, ...]`.
 * @param runningMean float32 `[C]`, or null in training. @param runningVar likewise.
 * @param weight float32 `[C]`, or null. @param bias likewise.
 * @param options `training`, `momentum`, `eps`; see {@link BatchNormOptions}.
 * @returns `x`'s shape.
 * @throws TypeError for what is not float32, and without running statistics outside of training; RangeError for shapes
 *   that do not match, and in training for a single value in each channel.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html
 *
 * @example
 * ```ts
 * import { batchNorm, tensor, zeros, ones } from "sedge";
 * const [mean, variance] = [zeros([2]), ones([2])];
 * const x = tensor([[1, 2], [3, 6]]);
 * batchNorm(x, mean, variance, null, null, { training: true, momentum: 0.5, eps: 0 }).toArray(); // => [[-1,-1],[1,1]]
 * mean.toArray(); // => [1,2]
 * variance.toArray(); // => [1.5,4.5]
 * ```
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  weight?: Tensor | null,
  bias?: Tensor | null,
  options: BatchNormOptions = {},
): Tensor {
  const { training, momentum, eps } = readOptions("batchNorm", options, { training: false, momentum: 0.1, eps: 1e-5 });
  return overChannels("batchNorm", x, [runningMean, runningVar, weight, bias], training, false, momentum, eps);
}

/**
 * Each channel of each sample to mean 0 and variance 1 over its positions, then times the channel's weight plus its bias.
 *
 * @param x float32 `[N, C, ...]`.
 * @param runningMean float32 `[C]` or null: updated in place by the mean over the samples, and used instead of the
 *   samples' own without `useInputStats`. @param runningVar likewise.
 * @param weight float32 `[C]`, or null. @param bias likewise.
 * @param options `useInputStats`, `momentum`, `eps`; see {@link InstanceNormOptions}.
 * @returns `x`'s shape.
 * @throws TypeError for what is not float32, and without either kind of statistics; RangeError for shapes that do not
 *   match, and for a single position.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.instance_norm.html
 *
 * @example
 * ```ts
 * import { instanceNorm, tensor } from "sedge";
 * instanceNorm(tensor([[[1, 3], [8, 4]]]), null, null, null, null, { eps: 0 }).toArray(); // => [[[-1,1],[1,-1]]]
 * ```
 */
export function instanceNorm(
  x: Tensor,
  runningMean?: Tensor | null,
  runningVar?: Tensor | null,
  weight?: Tensor | null,
  bias?: Tensor | null,
  options: InstanceNormOptions = {},
): Tensor {
  const defaults = { useInputStats: true, momentum: 0.1, eps: 1e-5 };
  const { useInputStats, momentum, eps } = readOptions("instanceNorm", options, defaults);
  return overChannels("instanceNorm", x, [runningMean, runningVar, weight, bias], useInputStats, true, momentum, eps);
}

/** `own`: by statistics of x, of each sample if `apart`; else by the running ones. */
function overChannels(
  op: string,
  x: Tensor,
  parts: readonly [Affine, Affine, Affine, Affine],
  own: boolean,
  apart: boolean,
  momentum: number,
  eps: number,
): Tensor {
  const [n, c, size] = expectChannels(op, x);
  const [runningMean, runningVar, weight, bias] = parts;
  NAMES.forEach((name, i) => {
    checkAffine(op, name, parts[i], [c]);
  });
  if (!own && !(runningMean && runningVar)) {
    throw new TypeError(`${op}: expected runningMean and runningVar, or statistics of x, got null`);
  }
  if (own && (apart ? size : n * size) === 1) throw single(op, x);

  const run = (x: Tensor, layout: Layout): Tensor =>
    withStatistics(layout[1]!, (stat) => {
      if (!own) {
        const [to, mean, variance] = [stat.ptr, runningMean!.ptr, runningVar!.ptr];
        live(() => given(f32(to, 4 * c), f32(mean, c), f32(variance, c), eps));
      }
      const y = normalize(op, x, stat, weight, bias, layout, eps);
      if (own && x.size > 0) {
        const count = x.size / layout[1]!;
        update(runningMean, stat, 0, 1, momentum);
        update(runningVar, stat, 3, count / (count - 1), momentum);
      }
      return y;
    });
  if (own && apart) return run(x, groupLayout(n, c, size, c, true));
  const mode = own ? CENTRED : GIVEN;
  if (n === 1 || size >= SHORT) return run(x, [mode, c, size, n, size, c * size, c, 1, 0, 0, c]);
  const order = x.shape.map((_, axis) => (axis < 2 ? 1 - axis : axis));
  const row = n * size;
  return tidy(() => permute(run(permute(x, order), [mode, c, row, 1, row, row, c, 1, 0, 0, c]), order));
}

type Data = Float32Array;

/** Statistics that are not computed but given. */
function given(data: Data, mean: Data, variance: Data, eps: number): void {
  for (let i = 0, at = 0; i < mean.length; i++) {
    data[at++] = mean[i]!;
    data[at++] = 0;
    data[at++] = 1 / Math.sqrt(variance[i]! + eps);
    data[at++] = variance[i]!;
  }
}

/** Moves running values towards the mean over samples of element `at` of the statistics, times `factor`. */
function update(running: Affine, stat: Tensor, at: number, factor: number, momentum: number): void {
  if (!running) return;
  const { ptr, size: c, storage } = running;
  const [statPtr, n] = [stat.ptr, stat.size];
  live(() => {
    const [to, from] = [f32(ptr, c), f32(statPtr, n)];
    for (let i = 0; i < c; i++) {
      let sum = 0;
      for (let j = 4 * i + at; j < n; j += 4 * c) sum += from[j]!;
      to[i] = (1 - momentum) * to[i]! + (momentum * factor * sum * 4 * c) / n;
    }
    storage!.version++;
  });
}

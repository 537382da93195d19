// Initialisers that keep the variance of values through a layer, by the shape of its weight; gains and fans.
import { fillNormal, fillUniform } from "../ops/internal/random.ts";
import { checkNumber, checkShape, demand, readOptions, type Shape } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { fill } from "./fill.ts";

/** The functions that gains are known for. */
export type Nonlinearity =
  | "linear"
  | `conv${1 | 2 | 3}d`
  | `convTranspose${1 | 2 | 3}d`
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leakyRelu"
  | "selu";

/** Which variance Kaiming's rule keeps: that of the values going forward, or of the gradients coming back. */
export type FanMode = "fanIn" | "fanOut";

/** Options of Kaiming's initialisers. */
export interface KaimingOptions {
  /** Slope of leakyRelu below 0. Default 0. */
  a?: number;
  /** Default "fanIn". */
  mode?: FanMode;
  /** Default "leakyRelu". */
  nonlinearity?: Nonlinearity;
}

/**
 * The gain that keeps variance through a function: 1 for linear, conv1d, convTranspose1d and their kin, and sigmoid, 5/3 for tanh, sqrt(2) for relu,
 * sqrt(2 / (1 + slope²)) for leakyRelu, 3/4 for selu.
 *
 * @param nonlinearity its name. @param slope leakyRelu's (default 0.01).
 * @throws RangeError for another name.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.calculateGain("leakyRelu", 0).toFixed(4); // => "1.4142"
 * ```
 */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  checkNumber("calculateGain", "slope", slope);
  const gains: Record<string, number> = {
    linear: 1,
    sigmoid: 1,
    tanh: 5 / 3,
    relu: Math.sqrt(2),
    leakyRelu: Math.sqrt(2 / (1 + slope * slope)),
    selu: 3 / 4,
  };
  for (const n of [1, 2, 3]) gains[`conv${n}d`] = gains[`convTranspose${n}d`] = 1;
  const names = Object.keys(gains);
  demand(names.includes(nonlinearity), "calculateGain", `nonlinearity to be one of ${names.join(", ")}`, nonlinearity);
  return gains[nonlinearity]!;
}

/**
 * How many inputs an output of a weight depends on, and how many outputs an input reaches.
 *
 * @param shape [out, in] or [out, in, kernel sizes ...].
 * @throws RangeError for fewer than two axes.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_uniform_
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.fans([8, 3, 5, 5]); // => {"fanIn":75,"fanOut":200}
 * ```
 */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  demand(checkShape("fans", shape).length >= 2, "fans", "a weight of at least 2 axes", shape);
  const [outputs = 0, inputs = 0, ...kernel] = shape;
  const field = kernel.reduce((n, d) => n * d, 1);
  return { fanIn: inputs * field, fanOut: outputs * field };
}

/**
 * Glorot's rule: uniform within ± gain * sqrt(6 / (fanIn + fanOut)).
 *
 * @param x a weight of at least 2 axes, filled in place. @param options `gain` (default 1).
 * @returns `x`.
 * @see Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * const layer = new nn.Linear(2, 4);
 * nn.init.xavierUniform(layer.weight).abs().amax().item() <= 1; // => true
 * ```
 */
export function xavierUniform(x: Tensor, options?: { gain?: number }): Tensor {
  const bound = Math.sqrt(3) * xavierStd("xavierUniform", x, options);
  return fill("xavierUniform", x, (t) => fillUniform(t, -bound, bound));
}

/**
 * Glorot's rule: normal with standard deviation gain * sqrt(2 / (fanIn + fanOut)).
 *
 * @param x a weight of at least 2 axes, filled in place. @param options `gain` (default 1).
 * @returns `x`.
 * @see Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.xavierNormal(new nn.Linear(2, 4).weight, { gain: nn.init.calculateGain("tanh") }).shape; // => [4,2]
 * ```
 */
export function xavierNormal(x: Tensor, options?: { gain?: number }): Tensor {
  const std = xavierStd("xavierNormal", x, options);
  return fill("xavierNormal", x, (t) => fillNormal(t, 0, std));
}

/**
 * He's rule: uniform within ± gain * sqrt(3 / fan).
 *
 * @param x a weight of at least 2 axes, filled in place. @param options see {@link KaimingOptions}.
 * @returns `x`.
 * @see He et al., "Delving deep into rectifiers", 2015.
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.kaimingUniform(new nn.Conv2d(3, 8, 3).weight, { nonlinearity: "relu" }).shape; // => [8,3,3,3]
 * ```
 */
export function kaimingUniform(x: Tensor, options?: KaimingOptions): Tensor {
  const bound = Math.sqrt(3) * kaimingStd("kaimingUniform", x, options);
  return fill("kaimingUniform", x, (t) => fillUniform(t, -bound, bound));
}

/**
 * He's rule: normal with standard deviation gain / sqrt(fan).
 *
 * @param x a weight of at least 2 axes, filled in place. @param options see {@link KaimingOptions}.
 * @returns `x`.
 * @see He et al., "Delving deep into rectifiers", 2015.
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.kaimingNormal(new nn.Conv2d(3, 8, 3).weight, { mode: "fanOut", nonlinearity: "relu" }).shape; // => [8,3,3,3]
 * ```
 */
export function kaimingNormal(x: Tensor, options?: KaimingOptions): Tensor {
  const std = kaimingStd("kaimingNormal", x, options);
  return fill("kaimingNormal", x, (t) => fillNormal(t, 0, std));
}

function xavierStd(op: string, x: Tensor, options?: { gain?: number }): number {
  const { gain } = readOptions(op, options, { gain: 1 });
  const { fanIn, fanOut } = fansOf(op, x);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

const KAIMING: Required<KaimingOptions> = { a: 0, mode: "fanIn", nonlinearity: "leakyRelu" };

function kaimingStd(op: string, x: Tensor, options?: KaimingOptions): number {
  const { a, mode, nonlinearity } = readOptions(op, options, KAIMING);
  demand(mode === "fanIn" || mode === "fanOut", op, "mode to be fanIn or fanOut", mode);
  return calculateGain(nonlinearity, a) / Math.sqrt(fansOf(op, x)[mode]);
}

function fansOf(op: string, x: Tensor): { fanIn: number; fanOut: number } {
  expectTensor(op, "x", x, "float32");
  demand(x.rank >= 2, op, "x to be a weight of at least 2 axes", x.shape);
  return fans(x.shape);
}

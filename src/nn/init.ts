// Initialisers: fill a tensor in place by rule, or from the seeded stream. Which layer uses which stands in the layer.
import { fillNormal, fillUniform } from "../ops/internal/random.ts";
import { checkNumber, checkOptions, checkShape, describe, type Shape, show } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";

/** The functions that gains are known for. */
export type Nonlinearity = "linear" | "conv2d" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

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
 * The gain that keeps variance through a function: 1 for linear, conv2d and sigmoid, 5/3 for tanh, sqrt(2) for relu,
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
  switch (nonlinearity) {
    case "linear":
    case "conv2d":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.sqrt(2);
    case "leakyRelu":
      return Math.sqrt(2 / (1 + checkNumber("calculateGain", "slope", slope) * slope));
    case "selu":
      return 3 / 4;
    default:
      throw new RangeError(
        "calculateGain: expected nonlinearity to be one of linear, conv2d, sigmoid, tanh, relu, leakyRelu, selu, " +
          `got ${describe(nonlinearity)}`,
      );
  }
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
  const [outputs, inputs, ...kernel] = checkShape("fans", shape);
  if (outputs === undefined || inputs === undefined) {
    throw new RangeError(`fans: expected a weight of at least 2 axes, got shape ${show(shape)}`);
  }
  const field = kernel.reduce((n, d) => n * d, 1);
  return { fanIn: inputs * field, fanOut: outputs * field };
}

/**
 * Uniform values from `a` to `b`.
 *
 * @param x filled in place. @param options `a` (default 0), `b` (default 1).
 * @returns `x`.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.uniform_
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.uniform(new nn.Linear(2, 3).weight, { a: -0.1, b: 0.1 }).shape; // => [3,2]
 * ```
 */
export function uniform(x: Tensor, options: { a?: number; b?: number } = {}): Tensor {
  checkOptions("uniform", options, ["a", "b"]);
  const a = checkNumber("uniform", "a", options.a ?? 0);
  const b = checkNumber("uniform", "b", options.b ?? 1, a);
  return fill("uniform", x, (t) => fillUniform(t, a, b));
}

/**
 * Normal values.
 *
 * @param x filled in place. @param options `mean` (default 0), `std` (default 1).
 * @returns `x`.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.normal_
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.normal(new nn.Linear(2, 3).weight, { std: 0.02 }).shape; // => [3,2]
 * ```
 */
export function normal(x: Tensor, options: { mean?: number; std?: number } = {}): Tensor {
  checkOptions("normal", options, ["mean", "std"]);
  const mean = checkNumber("normal", "mean", options.mean ?? 0);
  const std = checkNumber("normal", "std", options.std ?? 1, 0);
  return fill("normal", x, (t) => fillNormal(t, mean, std));
}

/**
 * The same value everywhere.
 *
 * @param x filled in place. @param value a number.
 * @returns `x`.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.constant_
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.constant(new nn.Linear(2, 3).bias!, 0.5).toArray(); // => [0.5,0.5,0.5]
 * ```
 */
export function constant(x: Tensor, value: number): Tensor {
  checkNumber("constant", "value", value);
  return fill("constant", x, (t) => t.data.fill(value));
}

/**
 * Zeros, in place; returns `x`.
 *
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.zeros_
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.zeros(new nn.Linear(2, 3).bias!).toArray(); // => [0,0,0]
 * ```
 */
export function zeros(x: Tensor): Tensor {
  return fill("zeros", x, (t) => t.data.fill(0));
}

/**
 * Ones, in place; returns `x`.
 *
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.ones_
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * nn.init.ones(new nn.Linear(2, 3).bias!).toArray(); // => [1,1,1]
 * ```
 */
export function ones(x: Tensor): Tensor {
  return fill("ones", x, (t) => t.data.fill(1));
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
export function xavierUniform(x: Tensor, options: { gain?: number } = {}): Tensor {
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
export function xavierNormal(x: Tensor, options: { gain?: number } = {}): Tensor {
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
export function kaimingUniform(x: Tensor, options: KaimingOptions = {}): Tensor {
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
export function kaimingNormal(x: Tensor, options: KaimingOptions = {}): Tensor {
  const std = kaimingStd("kaimingNormal", x, options);
  return fill("kaimingNormal", x, (t) => fillNormal(t, 0, std));
}

function xavierStd(op: string, x: Tensor, options: { gain?: number }): number {
  checkOptions(op, options, ["gain"]);
  const gain = checkNumber(op, "gain", options.gain ?? 1);
  const { fanIn, fanOut } = fansOf(op, x);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

function kaimingStd(op: string, x: Tensor, options: KaimingOptions): number {
  checkOptions(op, options, ["a", "mode", "nonlinearity"]);
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  if (mode !== "fanIn" && mode !== "fanOut") {
    throw new RangeError(`${op}: expected mode to be fanIn or fanOut, got ${describe(mode)}`);
  }
  return calculateGain(nonlinearity, checkNumber(op, "a", a)) / Math.sqrt(fansOf(op, x)[mode]);
}

function fansOf(op: string, x: Tensor): { fanIn: number; fanOut: number } {
  expectTensor(op, "x", x, "float32");
  if (x.rank < 2)
    throw new RangeError(`${op}: expected x to be a weight of at least 2 axes, got shape ${show(x.shape)}`);
  return fans(x.shape);
}

/** Overwrites a leaf; an empty one stays as it is, whatever its fans are. */
function fill(op: string, x: Tensor, write: (x: Tensor) => unknown): Tensor {
  expectTensor(op, "x", x, "float32");
  if (!x.isLeaf) throw new TypeError(`${op}: expected x to be a leaf, got a result of ${x.origin}`);
  if (x.size > 0) write(x);
  x.touch();
  return x;
}

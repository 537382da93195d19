// Elementwise ops: the mathematics, the arithmetic, broadcasts, and what an op costs apart from its elements.
import { gelu, mish, relu, sigmoid, silu, tanh } from "../src/ops/activation.ts";
import { add, mul } from "../src/ops/binary.ts";
import { lt } from "../src/ops/compare.ts";
import { rand, randn } from "../src/ops/create-random.ts";
import { hardswish } from "../src/ops/piecewise.ts";
import { pow } from "../src/ops/pow.ts";
import { elu } from "../src/ops/rectifier.ts";
import { asinh, expm1 } from "../src/ops/transcendental.ts";
import { atan2 } from "../src/ops/trig.ts";
import { abs, cos, erf, exp, log } from "../src/ops/unary.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import type { Benchmark } from "./harness.ts";

/** Values that stay in the first-level cache together with their results. */
const N = 4096;
/** Values of a medium layer's activations, in the second-level cache. */
const LARGE = 65536;
/** Values in the third level and in memory. */
const FAR = [2 ** 20, 2 ** 24];

/** fn of one tensor of normal numbers, or of others. */
const one = (name: string, fn: (x: Tensor) => Tensor, n = N, draw = randn): Benchmark => ({
  name: `${name} ${n}`,
  values: n,
  bytes: 8 * n,
  setup() {
    const x = draw([n]);
    return () => fn(x).dispose();
  },
});

/** fn of two tensors of normal numbers; `values` counts the result's. */
const two = (name: string, fn: (a: Tensor, b: Tensor) => Tensor, values: number, a: Shape, b: Shape): Benchmark => ({
  name,
  values,
  bytes: 4 * values + 4 * sizeOf(a) + 4 * sizeOf(b),
  stream: sizeOf(a) === sizeOf(b) ? "merge" : "copy",
  setup() {
    const [x, y] = [randn(a), randn(b)];
    return () => fn(x, y).dispose();
  },
});

export default [
  one("exp", exp),
  one(
    "log",
    (x) => log(x),
    N,
    (shape) => rand(shape),
  ),
  one("log, half of them negative", (x) => log(x)),
  one("tanh", tanh),
  one("sigmoid", sigmoid),
  one("erf", erf),
  one("cos", cos),
  one("gelu", gelu),
  one("gelu tanh", (x) => gelu(x, { approximate: "tanh" })),
  one("silu", silu),
  one("mish", mish),
  one("elu", (x) => elu(x)),
  one("hardswish", hardswish),
  one("expm1", expm1),
  one("asinh", asinh),
  one("pow 1.7", (x) => pow(x, 1.7)),
  one("relu", relu),
  one("abs", abs),
  one("mul number", (x) => mul(x, 2)),
  one("relu", relu, LARGE),
  two(`add ${N}`, add, N, [N], [N]),
  two(`add ${LARGE}`, add, LARGE, [LARGE], [LARGE]),
  ...FAR.flatMap((n) => [
    one("relu", relu, n),
    one("mul number", (x) => mul(x, 2), n),
    two(`add ${n}`, add, n, [n], [n]),
    two(`add ${n >> 10}x1024 + 1024`, add, n, [n >> 10, 1024], [1024]),
  ]),
  two(`lt ${LARGE}`, lt, LARGE, [LARGE], [LARGE]),
  two(`atan2 ${N}`, atan2, N, [N], [N]),
  two("add 64x128 + 128", add, 64 * 128, [64, 128], [128]),
  two("add 64x10 + 10", add, 64 * 10, [64, 10], [10]),
  two("mul 64x128 * 64x1", mul, 64 * 128, [64, 128], [64, 1]),
  two("add 32x16x14x14 + 16x1x1", add, 32 * 16 * 196, [32, 16, 14, 14], [16, 1, 1]),
  { ...two("add 4 (a whole op)", add, 4, [4], [4]), unit: "us" },
] satisfies Benchmark[];

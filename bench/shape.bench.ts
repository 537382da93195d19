// Resizing, sampling, windows, padding and scatters, forward and with gradients: images of 64x64 by 16 channels.
import { backward } from "../src/backward.ts";
import { rand, randint, randn } from "../src/ops/create-random.ts";
import { gridSample } from "../src/ops/grid.ts";
import { interpolate } from "../src/ops/interpolate.ts";
import { pad } from "../src/ops/pad.ts";
import { sum } from "../src/ops/reduce.ts";
import { scatterAdd } from "../src/ops/scatter.ts";
import { fold, unfold } from "../src/ops/windows.ts";
import { tidy } from "../src/scope.ts";
import type { Tensor } from "../src/tensor.ts";
import type { Benchmark } from "./harness.ts";

/** `values` of the result a run; with gradients, of the same call with all operands trained. */
function both(
  name: string,
  values: number,
  operands: () => Tensor[],
  op: (...operands: Tensor[]) => Tensor,
): Benchmark[] {
  return [
    {
      name,
      values,
      setup() {
        const list = operands();
        return () => tidy(() => void op(...list));
      },
    },
    {
      name: `${name} and gradient`,
      values,
      setup() {
        const list = operands();
        for (const x of list) if (x.dtype === "float32") x.requiresGrad = true;
        return () => {
          tidy(() => backward(sum(op(...list))));
          for (const x of list) x.zeroGrad();
        };
      },
    },
  ];
}

const image = (): Tensor => randn([4, 16, 64, 64]);
const grid = (): Tensor => rand([4, 64, 64, 2]).mul(2).sub(1).detach();
const PIXELS = 4 * 16 * 64 * 64;

export default [
  ...both(
    "interpolate bilinear 64x64 to 128x128",
    4 * PIXELS,
    () => [image()],
    (x) => interpolate(x, { scaleFactor: 2, mode: "bilinear" }),
  ),
  ...both(
    "interpolate nearest 64x64 to 128x128",
    4 * PIXELS,
    () => [image()],
    (x) => interpolate(x, { scaleFactor: 2 }),
  ),
  ...both(
    "gridSample bilinear 64x64",
    PIXELS,
    () => [image(), grid()],
    (x, g) => gridSample(x!, g!),
  ),
  ...both(
    "unfold 3x3 64x64",
    9 * PIXELS,
    () => [image()],
    (x) => unfold(x!, 3, { padding: 1 }),
  ),
  ...both(
    "fold 3x3 64x64",
    PIXELS,
    () => [randn([4, 144, 4096])],
    (x) => fold(x!, 64, 3, { padding: 1 }),
  ),
  ...both(
    "pad constant 64x64 by 1",
    PIXELS,
    () => [image()],
    (x) => pad(x!, [1, 1, 1, 1]),
  ),
  ...both(
    "pad reflect 64x64 by 1",
    PIXELS,
    () => [image()],
    (x) => pad(x!, [1, 1, 1, 1], { mode: "reflect" }),
  ),
  ...both(
    "scatterAdd 4096x64",
    4096 * 64,
    () => [randn([4096, 64]), randint(0, 4096, [4096, 64]), randn([4096, 64])],
    (x, i, s) => scatterAdd(x!, i!, s!, { axis: 0 }),
  ),
] satisfies Benchmark[];

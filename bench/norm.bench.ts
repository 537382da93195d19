// Normalisation: rows of a language model, images and features of a batch.
import { zeroGrad } from "../src/autograd.ts";
import { backward } from "../src/backward.ts";
import { batchNorm } from "../src/ops/batch-norm.ts";
import { ones, zeros } from "../src/ops/create.ts";
import { randn } from "../src/ops/create-random.ts";
import { layerNorm } from "../src/ops/norm.ts";
import { tidy } from "../src/scope.ts";
import type { Shape } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import type { Benchmark } from "./harness.ts";

/** An op of x, weight and bias, forward and, if asked for, backward. */
function norm(
  name: string,
  shape: Shape,
  c: number,
  op: (x: Tensor, w: Tensor, b: Tensor) => Tensor,
  training: boolean,
): Benchmark {
  return {
    name: `${name} ${shape.join("x")}${training ? " forward and backward" : ""}`,
    values: shape.reduce((n, d) => n * d, 1),
    setup() {
      const leaves = [randn(shape), ones([c]), zeros([c])] as [Tensor, Tensor, Tensor];
      const gradient = randn(shape);
      for (const x of leaves) x.requiresGrad = training;
      return () => {
        tidy(() => {
          const y = op(...leaves);
          if (training) backward(y, { gradient });
        });
        for (const x of leaves) zeroGrad(x);
      };
    },
  };
}

const rows = (n: number, c: number): Benchmark[] =>
  [false, true].map((training) => norm("layerNorm", [n, c], c, (x, w, b) => layerNorm(x, c, w, b), training));

const batch = (shape: Shape): Benchmark[] =>
  [false, true].map((training) => {
    const c = shape[1]!;
    const op = (x: Tensor, w: Tensor, b: Tensor): Tensor => batchNorm(x, null, null, w, b, { training: true });
    return norm("batchNorm", shape, c, op, training);
  });

export default [
  ...rows(8192, 64),
  ...rows(2048, 256),
  ...rows(512, 1024),
  ...batch([32, 16, 28, 28]),
  ...batch([64, 128]),
] satisfies Benchmark[];

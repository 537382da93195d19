// Softmax and cross-entropy: rows of a language model, of a classifier, and classes that are not the last axis.
import { zeroGrad } from "../src/autograd.ts";
import { backward } from "../src/backward.ts";
import { randint, randn } from "../src/ops/create-random.ts";
import { crossEntropy } from "../src/ops/cross-entropy.ts";
import { logSoftmax, softmax } from "../src/ops/softmax.ts";
import { tidy } from "../src/scope.ts";
import type { Shape } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import type { Benchmark } from "./harness.ts";

const size = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

function forward(name: string, fn: (x: Tensor) => Tensor, shape: Shape): Benchmark {
  return {
    name,
    values: size(shape),
    setup() {
      const x = randn(shape);
      return () => fn(x).dispose();
    },
  };
}

function training(name: string, logits: Shape, samples: Shape): Benchmark {
  return {
    name,
    values: size(logits),
    setup() {
      const x = randn(logits, { requiresGrad: true });
      const target = randint(0, logits[1]!, samples);
      return () => {
        tidy(() => backward(crossEntropy(x, target)));
        zeroGrad(x);
      };
    },
  };
}

export default [
  forward("softmax 8192x128", (x) => softmax(x), [8192, 128]),
  forward("softmax 64x10", (x) => softmax(x), [64, 10]),
  forward("softmax 8x21x64x64 axis 1", (x) => softmax(x, { axis: 1 }), [8, 21, 64, 64]),
  forward("logSoftmax 8192x128", (x) => logSoftmax(x), [8192, 128]),
  training("crossEntropy 64x10 forward and backward", [64, 10], [64]),
  training("crossEntropy 512x1000 forward and backward", [512, 1000], [512]),
  training("crossEntropy 8x21x64x64 forward and backward", [8, 21, 64, 64], [8, 64, 64]),
] satisfies Benchmark[];

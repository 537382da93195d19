// Optimizer steps through the public classes: a large parameter for the kernels, many tiny ones for the cost of a call.
import { variable } from "../src/ops/create.ts";
import { randn } from "../src/ops/create-random.ts";
import { Adam, AdamW } from "../src/optim/adam.ts";
import { Adamax, Lion, NAdam, RAdam } from "../src/optim/adam-kin.ts";
import { Adadelta, Adagrad, RMSprop } from "../src/optim/adaptive.ts";
import { clipGradNorm } from "../src/optim/clip.ts";
import { ASGD, Rprop } from "../src/optim/rprop.ts";
import { SGD } from "../src/optim/sgd.ts";
import type { Tensor } from "../src/tensor.ts";
import type { Benchmark } from "./harness.ts";

const RULES: Record<string, (params: Tensor[]) => { step(): unknown }> = {
  sgd: (params) => new SGD(params),
  "sgd momentum": (params) => new SGD(params, { momentum: 0.9 }),
  "sgd nesterov decay": (params) => new SGD(params, { momentum: 0.9, nesterov: true, weightDecay: 1e-4 }),
  adam: (params) => new Adam(params),
  "adam amsgrad": (params) => new Adam(params, { amsgrad: true }),
  adamw: (params) => new AdamW(params),
  nadam: (params) => new NAdam(params),
  radam: (params) => new RAdam(params),
  adamax: (params) => new Adamax(params),
  lion: (params) => new Lion(params),
  rmsprop: (params) => new RMSprop(params),
  "rmsprop centered momentum": (params) => new RMSprop(params, { centered: true, momentum: 0.9 }),
  adagrad: (params) => new Adagrad(params),
  adadelta: (params) => new Adadelta(params),
  rprop: (params) => new Rprop(params),
  asgd: (params) => new ASGD(params),
  "clip norm": (params) => ({ step: () => clipGradNorm(params, 1) }),
};

/** `count` parameters of `n` elements with gradients. */
function withGradients(count: number, n: number): Tensor[] {
  return Array.from({ length: count }, () => {
    const p = variable(randn([n]));
    p.grad = randn([n]);
    return p;
  });
}

/** The length of a step does not shrink to 0, so no value becomes subnormal on the way. */
const step = (rule: string, count: number, n: number): Benchmark => ({
  name: `${rule} ${count === 1 ? n : `${count}x${n}`}`,
  values: count * n,
  setup() {
    const optimizer = RULES[rule]!(withGradients(count, n));
    return () => optimizer.step();
  },
});

export default [
  ...Object.keys(RULES).map((rule) => step(rule, 1, 100_000)),
  step("adam", 1, 4096),
  ...["sgd", "sgd momentum", "adam"].map((rule) => ({ ...step(rule, 10, 8), unit: "us" as const })),
] satisfies Benchmark[];

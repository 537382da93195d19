// Whole training steps, eager, as bench/workloads.ts has them: forward, loss, backward, optimizer; and networks forward
// alone. What a step costs besides its products (activations, loss, optimizer, the facade) lowers `ofPeak`.
import { type nn, noGrad, randn, type Tensor, tidy } from "sedge";
import type { Benchmark } from "./harness.ts";
import { cnnModel, convFlops, linearFlops, mlpModel, workloads } from "./workloads.ts";

const infer = (name: string, flops: number, make: () => nn.Layer, input: () => Tensor): Benchmark => ({
  name: `infer ${name}`,
  unit: "ms",
  flops,
  setup() {
    const model = make().eval();
    const x = input();
    return () => tidy(() => noGrad(() => void model.forward(x)));
  },
});

export default [
  ...workloads.map(
    ({ name, flops, setup }): Benchmark => ({ name: `train ${name}`, unit: "ms", flops, setup: () => setup().step }),
  ),
  infer("mlp", linearFlops(64, 784, 128) + linearFlops(64, 128, 10), mlpModel, () => randn([64, 784])),
  infer(
    "cnn",
    convFlops(32, 28 * 28, 1, 8, 25) + convFlops(32, 14 * 14, 8, 16, 25) + linearFlops(32, 784, 10),
    cnnModel,
    () => randn([32, 1, 28, 28]),
  ),
] satisfies Benchmark[];

// Attention, forward and with its gradients, in one fused kernel and composed of matmul, softmax and matmul. Flops are
// those of the composition without a mask: two products forward, four more backward. The fused kernel computes one more of
// them than it is credited with, and under a causal mask about half.
import { zeroGrad } from "../src/autograd.ts";
import { backward } from "../src/backward.ts";
import { scaledDotProductAttention } from "../src/ops/attention.ts";
import { add, mul } from "../src/ops/binary.ts";
import { full } from "../src/ops/create.ts";
import { randn } from "../src/ops/create-random.ts";
import { matmul } from "../src/ops/gemm.ts";
import { transpose } from "../src/ops/permute.ts";
import { softmax } from "../src/ops/softmax.ts";
import { triu } from "../src/ops/triangle.ts";
import { tidy } from "../src/scope.ts";
import type { Tensor } from "../src/tensor.ts";
import type { Benchmark } from "./harness.ts";

type Attend = (q: Tensor, k: Tensor, v: Tensor) => Tensor;

/** batch, heads, length, size of a head */
const SIZES = [
  [12, 4, 64, 32],
  [4, 4, 256, 64],
  [2, 4, 512, 64],
  [1, 4, 1024, 64],
] as const;

function rows([b, h, t, d]: (typeof SIZES)[number]): Benchmark[] {
  const forbidden = (): Tensor => triu(full([t, t], -Infinity), { diagonal: 1 });
  const composed =
    (mask: Tensor | null): Attend =>
    (q, k, v) => {
      const scores = mul(matmul(q, transpose(k, -1, -2)), 1 / Math.sqrt(d));
      return matmul(softmax(mask === null ? scores : add(scores, mask)), v);
    };
  const row = (kind: string, training: boolean, attend: () => Attend): Benchmark => ({
    name: `attention ${b}x${h}x${t}x${d} ${kind}${training ? " forward and backward" : ""}`,
    flops: (training ? 6 : 2) * 2 * b * h * t * t * d,
    unit: "us",
    setup() {
      const [q, k, v] = Array.from({ length: 3 }, () => randn([b, h, t, d], { requiresGrad: training }));
      const dy = randn([b, h, t, d]);
      const fn = attend();
      if (!training) return () => tidy(() => void fn(q!, k!, v!));
      return () => {
        tidy(() => backward(fn(q!, k!, v!), { gradient: dy }));
        for (const x of [q!, k!, v!]) zeroGrad(x);
      };
    },
  });
  return [false, true].flatMap((training) => [
    row("fused", training, () => scaledDotProductAttention),
    row("composed", training, () => composed(null)),
    row("causal fused", training, () => (q, k, v) => scaledDotProductAttention(q, k, v, { isCausal: true })),
    row("causal composed", training, () => composed(forbidden())),
  ]);
}

export default SIZES.flatMap(rows) satisfies Benchmark[];

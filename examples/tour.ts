// A tour of the library: constants, variables, gradients, gradients of gradients, memory.
import { grad, memory, noGrad, randn, seed, type Tensor, tensor, tidy, variable } from "sedge";
import type { Result, Settings } from "./support/recipe.ts";

export const about = "A tour of constants, variables, gradients of first and second order, and memory";

/** Shows a value under what it is of. */
const show = (what: string, value: unknown): void => console.log(`  ${what.padEnd(44)} ${JSON.stringify(value)}`);

function constants(): void {
  console.log("Constants: tensors of float32, int32 or bool, with a shape that broadcasts.");
  const a = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  show("a", a.toArray());
  show("a.shape, a.dtype", [a.shape, a.dtype]);
  show("a.mul(tensor([1, 10, 100]))", a.mul(tensor([1, 10, 100])).toArray());
  show("a.sum({ axis: 1 })", a.sum({ axis: 1 }).toArray());
  show("a.matmul(a.transpose())", a.matmul(a.transpose()).toArray());
  show("a.gt(2).dtype", a.gt(2).dtype);
  seed(7);
  const first = randn([3]).toArray();
  seed(7);
  show("randn([3]) twice from one seed: equal", JSON.stringify(first) === JSON.stringify(randn([3]).toArray()));
}

function variables(): void {
  console.log("\nVariables: tensors that are learned. They collect gradients, and change in place.");
  const w = variable([1, 2, 3]);
  w.mul(w).sum().backward();
  show("w", w.toArray());
  show("w.grad after the sum of w * w ran backward", w.grad!.toArray());
  noGrad(() => w.assign(w.sub(w.grad!.mul(0.5))));
  show("w after w - 0.5 * w.grad", w.toArray());
}

/** Rosenbrock's valley, (1 - x)^2 + 100 (y - x^2)^2, whose lowest point is (1, 1). */
function valley(p: Tensor): Tensor {
  const [x, y] = [p.select(0), p.select(1)];
  return tensor(1).sub(x).square().add(y.sub(x.square()).square().mul(100));
}

/** The gradient g [2] and the matrix of second derivatives H [2, 2] of the valley at p. */
function derivatives(p: Tensor): [g: number[], H: number[][]] {
  const g = grad(valley(p), p, { createGraph: true });
  const rows = [0, 1].map((i) => grad(g.select(i), p, { retainGraph: true }).toArray() as number[]);
  return [g.toArray() as number[], rows];
}

/** Newton's method, which needs second derivatives, against gradient descent; returns the steps of the first. */
function secondOrder(): number {
  console.log("\nGradients of gradients: Newton's method in Rosenbrock's valley, from (-1.2, 1) to (1, 1).");
  const p = variable([-1.2, 1]);
  for (let step = 1; step <= 50; step++) {
    const value = tidy(() => {
      const [[gx, gy], [[a, b], [c, d]]] = derivatives(p) as [[number, number], [[number, number], [number, number]]];
      const det = a * d - b * c;
      // p - H^-1 g, by Cramer's rule.
      noGrad(() => p.assign(p.sub(tensor([(d * gx - b * gy) / det, (a * gy - c * gx) / det]))));
      return valley(p).item();
    });
    console.log(
      `  step ${step}: (${[...p.data].map((v) => v.toFixed(5)).join(", ")})  height ${value.toExponential(2)}`,
    );
    if (value < 1e-10) return step;
  }
  return Infinity;
}

/** How far the gradient of a small network's loss is from central differences, relative to the largest of it. */
function gradientGap(): number {
  console.log("\nAre the gradients right? A small network's, against differences of its loss:");
  const [x, w] = [randn([16, 8]), variable(randn([8, 8]))];
  const loss = (): Tensor => x.matmul(w).tanh().matmul(w).logSoftmax({ axis: 1 }).square().mean();
  loss().backward();
  const exact = w.grad!.data.slice();
  const weights = w.data.slice();
  const H = 1e-2;
  // Both sides of each weight in turn.
  const at = (i: number, shift: number): number =>
    tidy(() => {
      const moved = weights.slice();
      moved[i]! += shift;
      w.assign(tensor(moved).reshape([8, 8]));
      return loss().item();
    });
  const differences = exact.map((_, i) => noGrad(() => (at(i, H) - at(i, -H)) / (2 * H)));
  const largest = Math.max(...exact.map(Math.abs));
  const gap = Math.max(...exact.map((v, i) => Math.abs(v - differences[i]!))) / largest;
  show(
    "the first four gradients",
    [...exact.slice(0, 4)].map((v) => v.toFixed(5)),
  );
  show(
    "the same by differences",
    [...differences.slice(0, 4)].map((v) => v.toFixed(5)),
  );
  return gap;
}

/** Tensors that a thousand turns of work in `tidy` left behind. */
function leftBehind(): number {
  console.log("\nMemory: what is made within tidy is released at its end, except for what is returned.");
  const before = memory().tensors;
  let sum = 0;
  for (let turn = 0; turn < 1000; turn++) sum += tidy(() => randn([32, 32]).relu().mean().item());
  show("tensors left by 1,000 turns", memory().tensors - before);
  show("mean of relu(randn): 1 / sqrt(2 pi) = 0.3989", Number((sum / 1000).toFixed(4)));
  return memory().tensors - before;
}

export async function run(settings: Settings): Promise<Result> {
  tidy(constants);
  seed(settings.seed);
  tidy(variables);
  const newtonSteps = tidy(secondOrder);
  const gap = tidy(gradientGap);
  const tensorsLeft = leftBehind();
  return {
    summary: `gradients are within ${gap.toExponential(1)} of differences; Newton's method took ${newtonSteps} steps; ${tensorsLeft} tensors left`,
    figures: { gradientGap: gap, newtonSteps, tensorsLeft },
  };
}

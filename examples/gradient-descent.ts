// Plain gradient descent on a whole data set, with no batches: a line through points, then the same by L-BFGS.
import { linear, mse, optim, randn, seed, type Tensor, tidy, variable } from "sedge";

/** What a run found: the line's slope and offset, and the loss at first and at last. */
export interface Fit {
  slope: number;
  offset: number;
  first: number;
  last: number;
}

/** `n` points near the line y = 2 x - 1. */
export function points(n: number): { x: Tensor; y: Tensor } {
  const x = randn([n, 1]);
  return {
    x,
    y: tidy(() =>
      x
        .mul(2)
        .sub(1)
        .add(randn([n, 1]).mul(0.1)),
    ),
  };
}

/** Fits a line to points drawn with `from` as the seed. */
export function gradientDescent(method: "sgd" | "lbfgs" = "sgd", steps = 100, from = 1): Fit {
  seed(from);
  const { x, y } = points(200);
  const slope = variable([[0]]);
  const offset = variable([0]);
  // The offset may go at a rate of its own: a group for each.
  const optimizer =
    method === "lbfgs"
      ? new optim.LBFGS([slope, offset], { lineSearchFn: "strongWolfe" })
      : new optim.SGD([{ params: [slope] }, { params: [offset], lr: 0.2 }], { lr: 0.1 });
  const schedule = new optim.CosineAnnealingLR(optimizer, steps);

  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    tidy(() => {
      const loss = optimizer.step(() => {
        optimizer.zeroGrad();
        const value = mse(linear(x, slope, offset), y);
        value.backward();
        return value;
      });
      losses.push(loss!.item());
    });
    schedule.step();
  }
  return { slope: slope.item(), offset: offset.item(), first: losses[0]!, last: losses.at(-1)! };
}

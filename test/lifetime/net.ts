// The small net and data set of the lifetime tests.
import { crossEntropy, Dataset, nn, optim, randint, randn, type Tensor } from "../../src/entry.ts";

export const BATCH = 4;

/** A net of two layers, its optimizer, data of 40 batches, and one training step. */
export function smallNet() {
  const model = new nn.Sequential(new nn.Linear(8, 16), new nn.ReLU(), new nn.Linear(16, 3));
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const data = new Dataset(randn([40 * BATCH, 8]), randint(0, 3, [40 * BATCH]));
  const step = (x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.call(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { model, optimizer, data, step };
}

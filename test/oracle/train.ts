// Cases that train a whole model for some steps: from the stored initial parameters to the losses and the final ones.
import { backward, crossEntropy, nn, optim, type Tensor, tensor } from "../../src/index.ts";
import type { Adapter } from "./calls.ts";
import type { Case } from "./vectors.ts";

/** The learning rate in a text such as `adam lr=.01`. */
function learningRate(kase: Case): number {
  const lr = Number(/\blr=([\d.e-]+)/.exec(String(kase.kwargs.optimizer))?.[1]);
  if (!(lr > 0)) throw new Error(`expected lr= in the optimizer, got ${String(kase.kwargs.optimizer)}`);
  return lr;
}

/** `losses[t]` is the loss before update t; `final.NAME` the parameters after the last. */
function train(kase: Case, model: nn.Module, optimizer: optim.Adam, loss: () => Tensor): Record<string, Tensor> {
  const losses: number[] = [];
  for (let step = 0; step < Number(kase.kwargs.steps); step++) {
    optimizer.zeroGrad();
    const value = loss();
    losses.push(value.item());
    backward(value);
    optimizer.step();
  }
  const final = Object.entries(model.stateDict()).map(([name, p]) => [`final.${name}`, p]);
  return { losses: tensor(losses), ...Object.fromEntries(final) };
}

/** Linear-ReLU-Linear; the layers' sizes are those of the stored weights. */
export const trainMlp: Adapter = ({ kase, x }) => {
  const linear = (key: string): nn.Linear => {
    const [outFeatures = 0, inFeatures = 0] = x[`${key}.weight`]?.shape ?? [];
    return new nn.Linear(inFeatures, outFeatures);
  };
  const model = new nn.Sequential(linear("0"), new nn.ReLU(), linear("2"));
  model.loadStateDict(Object.fromEntries((kase.params ?? []).map((key) => [key, x[key]!])));
  const optimizer = new optim.Adam(model.parameters(), { lr: learningRate(kase) });
  return train(kase, model, optimizer, () => crossEntropy(model.forward(x.x!), x.y!));
};

// Cases that train a whole model for some steps: from the stored initial parameters to the losses and the final ones.
import { backward, crossEntropy, nn, optim, type Tensor, tensor } from "../../src/index.ts";
import type { Adapter } from "./calls.ts";
import type { Case } from "./vectors.ts";

/** A number in a text such as `sgd lr=.05 momentum=.9`. */
function setting(kase: Case, name: string): number {
  const value = Number(new RegExp(`\\b${name}=([\\d.e-]+)`).exec(String(kase.kwargs.optimizer))?.[1]);
  if (!(value > 0)) throw new Error(`expected ${name}= in the optimizer, got ${String(kase.kwargs.optimizer)}`);
  return value;
}

/** `losses[t]` is the loss before update t; `final.NAME` the parameters after the last; `clip` may change gradients. */
export function train(
  kase: Case,
  model: nn.Module,
  optimizer: { zeroGrad(): void; step(): void },
  loss: () => Tensor,
  clip: () => void = () => {},
): Record<string, Tensor> {
  const losses: number[] = [];
  for (let step = 0; step < Number(kase.kwargs.steps); step++) {
    optimizer.zeroGrad();
    const value = loss();
    losses.push(value.item());
    backward(value);
    clip();
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
  const optimizer = new optim.Adam(model.parameters(), { lr: setting(kase, "lr") });
  return train(kase, model, optimizer, () => crossEntropy(model.forward(x.x!), x.y!));
};

/** Convolution, batch norm, ReLU, pooling, linear; the layers' sizes are those of the stored weights. */
export const trainCnn: Adapter = ({ kase, x }) => {
  const [channels = 0, inChannels = 0, kernel = 0] = x["conv.weight"]?.shape ?? [];
  const [classes = 0, features = 0] = x["fc.weight"]?.shape ?? [];
  const model = new nn.Sequential({
    conv: new nn.Conv2d(inChannels, channels, kernel, { padding: 1, bias: false }),
    bn: new nn.BatchNorm2d(channels),
    relu: new nn.ReLU(),
    pool: new nn.MaxPool2d(2),
    flat: new nn.Flatten(),
    fc: new nn.Linear(features, classes),
  });
  const given = Object.fromEntries((kase.params ?? []).map((key) => [key, x[key]!]));
  model.loadStateDict(given, { strict: false });
  const sgd = new optim.SGD(model.parameters(), { lr: setting(kase, "lr"), momentum: setting(kase, "momentum") });
  return train(kase, model, sgd, () => crossEntropy(model.forward(x.x!), x.y!));
};

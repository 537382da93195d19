// Cases that train a whole model for some steps: from the stored initial parameters to the losses and the final ones. The
// models are put together here; their sizes are those of the stored weights, the rest is read from the case's description.
import { backward, crossEntropy, exp, nn, optim, relu, type Tensor, tensor } from "../../src/index.ts";
import { type Adapter, type Call, camelCase, lookUp } from "./calls.ts";
import { OPTIMIZERS } from "./optimizers.ts";
import type { Case } from "./vectors.ts";

/** What names are short for in texts such as `adamw lr=.003 betas=(.9,.95) wd=.1 on all parameters`. */
const OPTIONS: Readonly<Record<string, string>> = { wd: "weightDecay" };

/** The optimizer that a case describes, over a model's parameters. */
function optimizerOf(kase: Case, params: Iterable<Tensor>): { step(): unknown; zeroGrad(): void } {
  const text = String(kase.kwargs.optimizer);
  const [name = "", ...words] = text.split(" ");
  const make = lookUp({ optim }, `optim.${OPTIMIZERS[name]}`);
  if (typeof make !== "function") throw new Error(`expected a known optimizer, got ${text}`);
  const pairs = words.filter((word) => word.includes("=")).map((word) => word.split("="));
  const options = pairs.map(([key = "", value = ""]) => {
    const values = value.replace(/[()]/g, "").split(",");
    const plain = values.map((v) => (v === "True" || v === "False" ? v === "True" : Number(v)));
    return [OPTIONS[key] ?? camelCase(key), plain.length > 1 ? plain : plain[0]];
  });
  return Reflect.construct(make, [params, Object.fromEntries(options)]);
}

/** `losses[t]` is the loss before update t; `final.NAME` the parameters and buffers after the last. */
export function train({ kase, x }: Call, model: nn.Module, loss: () => Tensor): Record<string, Tensor> {
  const own = model.stateDict();
  model.loadStateDict({ ...own, ...Object.fromEntries((kase.params ?? []).map((key) => [key, x[key]!])) });
  const optimizer = optimizerOf(kase, model.parameters());
  const losses: number[] = [];
  for (let step = 0; step < Number(kase.kwargs.steps); step++) {
    optimizer.zeroGrad();
    const value = loss();
    losses.push(value.item());
    backward(value);
    const { clip_grad_norm: maxNorm } = kase.kwargs;
    if (typeof maxNorm === "number") optim.clipGradNorm(model.parameters(), maxNorm);
    optimizer.step();
  }
  const final = Object.entries(model.stateDict()).map(([name, p]) => [`final.${name}`, p]);
  return { losses: tensor(losses), ...Object.fromEntries(final) };
}

/** A linear layer with the sizes of the stored weight of its name. */
export function linearOf({ x }: Call, key: string): nn.Linear {
  const [outFeatures = 0, inFeatures = 0] = x[`${key}.weight`]?.shape ?? [];
  return new nn.Linear(inFeatures, outFeatures, { bias: x[`${key}.bias`] !== undefined });
}

/** Linear-ReLU-Linear. */
export const trainMlp: Adapter = (call) => {
  const model = new nn.Sequential(linearOf(call, "0"), new nn.ReLU(), linearOf(call, "2"));
  return train(call, model, () => crossEntropy(model.forward(call.x.x!), call.x.y!));
};

/** Layers by name, which a function puts together: what a class with fields would be. */
class Layers extends nn.Module {
  constructor(layers: Readonly<Record<string, nn.Module>>) {
    super();
    Object.assign(this, layers);
  }

  /** Never called: the cases put the layers together. */
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** The whole number of an option in the text of a model, such as `padding=1`. */
const optionOf = (text: string, name: string, otherwise: number): number =>
  Number(new RegExp(`${name}=(\\d+)`).exec(text)?.[1] ?? otherwise);

/** `Conv2d(1,4,3,padding=1,stride=1,bias=False)-BatchNorm2d-ReLU-MaxPool2d(2)-flatten-Linear` */
export const trainCnn: Adapter = (call) => {
  const { kase, x } = call;
  const text = String(kase.kwargs.model);
  const [outputs = 0, inputs = 0, height = 0, width = 0] = x["conv.weight"]?.shape ?? [];
  const model = new nn.Sequential({
    conv: new nn.Conv2d(inputs, outputs, [height, width], {
      padding: optionOf(text, "padding", 0),
      stride: optionOf(text, "stride", 1),
      bias: x["conv.bias"] !== undefined,
    }),
    bn: new nn.BatchNorm2d(outputs),
    relu: new nn.ReLU(),
    pool: new nn.MaxPool2d(Number(/MaxPool2d\((\d+)\)/.exec(text)?.[1])),
    flat: new nn.Flatten(),
    fc: linearOf(call, "fc"),
  });
  return train(call, model, () => crossEntropy(model.forward(x.x!), x.y!));
};

/** fc1-relu-(mu, lv); z = mu + eps * exp(lv / 2); fc3-relu-fc4 logits; summed cross-entropy and Kullback-Leibler terms. */
export const trainVae: Adapter = (call) => {
  const { x, fn: bceWithLogits } = call;
  const [fc1, mu, lv, fc3, fc4] = ["fc1", "mu", "lv", "fc3", "fc4"].map((key) => linearOf(call, key)) as [
    nn.Linear,
    nn.Linear,
    nn.Linear,
    nn.Linear,
    nn.Linear,
  ];
  return train(call, new Layers({ fc1, mu, lv, fc3, fc4 }), () => {
    const hidden = relu(fc1.forward(x.x!));
    const mean = mu.forward(hidden);
    const logVariance = lv.forward(hidden);
    const z = mean.add(x.eps!.mul(exp(logVariance.div(2))));
    const logits = fc4.forward(relu(fc3.forward(z)));
    const reconstruction = bceWithLogits(logits, x.x!, { reduction: "sum" }) as Tensor;
    const divergence = logVariance.add(1).sub(mean.square()).sub(exp(logVariance)).sum().mul(-0.5);
    return reconstruction.add(divergence);
  });
};

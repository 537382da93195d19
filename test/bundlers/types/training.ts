// What users rely on the types of training to say. Compiled, never run: see published.test.ts.

import { expectTypeOf } from "expect-type";
import {
  accuracy,
  batches,
  type Callback,
  crossEntropy,
  Dataset,
  earlyStopping,
  evaluate,
  fit,
  getRngState,
  type History,
  metrics,
  mse,
  nn,
  optim,
  predict,
  type RngState,
  type Tensor,
  zeros,
} from "sedge";

const data = new Dataset(zeros([8, 2]), new Int32Array(8));
const model = new nn.Sequential(new nn.Linear(2, 4), new nn.Tanh(), new nn.Linear(4, 3));
const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3, betas: [0.9, 0.99] });

// batches
for (const batch of batches(data, { batchSize: 4, shuffle: true })) {
  expectTypeOf(batch).toEqualTypeOf<[x: Tensor, y: Tensor]>();
}
// @ts-expect-error the size is missing
batches(data, { shuffle: true });

// optimizers
expectTypeOf(optimizer.lr).toBeNumber();
expectTypeOf(optimizer.paramGroups[0]!.betas).toEqualTypeOf<readonly [number, number]>();
expectTypeOf(optimizer.step()).toEqualTypeOf<Tensor | undefined>();
new optim.SGD(
  [
    { params: model.parameters(), lr: 0.1 },
    { params: [zeros([1])], momentum: 0.9 },
  ],
  { lr: 1 },
);
new optim.Adam(model.parameterGroups([{ match: /bias$/, weightDecay: 0 }, {}]));
// @ts-expect-error momentum is none of Adam's
new optim.Adam(model.parameters(), { momentum: 0.9 });
// @ts-expect-error misspelt in a group
new optim.SGD([{ params: model.parameters(), learningRate: 0.1 }]);
// @ts-expect-error a model is not its parameters
new optim.SGD(model);
new optim.CosineAnnealingLR(optimizer, 10);
// @ts-expect-error what has no learning rate has no schedule
new optim.StepLR(model, 10);

// fit
const run = fit(model, data, {
  loss: crossEntropy,
  optimizer,
  epochs: 2,
  metrics: { accuracy, f1: new metrics.F1({ average: "macro" }) },
  schedule: { scheduler: new optim.StepLR(optimizer, 1), every: "step" },
  clip: { norm: 1 },
  classWeights: "balanced",
  callbacks: [earlyStopping({ patience: 2 })],
  signal: new AbortController().signal,
});
expectTypeOf(run).toEqualTypeOf<Promise<History>>();
declare const history: History;
expectTypeOf(history.epochs[0]!.loss).toBeNumber();
expectTypeOf(history.epochs[0]!.accuracy).toEqualTypeOf<number | undefined>();
expectTypeOf(history.stopped).toEqualTypeOf<string | null>();
// @ts-expect-error it has been
history.epochs[0]!.loss = 0;
// @ts-expect-error there is no end
fit(model, data, { loss: mse, optimizer });
// @ts-expect-error misspelt
fit(model, data, { loss: mse, optimizer, epochs: 1, batch_size: 4 });
// @ts-expect-error no such time
fit(model, data, { loss: mse, optimizer, epochs: 1, schedule: { scheduler: null, every: "batch" } });
// @ts-expect-error the name of a loss is no loss
fit(model, data, { loss: "crossEntropy", optimizer, epochs: 1 });

// callbacks
const callback: Callback = {
  onEpochEnd({ epoch, loss, valLoss }, run) {
    expectTypeOf(epoch).toBeNumber();
    expectTypeOf(loss).toBeNumber();
    expectTypeOf(valLoss).toEqualTypeOf<number | undefined>();
    run.stop("enough");
    expectTypeOf(run.checkpoint()).toExtend<Uint8Array>();
  },
};
fit(model, data, { loss: mse, optimizer, epochs: 1, callbacks: callback });

// measuring
const figures = evaluate(model, data, { loss: crossEntropy, metrics: { accuracy, auc: new metrics.RocAuc() } });
expectTypeOf(figures.loss).toBeNumber();
expectTypeOf(figures.auc).toBeNumber();
expectTypeOf(predict(model, data)).toEqualTypeOf<Tensor>();
expectTypeOf(new metrics.ConfusionMatrix().matrix).toEqualTypeOf<number[][]>();
// @ts-expect-error no such average
new metrics.F1({ average: "weighted" });

// losses
expectTypeOf(
  crossEntropy(zeros([1, 3]), zeros([1]), { labelSmoothing: 0.1, reduction: "sum" }),
).toEqualTypeOf<Tensor>();
// @ts-expect-error PyTorch's name of it
crossEntropy(zeros([1, 3]), zeros([1]), { label_smoothing: 0.1 });
// @ts-expect-error no such reduction
mse(zeros([1]), zeros([1]), { reduction: "average" });

expectTypeOf(getRngState()).toEqualTypeOf<RngState>();

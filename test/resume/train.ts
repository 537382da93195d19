// A training program as one writes it, for resume-kill.test.ts: trains in a folder, goes on from what it finds there, and
// prints the hash of its weights and records. Arguments: the folder, and how long a step takes at least, in ms.
import { createHash } from "node:crypto";
import { type Callback, crossEntropy, Dataset, earlyStopping, fit, nn, optim, randn, seed } from "../../src/entry.ts";
import { checkpoint, lastCheckpoint } from "../../src/node.ts";

const [folder = "", pause = "0"] = process.argv.slice(2);
seed(1);
const data = new Dataset(
  randn([64, 1, 8, 8]),
  Int32Array.from({ length: 64 }, (_, i) => i % 3),
);
const model = new nn.Sequential(
  new nn.Conv2d(1, 4, 3),
  new nn.BatchNorm2d(4),
  new nn.ReLU(),
  new nn.Dropout(0.2),
  new nn.Flatten(),
  new nn.Linear(4 * 6 * 6, 3),
);
const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
const slow: Callback = {
  onBatchEnd({ epoch, step }) {
    console.log(`step ${epoch}.${step}`);
    return new Promise((done) => setTimeout(done, Number(pause)));
  },
};
const { epochs, stopped } = await fit(model, data, {
  loss: crossEntropy,
  optimizer,
  epochs: 6,
  batchSize: 8,
  validation: data,
  schedule: { scheduler: new optim.CosineAnnealingLR(optimizer, 48), every: "step" },
  callbacks: [checkpoint(folder, { everySteps: 1, keepEvery: 3 }), earlyStopping({ patience: 6 }), slow],
  resume: lastCheckpoint(folder),
});
const hash = createHash("sha256");
for (const { data: values } of Object.values(model.stateDict())) hash.update(new Uint8Array(values.slice().buffer));
hash.update(JSON.stringify(epochs.map(({ seconds, ...figures }) => figures)));
console.log(`stopped ${stopped}`);
console.log(hash.digest("hex"));

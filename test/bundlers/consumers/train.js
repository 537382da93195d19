// A small run over the entries "sedge" and "sedge/data". What it returns must be the same wherever it runs.
import { accuracy, crossEntropy, encodeSafetensors, fit, nn, optim, seed, Tensor } from "sedge";
import { label, parseCsv, standardize, TableEncoder } from "sedge/data";

const CSV = `width,height,kind
1,9,tall
2,8,tall
3,12,tall
1,5,tall
9,1,wide
8,3,wide
12,2,wide
6,1,wide`;

export async function train() {
  seed(7);
  const encoder = new TableEncoder({
    features: { width: standardize(), height: standardize() },
    target: { kind: label() },
  });
  const table = parseCsv(CSV);
  const data = encoder.fit(table).transform(table);
  const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Dropout(0.1), new nn.Linear(8, 2));
  const history = await fit(model, data, {
    loss: crossEntropy,
    optimizer: new optim.AdamW(model.parameters(), { lr: 0.05 }),
    epochs: 12,
    batchSize: 4,
    metrics: { accuracy },
  });
  return {
    weights: [...encodeSafetensors(model.stateDict())].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    losses: history.epochs.map((epoch) => epoch.loss),
    accuracy: history.epochs.at(-1).accuracy,
    // false if the two entries brought a library each
    oneLibrary: data.x instanceof Tensor,
  };
}

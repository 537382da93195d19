// The classifier of this Worker: its layers, its training, and the file that it becomes and is read back from. All of it
// is synchronous, so that no other request draws from the random stream meanwhile. What may come in is checks.ts.
import {
  accuracy,
  batches,
  crossEntropy,
  Dataset,
  decodeSafetensors,
  encodeSafetensors,
  nn,
  noGrad,
  ones,
  optim,
  randperm,
  safetensorsMetadata,
  seed,
  stdMean,
  type Tensor,
  tensor,
  tidy,
  where,
  zeros,
} from "sedge";
import { BATCH, type Label, Refusal, readClasses, readJson, readSizes, type Training } from "./checks.ts";

/** A hidden layer over columns brought to mean 0 and deviation 1, by figures that are saved with the weights. */
class Classifier extends nn.Module {
  readonly mean: Tensor;
  readonly std: Tensor;
  readonly hidden: nn.Linear;
  readonly output: nn.Linear;

  constructor(columns: number, hidden: number, classes: number) {
    super();
    this.mean = nn.buffer(zeros([columns]));
    this.std = nn.buffer(ones([columns]));
    this.hidden = new nn.Linear(columns, hidden);
    this.output = new nn.Linear(hidden, classes);
  }

  forward(x: Tensor): Tensor {
    return this.output.call(this.hidden.call(x.sub(this.mean).div(this.std)).relu());
  }

  /** Takes the scaling from rows [n, columns]. A column that is constant but for rounding is not stretched. */
  measure(x: Tensor): void {
    const [std, mean] = stdMean(x, { axis: 0, correction: 0 });
    this.mean.assign(mean);
    this.std.assign(where(std.gt(mean.abs().mul(1e-6)), std, 1));
  }
}

/** Trains on checked rows; the same training gives the same bytes, always and everywhere. */
export function train({ rows, targets, classes, epochs, hidden, seed: start, holdOut }: Training): Uint8Array {
  seed(start);
  const model = new Classifier(rows[0]!.length, hidden, classes.length);
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const owned: { dispose(): void }[] = [model, optimizer]; // no scope releases these
  try {
    return tidy(() => {
      const order = randperm(rows.length);
      const x = tensor(rows).indexSelect(order);
      const y = tensor(Int32Array.from(targets)).indexSelect(order);
      const held = Math.floor(rows.length * holdOut);
      const data = new Dataset(x.slice({ start: held }), y.slice({ start: held }));
      owned.push(data);
      model.measure(data.x);
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (const [x, y] of batches(data, { batchSize: BATCH, shuffle: true })) {
          optimizer.zeroGrad();
          crossEntropy(model.call(x), y).backward();
          optimizer.step();
        }
      }
      const score = (x: Tensor, y: Tensor): string => String(noGrad(() => accuracy(model.call(x), y)));
      const metadata: Record<string, string> = { classes: JSON.stringify(classes), accuracy: score(data.x, data.y) };
      if (held > 0) metadata.heldOutAccuracy = score(x.slice({ stop: held }), y.slice({ stop: held }));
      return encodeSafetensors(model.stateDict(), { metadata });
    });
  } finally {
    for (const it of owned) it.dispose();
  }
}

/** A model of a file that anyone may have written: nothing in it is believed. */
function restore(bytes: Uint8Array): { model: Classifier; classes: Label[] } {
  try {
    const tensors = decodeSafetensors(bytes);
    const classes = readClasses("classes", readJson("classes", safetensorsMetadata(bytes).classes ?? ""));
    const [hidden, columns] = readSizes(tensors["hidden.weight"]?.shape);
    const model = new Classifier(columns, hidden, classes.length);
    try {
      model.loadStateDict(tensors);
    } catch (error) {
      model.dispose();
      throw error;
    }
    return { model, classes };
  } catch (error) {
    throw new Refusal(400, `model: expected a file of POST /train, got another (${(error as Error).message})`);
  }
}

/** The classes, and for each row its most probable class with the probabilities of all. */
export function predict(bytes: Uint8Array, read: (columns: number) => number[][]) {
  return tidy(() => {
    const { model, classes } = restore(bytes);
    try {
      const rows = read(model.mean.size);
      const probabilities = noGrad(() => model.call(tensor(rows)).softmax({ axis: 1 })).toArray() as number[][];
      const predictions = probabilities.map((row) => {
        if (!row.every(Number.isFinite)) throw new Refusal(400, "model: expected weights that give numbers, got NaN");
        return { class: classes[row.indexOf(Math.max(...row))]!, probabilities: row };
      });
      return { classes, predictions };
    } finally {
      model.dispose();
    }
  });
}

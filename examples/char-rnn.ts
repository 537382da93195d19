// Names, letter by letter, by three recurrent networks of as many weights, in as many steps: plain RNN, LSTM and GRU.
import { crossEntropy, Dataset, evaluate, fit, nn, noGrad, optim, seed, type Tensor, tensor, tidy } from "sedge";
import { progressBar } from "sedge/node";
import { drawLetter, letters, loadNames } from "./support/names.ts";
import type { Result, Settings } from "./support/recipe.ts";

export const about = "A plain RNN, an LSTM and a GRU of one size learn to spell names, side by side";

const EMBEDDING = 32;
/** The longest name of the data has 15 letters, and then comes the end. */
const LONGEST = 16;
/** What `crossEntropy` passes over: the places behind a name's end. */
const PADDING = -100;

/** The kinds, each as wide as makes it about 52,000 weights. */
const KINDS = { rnn: [nn.RNN, 200], lstm: [nn.LSTM, 95], gru: [nn.GRU, 113] } as const;

/** Letters to scores of the letter that follows each: int32 [B, T] to [B, T, letters]. */
class Speller extends nn.Module {
  table = new nn.Embedding(letters.size, EMBEDDING);
  recurrent: nn.RNN | nn.LSTM | nn.GRU;
  output: nn.Linear;

  constructor([Kind, width]: (typeof KINDS)[keyof typeof KINDS]) {
    super();
    this.recurrent = new Kind(EMBEDDING, width, { batchFirst: true });
    this.output = new nn.Linear(width, letters.size);
  }

  forward(ids: Tensor): Tensor {
    const [states] = this.recurrent.call(this.table.call(ids));
    return this.output.call(states);
  }

  /** A new name: letter after letter, until it draws the end. */
  spell(): string {
    const ids = [0];
    do {
      const scores = noGrad(() => tidy(() => this.call(tensor([ids], { dtype: "int32" })).select(-1, { axis: 1 })));
      ids.push(drawLetter(scores));
      scores.dispose();
    } while (ids.at(-1) !== 0 && ids.length < LONGEST);
    return letters.decode(ids).replaceAll(".", "");
  }
}

/** The average over all letters, and the ends, of a batch of names. */
const loss = (scores: Tensor, next: Tensor): Tensor =>
  crossEntropy(scores.reshape([-1, letters.size]), next.flatten(), { ignoreIndex: PADDING });

/** Each name as `.emma` to read, and as `emma.` to foretell: int32 [N, LONGEST] both. */
function examples(names: readonly string[]): Dataset {
  const [x, y] = [0, PADDING].map((value) => new Int32Array(names.length * LONGEST).fill(value)) as [
    Int32Array,
    Int32Array,
  ];
  names.forEach((name, row) => {
    const ids = letters.encode(`.${name}.`);
    x.set(ids.slice(0, -1), row * LONGEST);
    y.set(ids.slice(1), row * LONGEST);
  });
  const shape = [names.length, LONGEST];
  return new Dataset(tensor(x, { shape }), tensor(y, { shape }));
}

export async function run({ data, quick, seed: from }: Settings): Promise<Result> {
  seed(from);
  const names = loadNames(data);
  const training = examples(quick ? names.train.slice(0, 2400) : names.train);
  const [dev, test] = [names.dev, names.test].map((part) => examples(quick ? part.slice(0, 400) : part)) as [
    Dataset,
    Dataset,
  ];
  const epochs = quick ? 2 : 10;
  const figures: Record<string, number> = {};
  for (const [kind, settings] of Object.entries(KINDS)) {
    const model = new Speller(settings);
    const weights = model.parameters().reduce((sum, { size }) => sum + size, 0);
    console.log(`${kind}: ${settings[1]} wide, ${weights} weights`);
    const optimizer = new optim.Adam(model.parameters(), { lr: 3e-3 });
    await fit(model, training, {
      loss,
      optimizer,
      epochs,
      batchSize: 64,
      validation: dev,
      schedule: new optim.CosineAnnealingLR(optimizer, epochs), // to 0: the loss still falls when the steps become small
      clip: 1,
      callbacks: progressBar(),
    });
    // In one batch, so that every letter counts alike and not every batch of names.
    for (const [part, set] of Object.entries({ Dev: dev, Test: test })) {
      figures[kind + part] = evaluate(model, set, { loss, batchSize: set.length }).loss!;
    }
    console.log(
      `  loss a letter: dev ${figures[`${kind}Dev`]!.toFixed(4)}, test ${figures[`${kind}Test`]!.toFixed(4)}`,
    );
    console.log(`  new names: ${Array.from({ length: 10 }, () => model.spell()).join(", ")}`);
    model.dispose();
  }
  const best = Object.keys(KINDS).sort((a, b) => figures[`${a}Dev`]! - figures[`${b}Dev`]!)[0]!;
  const list = Object.keys(KINDS).map((kind) => `${kind} ${figures[`${kind}Dev`]!.toFixed(3)}`);
  return { summary: `loss a letter on the development names: ${list.join(", ")}; best: ${best}`, figures };
}

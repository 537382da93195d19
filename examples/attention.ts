// Letters backwards: an encoder reads them, a decoder writes them from the last to the first and looks, at each step, at
// the places of the input that attention weighs. The map of these weights shows what it has learnt: the other diagonal.
import { cat, crossEntropy, full, nn, noGrad, optim, randint, seed, softmax, type Tensor, tidy } from "sedge";
import { CharTokenizer } from "sedge/data";
import type { Result, Settings } from "./support/recipe.ts";

export const about = "An encoder and a decoder with attention learn to reverse sequences; the attention map is printed";

const letters = new CharTokenizer("abcdefghijklmnopqrstuvwxyz");
/** What the decoder is told before its first letter. */
const START = letters.size;
const LENGTH = 12;
const EMBEDDING = 32;
const HIDDEN = 64;
const BATCH = 64;

/** Luong's: the decoder's states are queries, the encoder's both keys and values. */
class Reverser extends nn.Module {
  table = new nn.Embedding(letters.size + 1, EMBEDDING);
  encoder = new nn.GRU(EMBEDDING, HIDDEN, { batchFirst: true, bidirectional: true });
  decoder = new nn.GRU(EMBEDDING, HIDDEN, { batchFirst: true });
  query = new nn.Linear(HIDDEN, 2 * HIDDEN);
  output = new nn.Linear(3 * HIDDEN, letters.size);

  /** Letters [B, S] and those written before each step [B, T] to scores [B, T, letters] and attention [B, T, S]. */
  forward(source: Tensor, before: Tensor): [scores: Tensor, attention: Tensor] {
    const [keys] = this.encoder.call(this.table.call(source)); // [B, S, 2 HIDDEN]
    const [states] = this.decoder.call(this.table.call(before)); // [B, T, HIDDEN]
    const queries = this.query.call(states);
    const attention = softmax(queries.matmul(keys.transpose()).div(Math.sqrt(2 * HIDDEN)), { axis: 2 });
    const seen = attention.matmul(keys); // what each step has looked at
    return [this.output.call(cat([states, seen], { axis: 2 })), attention];
  }
}

const sequences = (count: number): Tensor => randint(0, letters.size, [count, LENGTH]);
const start = (count: number): Tensor => full([count, 1], START, { dtype: "int32" });

/** One step on new sequences; the decoder is told the right letters before, whatever it would have written. */
function step(model: Reverser, optimizer: optim.Adam): number {
  return tidy(() => {
    const source = sequences(BATCH);
    const target = source.flip(1);
    const before = cat([start(BATCH), target.slice({ axis: 1, stop: -1 })], { axis: 1 });
    const [scores] = model.call(source, before);
    const loss = crossEntropy(scores.permute([0, 2, 1]), target);
    optimizer.zeroGrad();
    loss.backward();
    optim.clipGradNorm(model.parameters(), 1);
    optimizer.step();
    return loss.item();
  });
}

/** What it writes when it is told its own letters only, int32 [B, LENGTH], and the attention while it wrote the last. */
function write(model: Reverser, source: Tensor): [written: Tensor, attention: Tensor] {
  return noGrad(() =>
    tidy(() => {
      let before = start(source.shape[0]!);
      for (let t = 0; ; t++) {
        const [scores, attention] = model.call(source, before);
        const latest = scores.argmax({ axis: 2 });
        if (t === LENGTH - 1) return [latest, attention];
        before = cat([before, latest.slice({ axis: 1, start: -1 })], { axis: 1 });
      }
    }),
  );
}

const SHADES = " .:-=+*#%@";

/** A row for each letter written, a column for each read; the darker, the more attention. */
function map(source: Tensor, written: Tensor, attention: Tensor): string {
  const text = (ids: Tensor): string[] => [...letters.decode(ids)];
  const rows = text(written).map((letter, t) => {
    const weights = [...attention.select(t).data];
    return `  ${letter}  ${weights.map((w) => SHADES[Math.min(Math.floor(w * SHADES.length), 9)]!.repeat(2)).join("")}`;
  });
  return [`     ${text(source).join(" ")}`, ...rows].join("\n");
}

export async function run({ quick, seed: from }: Settings): Promise<Result> {
  seed(from);
  const model = new Reverser();
  const optimizer = new optim.Adam(model.parameters(), { lr: 3e-3 });
  const steps = quick ? 300 : 2000;
  const schedule = new optim.CosineAnnealingLR(optimizer, steps);
  let sum = 0;
  for (let i = 1; i <= steps; i++) {
    sum += step(model, optimizer);
    schedule.step();
    if (i % (steps / 10) !== 0) continue;
    console.log(`  step ${String(i).padStart(5)}  loss ${(sum / (steps / 10)).toFixed(4)}`);
    sum = 0;
  }
  // Of 26^12 sequences it has seen next to none: these are new to it.
  const source = sequences(quick ? 250 : 1000);
  const [written, attention] = write(model, source);
  const exact = tidy(() => written.eq(source.flip(1)).all({ axis: 1 }).cast("float32").mean().item());
  const diagonal = tidy(() => attention.flip(2).diagonal({ axis1: 1, axis2: 2 }).mean().item());
  console.log(tidy(() => map(source.select(0), written.select(0), attention.select(0))));
  console.log(`attention on the letter to be written: ${(100 * diagonal).toFixed(1)} %`);
  return {
    summary: `unseen sequences reversed without a fault: ${(100 * exact).toFixed(1)} %`,
    figures: { exact, diagonal },
  };
}

// A GPT learns a text character by character, then writes on by itself. The setting is nanoGPT's for a CPU; the model
// itself is support/gpt.ts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cat, Dataset, evaluate, noGrad, optim, seed, type Tensor, tensor, tidy } from "sedge";
import { CharTokenizer, randomWindows, textWindows } from "sedge/data";
import { Gpt, type Sizes } from "./support/gpt.ts";
import type { Result, Settings } from "./support/recipe.ts";
import { isSentence, story } from "./support/story.ts";

export const about = "A GPT learns Shakespeare by characters, or a small grammar, and writes text of its own";

/** Characters that it sees at once, texts in a batch, width of a character's vector, attention heads, layers, steps. */
const FULL = { block: 64, batch: 12, width: 128, heads: 4, layers: 4, steps: 2000, lr: 1e-3 };
const QUICK = { block: 48, batch: 12, width: 32, heads: 2, layers: 2, steps: 500, lr: 1e-2 };

const loss = (logits: Tensor, next: Tensor) => logits.flatten({ endAxis: 1 }).crossEntropy(next.flatten());

/** `ids` [B, T] and `count` more characters after them, each drawn from the `topK` likeliest. */
function generate(model: Gpt, ids: Tensor, count: number, { block }: Sizes, temperature: number, topK = 20): Tensor {
  let written = ids;
  const write = () => {
    const seen = written.slice({ axis: 1, start: -block }); // it has no place for more
    const logits = model.call(seen).select(-1, { axis: 1 });
    const { values, indices } = logits.div(temperature).topk(topK);
    const drawn = values.softmax({ axis: 1 }).multinomial(1);
    return cat([written, indices.gather(drawn, { axis: 1 })], { axis: 1 });
  };
  return tidy(() => {
    for (let i = 0; i < count; i++) written = tidy(() => noGrad(write));
    return written;
  });
}

export async function run({ data, quick, seed: from }: Settings): Promise<Result> {
  seed(from);
  const config = quick ? QUICK : FULL;
  const { batch, block, steps, lr } = config;
  const made = data === undefined ? story(quick ? 2000 : 20_000) : null;
  const text = made?.text ?? readFileSync(join(data!, "text/tinyshakespeare.txt"), "utf8");
  const tokenizer = new CharTokenizer(text);
  const ids = tokenizer.encode(text);
  const end = Math.floor(0.9 * ids.length); // the last tenth is for validation
  const [train, validation] = [ids.slice(0, end), ids.slice(end)];

  const model = new Gpt(tokenizer.size, config);
  const parameters = model.parameters().reduce((sum, p) => sum + p.size, 0);
  console.log(`${end} characters of ${tokenizer.size} kinds to learn from, a model of ${parameters} parameters`);
  // Weight decay is for matrices, not for the norms' factors.
  const [matrices, vectors] = [true, false].map((wide) => model.parameters().filter((p) => p.rank > 1 === wide));
  const groups = [
    { params: matrices!, weightDecay: 0.1 },
    { params: vectors!, weightDecay: 0 },
  ];
  const optimizer = new optim.AdamW(groups, { lr, betas: [0.9, 0.99] });
  const schedule = new optim.WarmupCosineLR(optimizer, steps, { warmupSteps: steps / 20, etaMin: lr / 10 });
  const draw = (part: Int32Array) => randomWindows(part, { length: block, batchSize: batch });
  const start = performance.now();
  let charactersPerSecond = 0;
  for (let step = 1; step <= steps; step++) {
    tidy(() => {
      const [x, y] = draw(train);
      const value = loss(model.call(x), y);
      optimizer.zeroGrad();
      value.backward();
      optim.clipGradNorm(model.parameters(), 1);
      optimizer.step();
      schedule.step();
      if (step % (steps / 10) !== 0) return;
      charactersPerSecond = Math.round((1000 * step * batch * block) / (performance.now() - start));
      console.log(`step ${step}  loss ${value.item().toFixed(3)}  ${charactersPerSecond} characters/s`);
    });
  }

  // All of the validation text. nanoGPT's figure is of 20 batches of it, and so may be off by a few times their error.
  const { loss: validationLoss } = evaluate(model, textWindows(validation, block), { loss }) as { loss: number };
  const sample = tensor(
    Array.from({ length: 20 }, () => evaluate(model, new Dataset(...draw(validation)), { loss }).loss!),
  );
  const [sampledLoss, sampledError] = [sample.mean().item(), sample.std().item() / Math.sqrt(20)];
  console.log(
    `validation loss ${validationLoss.toFixed(3)}; of 20 batches ${sampledLoss.toFixed(3)} +- ${sampledError.toFixed(3)}`,
  );
  const figures = { validationLoss, sampledLoss, sampledError, parameters, charactersPerSecond };
  const lineEnds = tensor(new Int32Array(8).fill(tokenizer.encode("\n")[0]!), { shape: [8, 1] });
  const written = generate(model, lineEnds, quick ? 150 : 400, config, made ? 0.5 : 0.8).toArray() as number[][];
  const texts = written.map((row) => tokenizer.decode(row));
  console.log(`It writes:${texts[0]}\n`);
  if (made === null) return { summary: `validation loss ${validationLoss.toFixed(3)}`, figures };
  const sentences = texts.flatMap((text) => text.split("\n").slice(1, -1)); // without the one that breaks off
  const right = sentences.filter(isSentence).length / sentences.length;
  const summary = `${(100 * right).toFixed(0)} % of its sentences right, validation loss ${validationLoss.toFixed(3)}`;
  return { summary, figures: { ...figures, entropy: made.entropy, rightSentences: right } };
}

// The job behind `npm run repro`: trains every model of repro/ for 50 steps and returns hashes of all that came of it. It
// trains them twice, in fresh memory and in memory full of NaN, so that a kernel that lets what lies beside its operands
// reach a result is found too. Plain JavaScript that asks nothing of where it runs.
import * as cnn from "./repro/cnn.js";
import * as gpt from "./repro/gpt.js";
import * as lstm from "./repro/lstm.js";
import * as mlp from "./repro/mlp.js";
import { numberBytes, sha256, stateBytes } from "./repro/sum.js";
import * as vae from "./repro/vae.js";

/** Each exports `train(sedge, steps)`, which may be async and gives { model, optimizer, losses }, and `falls`. */
const MODELS = { mlp, cnn, lstm, gpt, vae };
const STEPS = 50;

/** Floats of garbage, 16 MB: ten times what training any of the models needs at its peak. */
const GARBAGE = 2 ** 22;

/**
 * Makes memory that is allocated from now on full of NaN, which no arithmetic gets rid of, and the ops' working memory too.
 * Gaps between older blocks are kept filled until the function that it gives is called.
 */
export function spoil({ full, matmul }) {
  const sizes = [...Array(64).keys(), 128, 256, 512, 1024].map((i) => 4 * i + 4);
  const gaps = sizes.flatMap((n) => Array.from({ length: 100 }, () => full([n], Number.NaN)));
  full([GARBAGE], Number.NaN).dispose();
  const wide = full([256, 1024], Number.NaN);
  matmul(wide.reshape([1024, 256]), wide).dispose();
  wide.dispose();
  return () => {
    for (const x of gaps) x.dispose();
  };
}

/** The average of the losses from one step to another: a single batch may be lucky. */
const mean = (losses) => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;

/** One model's hashes with its first and last loss; throws if it did not learn. */
export async function figures(sedge, { train, falls }) {
  const { model, optimizer, losses } = await train(sedge, STEPS);
  if (losses.length !== STEPS) throw new Error(`expected ${STEPS} losses, got ${losses.length}`);
  const [early, late] = [mean(losses.slice(0, 5)), mean(losses.slice(-5))];
  if (!(late < falls * early)) throw new Error(`expected the loss to fall to ${falls} of ${early}, got ${late}`);
  const sums = {
    weights: await sha256(stateBytes(sedge, model.stateDict())),
    optimizer: await sha256(stateBytes(sedge, optimizer.stateDict())),
    losses: await sha256(numberBytes(losses)),
    first: losses[0],
    last: losses.at(-1),
  };
  for (const x of [...model.parameters(), ...model.buffers()]) {
    x.grad?.dispose();
    x.dispose();
  }
  optimizer.dispose();
  return sums;
}

/** The figures of every model by name. */
export default async function repro(sedge) {
  const pass = async () => {
    const results = {};
    for (const [name, kind] of Object.entries(MODELS)) {
      try {
        results[name] = await figures(sedge, kind);
      } catch (error) {
        throw new Error(`${name}: ${error?.message ?? error}`, { cause: error });
      }
    }
    return results;
  };
  const fresh = await pass();
  const mend = spoil(sedge);
  const spoilt = await pass();
  mend();
  for (const [name, sums] of Object.entries(fresh)) {
    for (const [kind, value] of Object.entries(sums)) {
      if (spoilt[name][kind] !== value) throw new Error(`${name}: other ${kind} in memory that was used before`);
    }
  }
  return fresh;
}

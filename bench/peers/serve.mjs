// The JavaScript peers' side of the protocol: a process that answers a line of JSON with a line of JSON, until its input
// ends. What it can be asked is in peer.ts; torch_peer.py does the same in Python.
import { createInterface } from "node:readline";

/** What a library prints goes elsewhere: standard output is for answers. */
console.log = console.info = console.warn = console.debug = console.error;

/** A timed sample lasts at least this long, in ms: the clock counts microseconds, and takes one itself. */
const SAMPLE_MS = 0.5;
const WARMUP_MS = 300;
const WARMUP_STEPS = 3;

/**
 * Time that the process has had of all cores, in ms. Not the time of day: on a busy machine a step of 20 ms is surely
 * interrupted and one of 1 ms is not. What helping threads do, as collecting garbage, counts as it would on one core.
 */
function cpuTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A work that only PyTorch does beside us. */
export const pytorchOnly = () => {
  throw new Error("a recurrent layer by itself is compared with PyTorch alone");
};

/**
 * Answers requests. `prepare(work)` gives `{ step, parameters?, merged?, check? }`: the work to be timed, which may give a
 * promise; how many numbers it trains, and how many fewer than PyTorch; and what the comparison of losses needs. It throws where the library cannot.
 */
export async function serve(version, prepare) {
  let work = null;
  let repeats = 1;

  const time = async (count) => {
    const start = cpuTime();
    for (let i = 0; i < count; i++) {
      const pending = work.step();
      if (pending instanceof Promise) await pending;
    }
    return cpuTime() - start;
  };

  const answers = {
    async prepare(asked) {
      work = null;
      work = await prepare(asked);
      const start = performance.now();
      let steps = 0;
      let spent = 0;
      for (; steps < WARMUP_STEPS || performance.now() - start < WARMUP_MS; steps++) spent += await time(1);
      repeats = Math.max(1, Math.ceil((SAMPLE_MS * steps) / spent));
      return { parameters: work.parameters ?? null, merged: work.merged ?? 0 };
    },
    async run(ms) {
      const samples = [];
      const start = performance.now();
      while (samples.length === 0 || performance.now() - start < ms) samples.push((await time(repeats)) / repeats);
      samples.sort((a, b) => a - b);
      return { median: samples[samples.length >> 1], samples: samples.length };
    },
    async check(request) {
      return work.check(request);
    },
  };

  const reply = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  reply({ version });
  for await (const line of createInterface({ input: process.stdin })) {
    const [[name, argument]] = Object.entries(JSON.parse(line));
    try {
      reply(await answers[name](argument));
    } catch (error) {
      reply({ error: String(error?.message ?? error) });
    }
  }
  process.exit(0);
}

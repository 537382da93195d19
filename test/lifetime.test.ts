// Memory over many training steps: flat where the library cleans up, bounded where the collector does, and an error that
// names the cure where nothing can.
import { execFileSync } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { batches, crossEntropy, fit, memory, randint, randn, seed, tidy } from "../src/entry.ts";
import { BATCH, smallNet } from "./lifetime/net.ts";

const STEPS = 10_000;
const EPOCHS = STEPS / 40;

/** Runs a program of test/lifetime in a process of its own; what it printed. */
function program(name: string): string {
  const file = fileURLToPath(new URL(`./lifetime/${name}.ts`, import.meta.url));
  return execFileSync(process.execPath, ["--import", "tsx", file], { encoding: "utf8" });
}

/** Collects `memory()` at every step from the tenth on; all must be the same. */
function flatness() {
  let steps = 0;
  const seen = new Set<string>();
  return {
    note: () => {
      if (++steps < 10) return;
      const { bytes, tensors } = memory();
      seen.add(`${tensors} tensors, ${bytes} bytes`);
    },
    check: () => {
      expect(steps).toBe(STEPS);
      expect([...seen]).toHaveLength(1);
    },
  };
}

describe(`over ${STEPS} training steps memory() is flat`, () => {
  it("by fit", async () => {
    seed(1);
    const { model, optimizer, data } = smallNet();
    const { note, check } = flatness();
    await fit(model, data, {
      loss: crossEntropy,
      optimizer,
      epochs: EPOCHS,
      batchSize: BATCH,
      callbacks: [{ onBatchEnd: note }],
    });
    check();
  });

  it("by a batches loop without tidy", () => {
    const { data, step } = smallNet();
    const { note, check } = flatness();
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      for (const [x, y] of batches(data, { batchSize: BATCH, shuffle: true })) {
        step(x, y);
        note();
      }
    }
    check();
  });

  it("by a loop of one's own with tidy", () => {
    const { step } = smallNet();
    const { note, check } = flatness();
    for (let i = 0; i < STEPS; i++) {
      tidy(() => void step(randn([BATCH, 8]), randint(0, 3, [BATCH])));
      note();
    }
    check();
  });
});

describe("without any cleaning up", () => {
  it("an asynchronous loop stays bounded", async () => {
    const { step } = smallNet();
    const before = memory().bytes;
    let most = 0;
    for (let i = 0; i < STEPS; i++) {
      step(randn([BATCH, 8]), randint(0, 3, [BATCH]));
      await setImmediate();
      most = Math.max(most, memory().bytes - before);
    }
    // Some 25 tensors and 3 kB a step: 10,000 steps would hold about 30 MB if nothing were collected.
    expect(most).toBeLessThan(15e6);
  }, 180_000);

  it("an asynchronous loop over large tensors stays bounded", async () => {
    const before = memory().bytes;
    let most = 0;
    for (let i = 0; i < 1000; i++) {
      randn([512, 512]).mul(2).sum().item(); // 2 MB a turn
      await setImmediate();
      most = Math.max(most, memory().bytes - before);
    }
    expect(most).toBeLessThan(400e6); // 120 MB; over 1 GB if the collector were not told of linear memory
  }, 180_000);

  it("a synchronous loop ends in an error that names the cure and the lines", () => {
    const printed = program("synchronous");
    expect(printed).toMatch(
      /^RangeError: out of memory: a float32 tensor of shape \[[\d, ]*\] needs \d+ bytes more; \d+ tensors hold 32\.0 MB\n/,
    );
    expect(printed).toContain("Where most of it was made, by a sample:\n");
    expect(printed).toMatch(/\n {2}\d\d % made at .*test\/lifetime\/net\.ts:\d+:\d+/);
    expect(printed).toContain("wrap each turn in tidy(() => { ... }), iterate with batches(), or dispose()");
  }, 180_000);

  it("all memory of the runtime can be taken, refused beyond, and used again", () => {
    const printed = program("exhaustion");
    expect(printed).toMatch(
      /^RangeError: out of memory: a float32 tensor of shape \[67108864\] needs 268\.4 MB more; 1\d tensors hold/,
    );
    expect(printed).toMatch(/held 1[0-5]\n/);
    expect(printed).toContain("left 0, sum 1048576\n");
  }, 180_000);
});

it("scopes end by the compilers' fallback symbol where the runtime has no Symbol.dispose", () => {
  expect(program("without-dispose")).toBe("1 made, 0 left, tensors too: true\n");
}, 180_000);

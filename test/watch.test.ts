// watch: what it sees of a run, when it warns, and that the run is the same as without it.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { crossEntropy, Dataset, fit, memory, nn, optim, randint, randn, seed } from "../src/entry.ts";
import { type Finding, watch } from "../src/inspect.ts";

beforeEach(() => seed(1));

const network = (activation: nn.Layer = new nn.ReLU()) =>
  new nn.Sequential(
    new nn.Linear(8, 16),
    new nn.BatchNorm1d(16),
    activation,
    new nn.Dropout(0.2),
    new nn.Linear(16, 3),
  );
const dataOf = (n: number) => new Dataset(randn([n, 8]), randint(0, 3, [n]));

/** A run of 20 steps. */
async function run(model: nn.Sequential, lr: number, callbacks: object[], more: object = {}) {
  const optimizer = new optim.Adam(model.parameters(), { lr });
  const data = dataOf(160);
  return fit(model, data, { loss: crossEntropy, optimizer, epochs: 2, batchSize: 16, callbacks, ...more });
}

describe("watch", () => {
  it("looks at the first step and every so many after it, and says nothing of a sound run", async () => {
    const warn = vi.fn();
    const watched = watch({ every: 6, warn });
    await run(network(), 1e-3, [watched], { validation: dataOf(32) });
    expect(watched.history.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 1],
      [1, 7],
      [2, 3],
      [2, 9],
    ]);
    expect(watched.history[0]!.layers.map(({ path }) => path)).toEqual(["0", "1", "2", "3", "4"]);
    expect(warn).not.toHaveBeenCalled();
  });

  it("measures what the optimizer changed, and the gradients of that step", async () => {
    const watched = watch({ every: 1 });
    const model = new nn.Sequential(new nn.Linear(8, 3));
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
    await fit(model, dataOf(32), { loss: crossEntropy, optimizer, epochs: 1, callbacks: watched });
    const { updateRatio, gradientRatio, gradientNorm } = watched.history[0]!.layers[0]!;
    expect(updateRatio).toBeCloseTo(0.5 * gradientRatio!, 5);
    expect(gradientNorm).toBeGreaterThan(0);
  });

  it("warns once of each kind, with the place and the cure", async () => {
    const warnings: [string, Finding][] = [];
    const model = network();
    nn.init.constant((model.children()[1] as nn.BatchNorm1d).bias!, -20);
    const watched = watch({ every: 2, warn: (...args) => warnings.push(args) });
    await run(model, 1e-6, [watched]);
    expect(warnings.map(([, { kind }]) => kind)).toEqual(["dead"]);
    expect(warnings[0]![0]).toMatch(/^epoch 1, step 1: units that are 0 .*: 2 \(100 %\)\n {2}cure: /);
    expect(watched.history.every(({ findings }) => findings.length > 0)).toBe(true);
  });

  it("warns on the console by default", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    await run(network(), 10, [watch()]);
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^epoch 1, step 1: the learning rate is too high/));
    warn.mockRestore();
  });

  it("changes no bit of the run, and leaves no tensors and no hooks", async () => {
    const results = [];
    for (const callbacks of [[], [watch({ every: 1 })]]) {
      seed(5);
      const model = network();
      const before = memory().tensors;
      const { epochs } = await run(model, 1e-2, callbacks, { accumulate: 2 });
      const values = Object.values(model.stateDict()).map((t) => [...t.data]);
      results.push({ losses: epochs.map(({ loss }) => loss), values, tensors: memory().tensors - before });
      expect(model.hooks?.before.size ?? 0).toBe(0);
    }
    expect(results[1]!.losses).toEqual(results[0]!.losses);
    expect(results[1]!.values).toEqual(results[0]!.values);
    expect(results[1]!.tensors).toBe(results[0]!.tensors);
  });

  it.each<[object, RegExp]>([
    [{ every: 0 }, /watch: expected every at least 1, got 0/],
    [{ warn: 1 }, /watch: expected warn to be a function, got 1/],
    [{ steps: 1 }, /watch: unknown option "steps"/],
  ])("refuses %j", (options, message) => {
    expect(() => watch(options)).toThrow(message);
  });
});

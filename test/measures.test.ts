// What a pass over data measures: streaming metrics beside functions in evaluate, and its state. The metrics are metrics.test.ts.
import { describe, expect, it } from "vitest";
import { Dataset, evaluate, fit, type History, metrics, mse, nn, optim, type Tensor, tensor } from "../src/entry.ts";
import { Measures } from "../src/train/measures.ts";

const { MeanAbsoluteError, R2 } = metrics;

describe("evaluate", () => {
  const data = new Dataset(tensor([[1], [2], [3], [4], [5]]), tensor([[2], [4], [6], [8], [11]]));
  const model = new nn.Linear(1, 1);
  model.weight.assign([[2]]);
  model.bias!.assign([0]);
  const figures = { error: new MeanAbsoluteError(), r2: new R2(), mse: (p: Tensor, t: Tensor) => mse(p, t) };

  it("resets streaming metrics, updates them by batch, and gives their figure beside the averages", () => {
    for (const batchSize of [1, 2, 256]) {
      const got = evaluate(model, data, { loss: mse, metrics: figures, batchSize });
      expect(Object.keys(got)).toEqual(["loss", "error", "r2", "mse"]);
      expect(got.error).toBe(0.2);
      expect(got.r2).toBeCloseTo(1 - 1 / 48.8, 14);
      expect(got.mse).toBe(got.loss);
    }
  });

  it("takes a metric of one's own, and refuses a class in its place", () => {
    const longest = {
      most: 0,
      reset: () => {
        longest.most = 0;
      },
      update: (p: Tensor) => {
        longest.most = Math.max(longest.most, p.max().item());
      },
      compute: () => longest.most,
      stateDict: () => longest.most,
      loadStateDict: (s: unknown) => {
        longest.most = Number(s);
      },
    };
    expect(evaluate(model, data, { loss: mse, metrics: { longest } }).longest).toBe(10);
    expect(() => evaluate(model, data, { loss: mse, metrics: { r2: R2 as never } })).toThrow(
      'evaluate: expected metric "r2" to be a metric, as new R2(), got a function',
    );
  });

  it("is what fit does, for training and validation, also when it goes on from a checkpoint", async () => {
    const run = async (resume?: Uint8Array): Promise<[History, Uint8Array[]]> => {
      const net = new nn.Linear(1, 1);
      net.weight.assign([[1]]);
      net.bias!.assign([0.5]);
      const saved: Uint8Array[] = [];
      const history = await fit(net, data, {
        ...{ loss: mse, optimizer: new optim.SGD(net.parameters(), { lr: 0.01 }), epochs: 2, batchSize: 2, seed: 3 },
        ...{ validation: data, metrics: { r2: new R2(), error: new MeanAbsoluteError() }, resume },
        callbacks: {
          onBatchEnd: ({ averages }) => {
            expect(Object.keys(averages)).toEqual(["loss"]);
          },
          onSave: (it) => {
            saved.push(it.checkpoint());
          },
        },
      });
      return [history, saved];
    };
    const figures = ({ epochs }: History) => epochs.map(({ seconds, ...rest }) => rest);
    const [whole, saved] = await run();
    expect(Object.keys(figures(whole)[0]!)).toContain("valR2");
    for (const checkpoint of saved.slice(0, -1)) {
      const [again] = await run(checkpoint);
      expect(figures(again)).toEqual(figures(whole));
    }
  });

  it("shares with fit what a pass has measured so far, which goes on from its state", () => {
    const named = Object.entries(figures);
    const whole = new Measures(named);
    whole.add(3, 0.1, data.x, data.y);
    whole.add(2, 0.7, data.y, data.y);
    const want = whole.values();
    const first = new Measures(named);
    first.add(3, 0.1, data.x, data.y);
    const state = JSON.parse(JSON.stringify(first.stateDict()));
    const second = new Measures(named);
    second.loadStateDict(state);
    second.add(2, 0.7, data.y, data.y);
    expect(second.values()).toEqual(want);
    expect(() => new Measures([]).loadStateDict(state)).toThrow("fit: expected the state of 0 metrics");
  });
});

// capture(): a recorded step has the bits of an eager one, whatever it is made of, and says why where it is not replayed.
// Each test runs the same steps twice, eagerly and captured, and compares losses and all states.
import { describe, expect, it } from "vitest";
import { type Captured, capture } from "../src/capture.ts";
import {
  binaryCrossEntropy,
  crossEntropy,
  exp,
  getRngState,
  mse,
  nn,
  optim,
  rand,
  randint,
  randn,
  randnLike,
  scaledDotProductAttention,
  seed,
  type Tensor,
  tensor,
  tidy,
} from "../src/entry.ts";

type Step = (x: Tensor, y: Tensor) => Tensor;
interface Trial {
  readonly step: Step;
  readonly model: nn.Module;
  readonly optimizer?: { dispose(): void };
}

const words = (x: Tensor): number[] => [...new Int32Array(x.data.slice().buffer)];
/** The bits of all that a model is made of. */
const bitsOf = (model: nn.Module): number[][] =>
  Object.values(model.stateDict()).map((t) => [...new Uint8Array(t.data.slice().buffer)]);

/** Losses, states and the place in the random stream after `count` steps on batches of their own. */
function train(
  make: () => Trial,
  batch: (i: number) => [Tensor, Tensor],
  count: number,
  wrap: (step: Step) => Step,
): { losses: number[][]; state: number[][]; position: number } {
  seed(11);
  const { step, model, optimizer } = make();
  const run = wrap(step);
  const losses: number[][] = [];
  for (let i = 0; i < count; i++) {
    tidy(() => {
      const [x, y] = batch(i);
      losses.push(words(run(x, y)));
    });
  }
  const result = { losses, state: bitsOf(model), position: getRngState().position };
  model.dispose();
  optimizer?.dispose();
  return result;
}

/** Expects the same of both, and that all but the first three steps were replays, less `eager`. */
function compare(make: () => Trial, batch: (i: number) => [Tensor, Tensor], count = 24, eager = 3): void {
  const wanted = train(make, batch, count, (step) => step);
  let captured: Captured<[Tensor, Tensor], Tensor> | undefined;
  const got = train(make, batch, count, (step) => (captured = capture(step)));
  expect(captured!.fallbacks).toEqual({});
  expect(got).toEqual(wanted);
  expect(captured!.replays).toBe(count - eager);
  captured!.dispose();
}

const xor = (): [Tensor, Tensor] => [randn([4, 2]), randn([4, 1])];
const classes =
  (shape: number[], count: number) =>
  (i: number): [Tensor, Tensor] =>
    [randn(shape), randint(0, count, [shape[0]!])].slice(0, 2 + 0 * i) as [Tensor, Tensor];

const mlp = (): nn.Sequential => new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 1));

/** The usual step. */
function usual(
  model: nn.Module & { forward(x: Tensor): Tensor },
  optimizer: optim.Optimizer<never, never> | optim.Optimizer,
  loss: (y: Tensor, target: Tensor) => Tensor,
  between: () => void = () => {},
  after: () => void = () => {},
): Trial {
  const step: Step = (x, y) => {
    optimizer.zeroGrad();
    const l = loss(model.forward(x), y);
    l.backward();
    between();
    optimizer.step();
    after();
    return l;
  };
  return { step, model, optimizer };
}

describe("a captured step has the bits of an eager one", () => {
  const make: Record<string, (p: Tensor[]) => optim.Optimizer> = {
    SGD: (p) => new optim.SGD(p, { lr: 0.1 }) as unknown as optim.Optimizer,
    momentum: (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9 }) as unknown as optim.Optimizer,
    Adam: (p) => new optim.Adam(p, { lr: 0.01 }) as unknown as optim.Optimizer,
    AdamW: (p) => new optim.AdamW(p, { lr: 0.01 }) as unknown as optim.Optimizer,
    RMSprop: (p) => new optim.RMSprop(p, { lr: 0.01 }) as unknown as optim.Optimizer,
    NAdam: (p) => new optim.NAdam(p, { lr: 0.01 }) as unknown as optim.Optimizer,
  };
  it.each(Object.keys(make))("MLP with %s, a schedule and clipping", (name) => {
    compare(() => {
      const model = mlp();
      const optimizer = make[name]!(model.parameters());
      const schedule = new optim.StepLR(optimizer, 3, { gamma: 0.7 });
      const clip = (): void => void optim.clipGradNorm(model.parameters(), 0.3);
      return usual(model, optimizer, mse, clip, () => schedule.step());
    }, xor);
  });

  it("schedules of all kinds, and clipping by value", () => {
    compare(() => {
      const model = mlp();
      const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 });
      const cosine = new optim.CosineAnnealingWarmRestarts(optimizer, 5);
      const clip = (): void => optim.clipGradValue(model.parameters(), 0.05);
      return usual(model, optimizer as unknown as optim.Optimizer, mse, clip, () => cosine.step());
    }, xor);
    compare(() => {
      const model = mlp();
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      const warmup = new optim.LinearLR(optimizer, { totalIters: 6 });
      const decay = new optim.ExponentialLR(optimizer, 0.9);
      const schedule = new optim.SequentialLR(optimizer, [warmup, decay], [6]);
      return usual(model, optimizer as unknown as optim.Optimizer, mse, undefined, () => schedule.step());
    }, xor);
  });

  it("gradients cleared last, and gathered over calls", () => {
    compare(() => {
      const model = mlp();
      const optimizer = new optim.Adam(model.parameters());
      const step: Step = (x, y) => {
        const l = mse(model.forward(x), y);
        l.backward();
        optimizer.step();
        optimizer.zeroGrad();
        return l;
      };
      return { step, model, optimizer };
    }, xor);
    compare(() => {
      const model = mlp();
      const optimizer = new optim.SGD(model.parameters());
      const step: Step = (x, y) => {
        const l = mse(model.forward(x), y);
        l.backward();
        optimizer.step();
        return l;
      };
      return { step, model, optimizer };
    }, xor);
  });

  it("dropout, of values and of channels", () => {
    compare(() => {
      const model = new nn.Sequential(new nn.Linear(2, 16), new nn.ReLU(), new nn.Dropout(0.3), new nn.Linear(16, 1));
      return usual(model, new optim.Adam(model.parameters()) as unknown as optim.Optimizer, mse);
    }, xor);
    compare(
      () => {
        const parts = [new nn.Conv2d(1, 4, 3), new nn.Dropout2d(0.4), new nn.Flatten(), new nn.Linear(144, 3)];
        const model = new nn.Sequential(...parts, new nn.AlphaDropout(0.1));
        return usual(model, new optim.Adam(model.parameters()) as unknown as optim.Optimizer, crossEntropy);
      },
      classes([4, 1, 8, 8], 3),
    );
  });

  it("batch norm, whose statistics run on", () => {
    compare(
      () => {
        const parts = [new nn.Linear(6, 8), new nn.BatchNorm1d(8), new nn.ReLU(), new nn.Linear(8, 3)];
        const model = new nn.Sequential(...parts);
        return usual(model, new optim.Adam(model.parameters()) as unknown as optim.Optimizer, crossEntropy);
      },
      classes([5, 6], 3),
    );
  });

  it("a CNN", () => {
    compare(
      () => {
        const model = new nn.Sequential(
          new nn.Conv2d(1, 4, 3, { padding: 1 }),
          new nn.BatchNorm2d(4),
          new nn.ReLU(),
          new nn.MaxPool2d(2),
          new nn.Conv2d(4, 8, 3, { padding: 1 }),
          new nn.ReLU(),
          new nn.MaxPool2d(2),
          new nn.Flatten(),
          new nn.Linear(32, 5),
        );
        return usual(model, new optim.Adam(model.parameters()) as unknown as optim.Optimizer, crossEntropy);
      },
      classes([4, 1, 8, 8], 5),
    );
  });

  it.each(["LSTM", "GRU", "RNN"] as const)("%s", (kind) => {
    class Rows extends nn.Module {
      rnn = new nn[kind](5, 8, { batchFirst: true, numLayers: 2, dropout: 0.2 });
      output = new nn.Linear(8, 3);
      forward(x: Tensor): Tensor {
        const [y] = this.rnn.call(x) as [Tensor, unknown];
        return this.output.call(y.select(-1, { axis: 1 }));
      }
    }
    compare(
      () => {
        const model = new Rows();
        return usual(model, new optim.Adam(model.parameters()) as unknown as optim.Optimizer, crossEntropy);
      },
      classes([4, 6, 5], 3),
    );
  });

  it("a small GPT, with dropout in its attention", () => {
    class Gpt extends nn.Module {
      wte = new nn.Embedding(11, 8);
      wpe = new nn.Embedding(6, 8);
      ln = new nn.LayerNorm(8);
      qkv = new nn.Linear(8, 24);
      head = new nn.Linear(8, 11, { bias: false });
      forward(ids: Tensor): Tensor {
        const positions = tensor([0, 1, 2, 3, 4, 5], { dtype: "int32" });
        const x = this.wte.forward(ids).add(this.wpe.forward(positions));
        const qkv = this.qkv.forward(this.ln.forward(x)).reshape([3, 6, 3, 2, 4]).permute([2, 0, 3, 1, 4]);
        const [q, k, v] = [qkv.select(0), qkv.select(1), qkv.select(2)];
        const y = scaledDotProductAttention(q, k, v, { isCausal: true, dropoutP: 0.2 });
        return this.head.forward(y.transpose(1, 2).reshape([3, 6, 8]).add(x).gelu()).reshape([-1, 11]);
      }
    }
    compare(
      () => {
        const model = new Gpt();
        return usual(model, new optim.AdamW(model.parameters()) as unknown as optim.Optimizer, crossEntropy);
      },
      () => [randint(0, 11, [3, 6]), randint(0, 11, [18])],
    );
  });

  it("a transformer's layers", () => {
    compare(
      () => {
        const layer = new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16, dropout: 0.1, batchFirst: true });
        const model = new nn.Sequential(layer, new nn.Linear(8, 3), new nn.Flatten());
        return usual(model, new optim.Adam(model.parameters()) as unknown as optim.Optimizer, crossEntropy);
      },
      classes([3, 5, 8], 15),
    );
  });

  it("a VAE, which draws", () => {
    class Vae extends nn.Module {
      encoder = new nn.Linear(6, 8);
      decoder = new nn.Linear(4, 6);
      forward(x: Tensor): Tensor {
        const h = this.encoder.call(x);
        const [mean, logVar] = [h.narrow(1, 0, 4), h.narrow(1, 4, 4)];
        const z = mean.add(randnLike(mean).mul(exp(logVar.mul(0.5))));
        const y = this.decoder.call(z).sigmoid();
        const kl = logVar.add(1).sub(mean.square()).sub(exp(logVar)).sum().mul(-0.5);
        return binaryCrossEntropy(y, x, { reduction: "sum" }).add(kl);
      }
    }
    compare(
      () => {
        const model = new Vae();
        return usual(model, new optim.Adam(model.parameters()) as unknown as optim.Optimizer, (y) => y);
      },
      () => [rand([5, 6]), rand([1])],
    );
  });
});

// Whole training steps, eager, as a user writes them: forward, loss, backward, Adam. Flops are those of the products and
// convolutions, forward, weight gradients and input gradients, without the first layer's input gradient, which nobody
// needs; what the rest of a step costs (activations, loss, optimizer, the facade) lowers `ofPeak`.
import {
  crossEntropy,
  mse,
  nn,
  optim,
  randint,
  randn,
  scaledDotProductAttention,
  type Tensor,
  tensor,
  tidy,
} from "../src/entry.ts";
import type { Benchmark } from "./harness.ts";

/** Passes over a layer: forward and weight gradient, and the input gradient of all but the first layer. */
const FIRST = 2;
const LATER = 3;

const linearFlops = (batch: number, inputs: number, outputs: number): number => 2 * batch * inputs * outputs;
const convFlops = (batch: number, pixels: number, inChannels: number, outChannels: number, taps: number): number =>
  2 * batch * pixels * inChannels * outChannels * taps;

/** A step on one batch again and again: the work of a step does not depend on the values. */
function stepOf(model: nn.Layer, x: Tensor, target: Tensor, loss: (y: Tensor, target: Tensor) => Tensor): () => void {
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  return () =>
    tidy(() => {
      optimizer.zeroGrad();
      loss(model.forward(x), target).backward();
      optimizer.step();
    });
}

const mlp: Benchmark = {
  name: "train mlp",
  unit: "ms",
  flops: FIRST * linearFlops(64, 784, 128) + LATER * linearFlops(64, 128, 10),
  setup() {
    const model = new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
    return stepOf(model, randn([64, 784]), randint(0, 10, [64]), crossEntropy);
  },
};

const cnn: Benchmark = {
  name: "train cnn",
  unit: "ms",
  flops:
    FIRST * convFlops(32, 28 * 28, 1, 8, 5 * 5) +
    LATER * convFlops(32, 14 * 14, 8, 16, 5 * 5) +
    LATER * linearFlops(32, 784, 10),
  setup() {
    const model = new nn.Sequential(
      new nn.Conv2d(1, 8, 5, { padding: 2 }),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Conv2d(8, 16, 5, { padding: 2 }),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Linear(784, 10),
    );
    return stepOf(model, randn([32, 1, 28, 28]), randint(0, 10, [32]), crossEntropy);
  },
};

/** 28 steps of a row each through 64 units, the last step's output through a linear layer. */
const recurrent = (kind: "LSTM" | "GRU", gates: number): Benchmark => ({
  name: `train ${kind.toLowerCase()}`,
  unit: "ms",
  flops:
    FIRST * linearFlops(32 * 28, 28, gates * 64) +
    LATER * linearFlops(32 * 28, 64, gates * 64) +
    LATER * linearFlops(32, 64, 10),
  setup() {
    class Rows extends nn.Module {
      rnn = new nn[kind](28, 64, { batchFirst: true });
      output = new nn.Linear(64, 10);
      forward(x: Tensor): Tensor {
        const [y] = this.rnn.call(x) as [Tensor, unknown];
        return this.output.call(y.select(-1, { axis: 1 }));
      }
    }
    return stepOf(new Rows(), randn([32, 28, 28]), randint(0, 10, [32]), crossEntropy);
  },
});

/** Next to no arithmetic: what the facade costs. */
const xor: Benchmark = {
  name: "train xor",
  unit: "ms",
  flops: FIRST * linearFlops(4, 2, 16) + LATER * linearFlops(4, 16, 1),
  setup() {
    const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 1));
    const x = tensor([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    return stepOf(model, x, tensor([[0], [1], [1], [0]]), mse);
  },
};

/** The GPT of the peers' comparison: sizes of the batch, of its text, of the vocabulary, and of the model. */
const [BATCH, TIME, VOCABULARY, WIDTH, HEADS, LAYERS] = [12, 64, 65, 128, 4, 4];

class Block extends nn.Module {
  ln1 = new nn.LayerNorm(WIDTH);
  qkv = new nn.Linear(WIDTH, 3 * WIDTH);
  proj = new nn.Linear(WIDTH, WIDTH);
  ln2 = new nn.LayerNorm(WIDTH);
  fc = new nn.Linear(WIDTH, 4 * WIDTH);
  out = new nn.Linear(4 * WIDTH, WIDTH);

  forward(x: Tensor): Tensor {
    const heads = this.qkv.forward(this.ln1.forward(x)).reshape([BATCH, TIME, 3, HEADS, WIDTH / HEADS]);
    const qkv = heads.permute([2, 0, 3, 1, 4]);
    const [q, k, v] = [qkv.select(0), qkv.select(1), qkv.select(2)];
    const y = scaledDotProductAttention(q, k, v, { isCausal: true });
    const seen = x.add(this.proj.forward(y.transpose(1, 2).reshape([BATCH, TIME, WIDTH])));
    return seen.add(this.out.forward(this.fc.forward(this.ln2.forward(seen)).gelu()));
  }
}

class Gpt extends nn.Module {
  wte = new nn.Embedding(VOCABULARY, WIDTH);
  wpe = new nn.Embedding(TIME, WIDTH);
  blocks = Array.from({ length: LAYERS }, () => new Block());
  ln = new nn.LayerNorm(WIDTH);
  head = new nn.Linear(WIDTH, VOCABULARY, { bias: false });

  forward(ids: Tensor): Tensor {
    let x = this.wte.forward(ids).add(this.wpe.weight);
    for (const block of this.blocks) x = block.forward(x);
    return this.head.forward(this.ln.forward(x)).reshape([-1, VOCABULARY]);
  }
}

const gpt: Benchmark = {
  name: "train gpt",
  unit: "ms",
  flops:
    LATER * linearFlops(BATCH * TIME, WIDTH, 12 * LAYERS * WIDTH + VOCABULARY) +
    LATER * LAYERS * 2 * linearFlops(BATCH * TIME, TIME, WIDTH),
  setup() {
    const model = new Gpt();
    const optimizer = new optim.AdamW(model.parameters());
    const [x, target] = [randint(0, VOCABULARY, [BATCH, TIME]), randint(0, VOCABULARY, [BATCH * TIME])];
    return () =>
      tidy(() => {
        optimizer.zeroGrad();
        crossEntropy(model.forward(x), target).backward();
        optimizer.step();
      });
  },
};

export default [mlp, cnn, recurrent("LSTM", 4), recurrent("GRU", 3), xor, gpt] satisfies Benchmark[];

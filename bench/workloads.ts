// The training steps and networks that `npm run bench` times and `npm run bench:peers` compares: models, batches and steps
// as a user writes them, by the package's name. How they are timed and against what is not here.
import {
  bceWithLogits,
  crossEntropy,
  mse,
  nn,
  optim,
  rand,
  randint,
  randn,
  scaledDotProductAttention,
  type Tensor,
  tensor,
  tidy,
} from "sedge";

export interface Workload {
  /** `xor` of `train xor`. */
  readonly name: string;
  /**
   * Of the products and convolutions of a step: forward, weight gradients and input gradients, without the first layer's
   * input gradient, which nobody needs.
   */
  readonly flops: number;
  setup(): Training;
}

/** A model that is trained on one batch again and again: the work of a step does not depend on the values. */
export interface Training {
  readonly model: nn.Module;
  /** What a step reads; `noise` null is drawn anew in each step. */
  readonly batch: Record<string, Tensor | null>;
  /** One step: forward, loss, backward, optimizer; gives the loss before it. */
  step(): number;
}

/** Passes over a layer: forward and weight gradient, and the input gradient of all but the first layer. */
const FIRST = 2;
const LATER = 3;

export const linearFlops = (batch: number, inputs: number, outputs: number): number => 2 * batch * inputs * outputs;
export const convFlops = (batch: number, pixels: number, from: number, to: number, taps: number): number =>
  2 * batch * pixels * from * to * taps;

type Optimizer = { zeroGrad(): void; step(): unknown };

function training(
  model: nn.Module,
  batch: Training["batch"],
  loss: () => Tensor,
  optimizer: Optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 }),
): Training {
  const step = (): number =>
    tidy(() => {
      optimizer.zeroGrad();
      const value = tidy(loss); // only what backward needs outlives the forward
      value.backward();
      optimizer.step();
      return value.item();
    });
  return { model, batch, step };
}

function classifier(model: nn.Layer, x: Tensor): Training {
  const target = randint(0, 10, [x.shape[0]!]);
  return training(model, { x, target }, () => crossEntropy(model.forward(x), target));
}

/** 784-128-10. */
export const mlpModel = (): nn.Sequential =>
  new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));

const mlp: Workload = {
  name: "mlp",
  flops: FIRST * linearFlops(64, 784, 128) + LATER * linearFlops(64, 128, 10),
  setup: () => classifier(mlpModel(), randn([64, 784])),
};

/** Two 5x5 convolutions, each with a pool, and a linear layer. */
export const cnnModel = (): nn.Sequential =>
  new nn.Sequential(
    new nn.Conv2d(1, 8, 5, { padding: 2 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(8, 16, 5, { padding: 2 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(784, 10),
  );

const cnn: Workload = {
  name: "cnn",
  flops:
    FIRST * convFlops(32, 28 * 28, 1, 8, 5 * 5) +
    LATER * convFlops(32, 14 * 14, 8, 16, 5 * 5) +
    LATER * linearFlops(32, 784, 10),
  setup: () => classifier(cnnModel(), randn([32, 1, 28, 28])),
};

/** 28 steps of a row each through 64 units, the last step's output through a linear layer. */
const recurrent = (kind: "LSTM" | "GRU", gates: number): Workload => ({
  name: kind.toLowerCase(),
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
    return classifier(new Rows(), randn([32, 28, 28]));
  },
});

/** Next to no arithmetic: what the facade costs. */
const xor: Workload = {
  name: "xor",
  flops: FIRST * linearFlops(4, 2, 16) + LATER * linearFlops(4, 16, 1),
  setup() {
    const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 1));
    const x = tensor([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    const target = tensor([[0], [1], [1], [0]]);
    return training(model, { x, target }, () => mse(model.forward(x), target));
  },
};

/** The GPT's sizes: of the batch, of its text, of the vocabulary, and of the model. */
const [BATCH, TIME, VOCABULARY, WIDTH, HEADS, LAYERS] = [12, 64, 65, 128, 4, 4];

class Block extends nn.Module {
  ln1 = new nn.LayerNorm(WIDTH);
  qkv = new nn.Linear(WIDTH, 3 * WIDTH);
  proj = new nn.Linear(WIDTH, WIDTH);
  ln2 = new nn.LayerNorm(WIDTH);
  fc = new nn.Linear(WIDTH, 4 * WIDTH);
  out = new nn.Linear(4 * WIDTH, WIDTH);

  forward(x: Tensor): Tensor {
    return tidy(() => {
      const heads = this.qkv.forward(this.ln1.forward(x)).reshape([BATCH, TIME, 3, HEADS, WIDTH / HEADS]);
      const qkv = heads.permute([2, 0, 3, 1, 4]);
      const [q, k, v] = [qkv.select(0), qkv.select(1), qkv.select(2)];
      const y = scaledDotProductAttention(q, k, v, { isCausal: true });
      const seen = x.add(this.proj.forward(y.transpose(1, 2).reshape([BATCH, TIME, WIDTH])));
      return seen.add(this.out.forward(this.fc.forward(this.ln2.forward(seen)).gelu()));
    });
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

const gpt: Workload = {
  name: "gpt",
  flops:
    LATER * linearFlops(BATCH * TIME, WIDTH, 12 * LAYERS * WIDTH + VOCABULARY) +
    LATER * LAYERS * 2 * linearFlops(BATCH * TIME, TIME, WIDTH),
  setup() {
    const model = new Gpt();
    const [x, target] = [randint(0, VOCABULARY, [BATCH, TIME]), randint(0, VOCABULARY, [BATCH * TIME])];
    const optimizer = new optim.AdamW(model.parameters());
    return training(model, { x, target }, () => crossEntropy(model.forward(x), target), optimizer);
  },
};

/** The images of a batch, the width of the hidden layers, the axes of the latent space. */
const [IMAGES, HIDDEN, LATENT] = [128, 400, 20];

/** As PyTorch's example has it. */
class Vae extends nn.Module {
  fc1 = new nn.Linear(784, HIDDEN);
  fc21 = new nn.Linear(HIDDEN, LATENT);
  fc22 = new nn.Linear(HIDDEN, LATENT);
  fc3 = new nn.Linear(LATENT, HIDDEN);
  fc4 = new nn.Linear(HIDDEN, 784);

  forward(x: Tensor, noise: Tensor): { logits: Tensor; mean: Tensor; logVariance: Tensor } {
    const hidden = this.fc1.forward(x).relu();
    const [mean, logVariance] = [this.fc21.forward(hidden), this.fc22.forward(hidden)];
    const z = mean.add(noise.mul(logVariance.mul(0.5).exp()));
    return { logits: this.fc4.forward(this.fc3.forward(z).relu()), mean, logVariance };
  }
}

const vae: Workload = {
  name: "vae",
  flops:
    FIRST * linearFlops(IMAGES, 784, HIDDEN) +
    LATER * linearFlops(IMAGES, HIDDEN, 2 * LATENT) +
    LATER * linearFlops(IMAGES, LATENT, HIDDEN) +
    LATER * linearFlops(IMAGES, HIDDEN, 784),
  setup() {
    const model = new Vae();
    const x = rand([IMAGES, 784]);
    const batch: { x: Tensor; noise: Tensor | null } = { x, noise: null };
    return training(model, batch, () => {
      const { logits, mean, logVariance } = model.forward(x, batch.noise ?? randn([IMAGES, LATENT]));
      const divergence = logVariance.add(1).sub(mean.square()).sub(logVariance.exp()).sum().mul(-0.5);
      return bceWithLogits(logits, x, { reduction: "sum" }).add(divergence);
    });
  },
};

export const workloads: readonly Workload[] = [mlp, xor, cnn, recurrent("LSTM", 4), recurrent("GRU", 3), gpt, vae];

// Rows of the reference vectors for recurrent layers and their cells, and the training of a model with one.
import { backward, crossEntropy, nn, optim, Tensor, tensor } from "../../../src/index.ts";
import { type Adapter, lookUp, type Row } from "../calls.ts";

/** A layer or cell of the case's class, with the stored parameters: the very leaves, so that gradients reach them. */
function built({ kase, fn, x, options }: Parameters<Adapter>[0]): nn.Module {
  const { inputSize, hiddenSize, ...rest } = options;
  const layer: unknown = Reflect.construct(fn, [inputSize, hiddenSize, rest]);
  if (!(layer instanceof nn.Module)) throw new TypeError(`${kase.op}: expected a module`);
  const names = Object.keys(layer.stateDict());
  if (names.sort().join() !== [...(kase.params ?? [])].sort().join()) throw new Error(`${kase.op}: has ${names}`);
  for (const name of names) Reflect.set(layer, name, x[name]);
  return layer;
}

/** The results as a list: those of PyTorch, without what the case does not ask for. */
function flat(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (Array.isArray(value)) return value.flatMap(flat);
  throw new TypeError(`expected tensors, got ${typeof value}`);
}

const run: Adapter = (call) => {
  const layer = built(call);
  const [x, ...states] = call.inputs;
  const state = states.length === 2 ? states : states[0];
  const forward = layer.call as (...inputs: unknown[]) => unknown;
  const results = flat(forward.call(layer, ...(state === undefined ? [x] : [x, state])));
  return results.slice(0, call.kase.outputs?.length);
};

/** Embedding, LSTM, Linear; loss over all positions; gradients clipped to a norm. */
const charRNN: Adapter = ({ kase, library, x }) => {
  const sizesOf = (name: string): number[] => [...(x[name]?.shape ?? [])];
  const [vocabulary = 0, width = 0] = sizesOf("emb.weight");
  const [, hidden = 0] = sizesOf("rnn.weight_hh_l0");
  class CharRNN extends nn.Module {
    emb = new nn.Embedding(vocabulary, width);
    rnn = new nn.LSTM(width, hidden, { batchFirst: true });
    head = new nn.Linear(hidden, sizesOf("head.weight")[0] ?? 0);
    forward(ids: Tensor): Tensor {
      const [y] = this.rnn.call(this.emb.call(ids));
      return this.head.call(y);
    }
  }
  const model = new CharRNN();
  model.loadStateDict(Object.fromEntries((kase.params ?? []).map((key) => [key, x[key]!])));
  const lr = Number(/\blr=([\d.e-]+)/.exec(String(kase.kwargs.optimizer))?.[1]);
  const optimizer = new optim.Adam(model.parameters(), { lr });
  const losses: number[] = [];
  for (let step = 0; step < Number(kase.kwargs.steps); step++) {
    optimizer.zeroGrad();
    const logits = model.call(x.x!);
    const loss = crossEntropy(logits.reshape([-1, logits.shape[2]!]), x.y!.flatten());
    losses.push(loss.item());
    backward(loss);
    clip(model.parameters(), Number(kase.kwargs.clip_grad_norm), lookUp(library, "optim.clipGradNorm"));
    optimizer.step();
  }
  const final = Object.entries(model.stateDict()).map(([name, p]) => [`final.${name}`, p]);
  return { losses: tensor(losses), ...Object.fromEntries(final) };
};

/** By the library's function where there is one. */
function clip(parameters: Tensor[], maxNorm: number, own: unknown): void {
  if (typeof own === "function") {
    own(parameters, maxNorm);
    return;
  }
  const squares = parameters.map((p) => p.grad!.square().sum().item());
  const norm = Math.sqrt(squares.reduce((a, b) => a + b));
  for (const p of parameters) p.grad!.assign(p.grad!.mul(Math.min(1, maxNorm / (norm + 1e-6))));
}

const row = (name: string): Row => ({ names: [`nn.${name}`], call: run });

export const rows: Record<string, Row> = {
  rnn: row("RNN"),
  lstm: row("LSTM"),
  gru: row("GRU"),
  rnn_cell: row("RNNCell"),
  lstm_cell: row("LSTMCell"),
  gru_cell: row("GRUCell"),
  charrnn: { names: ["nn.LSTM"], call: charRNN },
};

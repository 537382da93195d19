// Rows of the reference vectors for recurrent layers and their cells, and the training of a model with one.
import { crossEntropy, nn, Tensor } from "../../../src/index.ts";
import type { Adapter, Row } from "../calls.ts";
import { train } from "../train.ts";

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
const charRNN: Adapter = (call) => {
  const { x } = call;
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
  return train(call, model, () => {
    const logits = model.call(x.x!);
    return crossEntropy(logits.reshape([-1, logits.shape[2]!]), x.y!.flatten());
  });
};

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

// Recurrent networks in plain float64, a sequence at a time: what the tests of the fast ones compare with.

export type Matrix = number[][];
export type Kind = "tanh" | "relu" | "lstm" | "gru";

/** Of a layer in one direction: input, hidden state, biases, projection, as PyTorch orders them. */
export interface Weights {
  readonly ih: Matrix;
  readonly hh: Matrix;
  readonly biasIh?: number[] | undefined;
  readonly biasHh?: number[] | undefined;
  readonly hr?: Matrix | undefined;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const apply = (w: Matrix, x: number[], bias?: number[]): number[] =>
  w.map((row, i) => row.reduce((sum, v, j) => sum + v * x[j]!, bias?.[i] ?? 0));

/** One step: the states after it. */
export function naiveStep(kind: Kind, x: number[], h: number[], c: number[], w: Weights): [h: number[], c: number[]] {
  const a = apply(w.ih, x, w.biasIh);
  const b = apply(w.hh, h, w.biasHh);
  if (kind === "tanh" || kind === "relu") {
    return [a.map((v, i) => (kind === "tanh" ? Math.tanh(v + b[i]!) : Math.max(0, v + b[i]!))), c];
  }
  const width = a.length / (kind === "lstm" ? 4 : 3);
  const sum = (gate: number, i: number): number => a[gate * width + i]! + b[gate * width + i]!;
  const all = Array.from({ length: width }, (_, i) => i);
  if (kind === "gru") {
    const next = all.map((i) => {
      const n = Math.tanh(a[2 * width + i]! + sigmoid(sum(0, i)) * b[2 * width + i]!);
      const z = sigmoid(sum(1, i));
      return (1 - z) * n + z * h[i]!;
    });
    return [next, c];
  }
  const cell = all.map((i) => sigmoid(sum(1, i)) * c[i]! + sigmoid(sum(0, i)) * Math.tanh(sum(2, i)));
  const out = all.map((i) => sigmoid(sum(3, i)) * Math.tanh(cell[i]!));
  return [w.hr ? apply(w.hr, out) : out, cell];
}

/** A sequence through layers and directions: its outputs, and the final states of each. */
export function naiveSequence(
  kind: Kind,
  sequence: Matrix,
  h0: Matrix,
  c0: Matrix,
  weights: readonly Weights[],
  directions: number,
): { y: Matrix; h: Matrix; c: Matrix } {
  const [h, c]: [Matrix, Matrix] = [[], []];
  let inputs = sequence;
  for (let layer = 0; layer < weights.length / directions; layer++) {
    const outputs: Matrix = inputs.map(() => []);
    for (let d = 0; d < directions; d++) {
      const i = layer * directions + d;
      let state: [number[], number[]] = [h0[i]!, c0[i]!];
      const order = inputs.map((_, t) => (d === 0 ? t : inputs.length - 1 - t));
      for (const t of order) {
        state = naiveStep(kind, inputs[t]!, ...state, weights[i]!);
        outputs[t] = [...outputs[t]!, ...state[0]];
      }
      h.push(state[0]);
      c.push(state[1]);
    }
    inputs = outputs;
  }
  return { y: inputs, h, c };
}

// Recurrent layers against a reference in plain float64; gradients, options, packed sequences. Bad input is refused in
// refusals/rnn.ts; packing itself is packed.test.ts.
import { describe, expect, it } from "vitest";
import {
  cat,
  flatten,
  grad,
  gru,
  lstm,
  memory,
  nn,
  noGrad,
  ones,
  optim,
  PackedSequence,
  packPaddedSequence,
  padPackedSequence,
  relu,
  rnn,
  type Sequences,
  seed,
  select,
  slice,
  stack,
  type Tensor,
  tidy,
  zeros,
} from "../src/entry.ts";
import { checkOp, random } from "./check-op.ts";
import { type Kind, type Matrix, naiveSequence, type Weights } from "./naive-rnn.ts";

const GATES = { tanh: 1, relu: 1, lstm: 4, gru: 3 } as const;
const KINDS = Object.keys(GATES) as Kind[];

interface Sizes {
  inputs: number;
  width: number;
  layers: number;
  directions: number;
  biased: boolean;
  /** Size of the projection; 0 for none. */
  projection: number;
}

function weightsOf(kind: Kind, { inputs, width, layers, directions, biased, projection }: Sizes): Tensor[] {
  const outputs = projection || width;
  const rows = GATES[kind] * width;
  return Array.from({ length: layers * directions }, (_, i) => {
    const own = i < directions ? inputs : outputs * directions;
    const shapes = [[rows, own], [rows, outputs], ...(biased ? [[rows], [rows]] : [])];
    if (projection > 0) shapes.push([projection, width]);
    return shapes.map((shape, j) => random(shape, 10 * i + j + 1, 0.6));
  }).flat();
}

/** Calls the function of a kind; without a cell state the list of states is one shorter. */
function run(
  kind: Kind,
  x: Sequences,
  states: readonly Tensor[],
  weights: readonly Tensor[],
  options: object,
): [y: Sequences, ...states: Tensor[]] {
  if (kind === "lstm") {
    const [y, [h, c]] = lstm(x, [states[0]!, states[1]!], weights, options);
    return [y, h, c];
  }
  const [y, h] =
    kind === "gru"
      ? gru(x, states[0]!, weights, options)
      : rnn(x, states[0]!, weights, { ...options, nonlinearity: kind });
  return [y, h];
}

const asMatrix = (t: Tensor): Matrix => t.toArray() as Matrix;

/** Weights of one layer and direction, as plain numbers. */
function plain(weights: readonly Tensor[], group: number): Weights[] {
  return Array.from({ length: weights.length / group }, (_, i) => {
    const [ih, hh, ...rest] = weights.slice(i * group, (i + 1) * group);
    const hr = group % 2 === 1 ? asMatrix(rest.at(-1)!) : undefined;
    const [biasIh, biasHh] = group > 3 ? rest.map((b) => b.toArray() as number[]) : [];
    return { ih: asMatrix(ih!), hh: asMatrix(hh!), biasIh, biasHh, hr };
  });
}

function expectClose(got: Tensor, want: readonly number[]): void {
  expect(got.size).toBe(want.length);
  got.data.forEach((v, i) => {
    expect(Math.abs(v - want[i]!), `element ${i}: ${v}, expected ${want[i]}`).toBeLessThan(3e-6);
  });
}

const BASE: Sizes = { inputs: 3, width: 5, layers: 1, directions: 1, biased: true, projection: 0 };
const CASES: [string, Partial<Sizes> & { steps?: number; batch?: number; lengths?: number[] }][] = [
  ["of odd sizes", {}],
  ["of one unit", { inputs: 1, width: 1, steps: 1, batch: 1 }],
  ["wider than a panel of the product", { width: 37, inputs: 20, batch: 3 }],
  ["with states of 16, a whole number of vectors", { width: 16 }],
  ["in two layers without biases", { layers: 2, biased: false }],
  ["in both directions", { directions: 2 }],
  ["in two layers and both directions, of different lengths", { layers: 2, directions: 2, lengths: [1, 4, 2, 4, 3] }],
  ["of different lengths, longest first", { lengths: [4, 3, 3, 1] }],
];

describe.each(KINDS)("%s", (kind) => {
  const cases =
    kind === "lstm" ? [...CASES, ["projected", { layers: 2, directions: 2, projection: 3, lengths: [2, 4] }]] : CASES;
  it.each(cases as typeof CASES)("%s", (_, { steps = 4, batch = 2, lengths, ...rest }) => {
    const sizes = { ...BASE, ...rest };
    const count = sizes.layers * sizes.directions;
    const outputs = sizes.projection || sizes.width;
    const sequences = lengths?.length ?? batch;
    const weights = weightsOf(kind, sizes);
    const x = random([steps, sequences, sizes.inputs], 7);
    const [h0, c0] = [random([count, sequences, outputs], 8), random([count, sequences, sizes.width], 9)];
    const options = { numLayers: sizes.layers, bidirectional: sizes.directions === 2 };
    const given = lengths ? packPaddedSequence(x, lengths, { enforceSorted: false }) : x;
    const [packed, ...states] = run(kind, given, [h0, c0], weights, options);
    const y = packed instanceof PackedSequence ? padPackedSequence(packed)[0] : packed;
    expect(y.shape).toEqual([steps, sequences, outputs * sizes.directions]);
    for (let b = 0; b < sequences; b++) {
      const of = (t: Tensor, length?: number): Matrix => asMatrix(select(t, b, { axis: 1 })).slice(0, length);
      const length = lengths?.[b] ?? steps;
      const want = naiveSequence(
        kind,
        of(x, length),
        of(h0),
        of(c0),
        plain(weights, weights.length / count),
        sizes.directions,
      );
      const [own, rest] = [slice(y, { stop: length }), slice(y, { start: length })];
      expectClose(select(own, b, { axis: 1 }), want.y.flat());
      expect(select(rest, b, { axis: 1 }).data.every((v) => v === 0)).toBe(true);
      states.forEach((s, i) => {
        expectClose(select(s, b, { axis: 1 }), (i === 0 ? want.h : want.c).flat());
      });
    }
  });

  it.each([
    ["gradients of everything, through outputs and final states", { layers: 2, directions: 2 }, false],
    ["gradients without biases, of different lengths", { directions: 2, biased: false }, true],
    ["gradients of a projection, or of another width", { projection: kind === "lstm" ? 2 : 0, width: 4 }, true],
  ] as [string, Partial<Sizes>, boolean][])("%s", (name, rest, isPacked) => {
    const sizes = { ...BASE, inputs: 2, width: 3, ...rest };
    const count = sizes.layers * sizes.directions;
    const shapes = [
      [count, 3, sizes.projection || sizes.width],
      [count, 3, sizes.width],
    ].slice(0, kind === "lstm" ? 2 : 1);
    const states = shapes.map((shape, i) => random(shape, 20 + i));
    const options = { numLayers: sizes.layers, bidirectional: sizes.directions === 2 };
    const fn = (x: Tensor, ...operands: Tensor[]): Tensor => {
      const given = isPacked ? packPaddedSequence(x, [2, 3, 1], { enforceSorted: false }) : x;
      const [y, ...last] = run(kind, given, operands.slice(0, states.length), operands.slice(states.length), options);
      return cat([y instanceof PackedSequence ? y.data : y, ...last].map((t) => flatten(t)));
    };
    // a kink of relu may lie between differences of a larger step
    checkOp(
      name,
      fn,
      [random([3, 3, 2], 5), ...states, ...weightsOf(kind, sizes)],
      kind === "relu" ? { step: 1e-3 } : {},
    );
  });
});

describe("layers", () => {
  it("have PyTorch's names for their weights, in its order", () => {
    const layer = new nn.LSTM(3, 4, { numLayers: 2, bidirectional: true, projSize: 2 });
    const shapes = Object.entries(layer.stateDict()).map(([name, t]) => `${name} ${t.shape.join("x")}`);
    const group = (suffix: string, inputs: number): string[] => [
      `weight_ih_${suffix} 16x${inputs}`,
      `weight_hh_${suffix} 16x2`,
      `bias_ih_${suffix} 16`,
      `bias_hh_${suffix} 16`,
      `weight_hr_${suffix} 2x4`,
    ];
    expect(shapes).toEqual([
      ...group("l0", 3),
      ...group("l0_reverse", 3),
      ...group("l1", 4),
      ...group("l1_reverse", 4),
    ]);
    expect(Object.keys(new nn.GRU(3, 4, { bias: false }).stateDict())).toEqual(["weight_ih_l0", "weight_hh_l0"]);
    const names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
    expect(Object.keys(new nn.LSTMCell(3, 4).stateDict())).toEqual(names);
    expect(Object.keys(new nn.RNNCell(3, 4, { bias: false }).stateDict())).toEqual(names.slice(0, 2));
  });

  it("start within ± 1 / sqrt(hiddenSize)", () => {
    for (const w of new nn.GRU(7, 16).parameters()) {
      const most = Math.max(...w.data.map(Math.abs));
      expect(most).toBeLessThanOrEqual(0.25);
      expect(most).toBeGreaterThan(0.2);
    }
  });

  it("show the options that are not the usual ones", () => {
    const options = { numLayers: 2, bias: false, batchFirst: true, dropout: 0.1, bidirectional: true };
    expect(String(new nn.LSTM(3, 4, { ...options, projSize: 2 }))).toBe(
      "LSTM(3, 4, numLayers=2, bias=false, batchFirst=true, dropout=0.1, bidirectional=true, projSize=2)",
    );
    expect(String(new nn.RNN(3, 4, { nonlinearity: relu }))).toBe("RNN(3, 4, nonlinearity=relu)");
    expect(String(new nn.GRU(3, 4))).toBe("GRU(3, 4)");
    expect(String(new nn.GRUCell(3, 4, { bias: false }))).toBe("GRUCell(3, 4, bias=false)");
  });

  it("use the weights that their fields hold now", () => {
    const layer = new nn.RNN(1, 1, { bias: false, nonlinearity: "relu" });
    layer.loadStateDict({ weight_ih_l0: ones([1, 1]), weight_hh_l0: ones([1, 1]) });
    expect(layer.call(ones([4, 1]))[0].toArray()).toEqual([[1], [2], [3], [4]]);
    layer.weight_ih_l0 = ones([1, 1]).mul(2);
    expect(layer.call(ones([4, 1]))[0].toArray()).toEqual([[2], [4], [6], [8]]);
  });

  it("take a batch first, and one sequence without a batch", () => {
    const layer = new nn.LSTM(3, 4, { batchFirst: true, numLayers: 2 });
    const x = random([2, 5, 3]);
    const [y, [h, c]] = layer.call(x);
    expect([y.shape, h.shape, c.shape]).toEqual([
      [2, 5, 4],
      [2, 2, 4],
      [2, 2, 4],
    ]);
    const [alone, [ownH]] = layer.call(select(x, 1), [zeros([2, 4]), zeros([2, 4])]);
    expect([alone.shape, ownH.shape]).toEqual([
      [5, 4],
      [2, 4],
    ]);
    expect(alone.toArray()).toEqual(select(y, 1).toArray());
    expect(ownH.toArray()).toEqual(select(h, 1, { axis: 1 }).toArray());
  });

  it("give the bits of a sequence alone, whatever it is packed with", () => {
    const layer = new nn.GRU(3, 6, { bidirectional: true });
    const x = random([5, 4, 3]);
    const lengths = [3, 5, 1, 4];
    const [y, h] = layer.call(packPaddedSequence(x, lengths, { enforceSorted: false }));
    const [padded] = padPackedSequence(y, { batchFirst: true });
    lengths.forEach((length, b) => {
      const [alone, state] = layer.call(slice(select(x, b, { axis: 1 }), { stop: length }));
      expect(slice(select(padded, b), { stop: length }).toArray()).toEqual(alone.toArray());
      expect(select(h, b, { axis: 1 }).toArray()).toEqual(state.toArray());
    });
  });

  it("go on from their final states", () => {
    const layer = new nn.LSTM(3, 4);
    const x = random([6, 2, 3]);
    const [whole, [h, c]] = layer.call(x);
    const [, half] = layer.call(slice(x, { stop: 2 }));
    const [rest, last] = layer.call(slice(x, { start: 2 }), half);
    expect(rest.toArray()).toEqual(slice(whole, { start: 2 }).toArray());
    expect(last.map((t) => t.toArray())).toEqual([h.toArray(), c.toArray()]);
  });

  it("take a batch of no sequences", () => {
    const [y, [h]] = new nn.LSTM(3, 4, { bidirectional: true }).call(zeros([5, 0, 3]));
    expect([y.shape, h.shape]).toEqual([
      [5, 0, 8],
      [2, 0, 4],
    ]);
  });

  it("pass a NaN on to its sequence only", () => {
    const x = random([3, 2, 2]);
    x.data[0] = Number.NaN;
    for (const layer of [
      new nn.RNN(2, 5),
      new nn.RNN(2, 5, { nonlinearity: "relu" }),
      new nn.LSTM(2, 5),
      new nn.GRU(2, 5),
    ]) {
      const y = layer.call(x)[0] as Tensor;
      expect(select(y, 0, { axis: 1 }).data.every(Number.isNaN)).toBe(true);
      expect(select(y, 1, { axis: 1 }).data.some(Number.isNaN)).toBe(false);
    }
  });

  it("leave nothing behind where nothing is recorded", () => {
    const layer = new nn.LSTM(3, 4, { numLayers: 2 });
    const x = random([5, 2, 3]);
    const before = memory().tensors;
    tidy(() => {
      noGrad(() => layer.call(x));
    });
    expect(memory().tensors).toBe(before);
  });
});

describe("last states", () => {
  const layer = new nn.LSTM(3, 4, { batchFirst: true });
  const x = random([2, 5, 3]);

  it("have gradients without the outputs, as many walks as there are, and leave nothing behind", () => {
    const [w] = layer.parameters() as [Tensor];
    const before = memory().bytes;
    tidy(() => {
      const [y, [h, c]] = layer.call(x);
      const loss = h.sum().add(c.sum());
      const once = grad(loss, w, { retainGraph: true });
      const twice = grad(loss, w, { retainGraph: true });
      expect(twice.toArray()).toEqual(once.toArray());
      // the last output is the last hidden state: the walk of the one has nothing of the other's
      const all = grad(select(y, -1, { axis: 1 }).sum().add(c.sum()), w, { retainGraph: true });
      expect(all.toArray()).toEqual(once.toArray());
      expect(grad(y.sum(), w).toArray()).not.toEqual(once.toArray());
    });
    expect(memory().bytes).toBe(before);
  });

  it("are not computed from the outputs, and have no second order", () => {
    tidy(() => {
      const [y, [h]] = layer.call(x);
      expect(() => grad(h.sum(), y, { retainGraph: true })).toThrow("to have a part in the outputs");
      expect(grad(h.sum(), y, { allowUnused: true, retainGraph: true })).toBe(null);
      const [w] = layer.parameters() as [Tensor];
      expect(() => grad(h.sum(), w, { createGraph: true })).toThrow("got lstm, which has none");
    });
  });

  it("stay as they are when the outputs are overwritten", () => {
    tidy(() => {
      const [y, [h]] = noGrad(() => new nn.LSTM(3, 4).call(x));
      const kept = h.toArray();
      y.data.fill(0);
      expect(h.toArray()).toEqual(kept);
    });
  });
});

describe("dropout between layers", () => {
  const layer = new nn.GRU(3, 8, { numLayers: 2, dropout: 0.5 });
  const x = random([4, 2, 3]);
  const outputs = (start: number): number[] => {
    seed(start);
    return Array.from(layer.call(x)[0].data);
  };

  it("draws from the seed's stream, in training only", () => {
    expect(outputs(1)).toEqual(outputs(1));
    expect(outputs(1)).not.toEqual(outputs(2));
    layer.eval();
    expect(outputs(1)).toEqual(outputs(2));
    layer.train();
  });

  it("leaves the first layer and the last outputs alone", () => {
    seed(3);
    const [y, h] = layer.call(x);
    expect(y.data.every((v) => v !== 0)).toBe(true);
    layer.eval();
    expect(select(layer.call(x)[1], 0).toArray()).toEqual(select(h, 0).toArray());
    layer.train();
  });

  it("of everything leaves the second layer its biases", () => {
    const all = new nn.RNN(3, 4, { numLayers: 2, dropout: 1, bias: false });
    expect(all.call(x)[0].data.every((v) => v === 0)).toBe(true);
  });
});

describe("cells", () => {
  const x = random([3, 2, 3]);
  const steps = [0, 1, 2].map((t) => select(x, t));
  const names = { weight_ih_l0: "weight_ih", weight_hh_l0: "weight_hh", bias_ih_l0: "bias_ih", bias_hh_l0: "bias_hh" };
  /** The cell gets the layer's weights. */
  const tie = (cell: nn.Module, layer: nn.Module): void => {
    const dict = layer.stateDict();
    cell.loadStateDict(Object.fromEntries(Object.entries(names).map(([from, to]) => [to, dict[from]!])));
  };

  it("are single steps of the layers", () => {
    for (const [layer, cell] of [
      [new nn.RNN(3, 5), new nn.RNNCell(3, 5)],
      [new nn.RNN(3, 5, { nonlinearity: relu }), new nn.RNNCell(3, 5, { nonlinearity: relu })],
      [new nn.GRU(3, 5), new nn.GRUCell(3, 5)],
    ] as const) {
      tie(cell, layer);
      let h: Tensor | null = null;
      const list = steps.map((step) => {
        h = cell.call(step, h);
        return h;
      });
      expect(stack(list).toArray()).toEqual((layer.call(x)[0] as Tensor).toArray());
    }
    const [layer, cell] = [new nn.LSTM(3, 5), new nn.LSTMCell(3, 5)];
    tie(cell, layer);
    let state: [Tensor, Tensor] | null = null;
    for (const step of steps) state = cell.call(step, state);
    expect(state!.map((t) => t.toArray())).toEqual(layer.call(x)[1].map((t) => select(t, 0).toArray()));
  });

  it("take a vector in place of a batch", () => {
    const cell = new nn.LSTMCell(3, 5);
    const [h, c] = cell.call(select(steps[0]!, 1));
    expect(h.shape).toEqual([5]);
    expect(c.toArray()).toEqual(select(cell.call(steps[0]!)[1], 1).toArray());
  });
});

describe("a model with an LSTM", () => {
  it("learns to remember its first input", () => {
    seed(5);
    class First extends nn.Module {
      rnn = new nn.LSTM(2, 12, { batchFirst: true });
      output = new nn.Linear(12, 1);
      forward(x: Tensor): Tensor {
        const [, [h]] = this.rnn.call(x);
        return this.output.call(select(h, 0));
      }
    }
    const model = new First();
    const x = random([16, 8, 2], 3);
    const target = slice(select(x, 0, { axis: 1 }), { axis: 1, stop: 1 });
    const loss = (): Tensor => model.call(x).sub(target).square().mean();
    const before = loss().item();
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
    for (let step = 0; step < 150; step++) {
      tidy(() => {
        optimizer.zeroGrad();
        loss().backward();
        optimizer.step();
      });
    }
    expect(loss().item()).toBeLessThan(before / 4);
  });
});

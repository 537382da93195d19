// Bad input to recurrent layers, their cells, and packing.
import * as sedge from "../../src/entry.ts";

const { nn, ones, tensor } = sedge;

type Row = [call: () => unknown, message: string];
type Loose = (...args: unknown[]) => unknown;

const op = (name: string): Loose => Reflect.get(sedge, name) as Loose;
const layer =
  (name: string): Loose =>
  (...args) =>
    Reflect.construct(Reflect.get(nn, name) as object as new () => unknown, args);

const x = ones([5, 2, 3]);
const int32 = ones([5, 2, 3], { dtype: "int32" });
const packed = sedge.packSequence([ones([4, 3]), ones([2, 3])]);

/** Rows that the layers have in common; weights of inputs of 3 and a state of 4. */
const layers = (name: string, gates: number): Row[] => {
  const fn = op(name);
  const w = [ones([gates * 4, 3]), ones([gates * 4, 4])];
  const lstm = name === "lstm";
  const states = (h: unknown) => (lstm ? [h, ones([1, 2, 4])] : h);
  return [
    [() => fn([1], null, w), `${name}: expected x to be a tensor, got [1]`],
    [() => fn(int32, null, w), `${name}: expected x to be float32, got int32`],
    [() => fn(ones([3]), null, w), `${name}: expected x of 2 or 3 axes, the last of size 3, got [3]`],
    [() => fn(ones([5, 2, 4]), null, w), `${name}: expected x of 2 or 3 axes, the last of size 3, got [5, 2, 4]`],
    [() => fn(ones([0, 2, 3]), null, w), `${name}: expected x of at least one step, got [0, 2, 3]`],
    [() => fn(new sedge.PackedSequence(ones([2]), [2]), null, w), `${name}: expected x of 2 axes, the last of size 3`],
    [() => fn(x, states(ones([1, 3, 4])), w), `${name}: expected h0 of shape [1, 2, 4], got [1, 3, 4]`],
    [() => fn(packed, states(ones([1, 2, 5])), w), `${name}: expected h0 of shape [1, 2, 4], got [1, 2, 5]`],
    [() => fn(ones([5, 3]), states(ones([1, 1, 4])), w), `${name}: expected h0 of shape [1, 4], got [1, 1, 4]`],
    [() => fn(x, states("zeros"), w), `${name}: expected h0 to be a tensor, got "zeros"`],
    [() => fn(x, null, w[0]), `${name}: expected weights to be a list of 1 times`],
    [() => fn(x, null, w, { numLayers: 2 }), `${name}: expected weights to be a list of 2 times`],
    [() => fn(x, null, [w[0], 1]), `${name}: expected weights[0] of shape [0, 3], got [${gates * 4}, 3]`],
    [() => fn(x, null, [w[0], ones([gates * 4, 5])]), `${name}: expected weights[0] of shape [${gates * 5}, 3]`],
    [
      () => fn(x, null, [...w, ones([gates * 4]), ones([4, 4])]),
      `${name}: expected weights[3] of shape [${gates * 4}]`,
    ],
    [() => fn(x, null, w, { numLayers: 0 }), `${name}: expected numLayers at least 1, got 0`],
    [() => fn(x, null, w, { dropout: 1.5 }), `${name}: expected dropout from 0 to 1, got 1.5`],
    [() => fn(x, null, w, { bidirectional: 1 }), `${name}: expected bidirectional to be a boolean, got 1`],
    [() => fn(x, null, w, { layers: 2 }), `${name}: unknown option "layers"`],
  ];
};

const cells = (name: string, gates: number): Row[] => {
  const fn = op(name);
  const w = [ones([gates * 4, 3]), ones([gates * 4, 4])];
  const states = (h: unknown) => (name === "lstmCell" ? [h, ones([2, 4])] : h);
  return [
    [() => fn(x, null, w), `${name}: expected x of 1 or 2 axes, the last of size 3, got [5, 2, 3]`],
    [() => fn(packed, null, w), `${name}: expected x to be a tensor, got a PackedSequence`],
    [() => fn(ones([2, 3]), states(ones([1, 4])), w), `${name}: expected h0 of shape [2, 4], got [1, 4]`],
    [() => fn(ones([2, 3]), null, [...w, ...w, ...w]), `${name}: expected weights to be a list of 1 times`],
  ];
};

const recurrent = (name: string): Row[] => {
  const make = layer(name);
  return [
    [() => make(0, 4), `${name}: expected inputSize at least 1, got 0`],
    [() => make(3, 1.5), `${name}: expected hiddenSize to be an integer, got 1.5`],
    [() => make(3, 4, { bias: 1 }), `${name}: expected bias to be a boolean, got 1`],
    [() => make(3, 4, { biased: true }), `${name}: unknown option "biased"`],
  ];
};
const stacked = (name: string): Row[] => [
  ...recurrent(name),
  [() => layer(name)(3, 4, { numLayers: 0 }), `${name}: expected numLayers at least 1, got 0`],
  [() => layer(name)(3, 4, { dropout: -0.1 }), `${name}: expected dropout from 0 to 1, got -0.1`],
  [() => layer(name)(3, 4, { batchFirst: 1 }), `${name}: expected batchFirst to be a boolean, got 1`],
];

const sequences = (name: string): Row[] => [
  [() => op(name)(x), `${name}: expected sequences to be an array, got a Tensor`],
  [() => op(name)([]), `${name}: expected sequences of at least one, got none`],
  [() => op(name)([1]), `${name}: expected sequences[0] to be a tensor, got 1`],
  [() => op(name)([tensor(1)]), `${name}: expected sequences that differ in length only`],
  [() => op(name)([x, ones([5, 2, 4])]), `${name}: expected sequences that differ in length only, got [5, 2, 3]`],
  [() => op(name)([x], { batchfirst: true }), `${name}: unknown option "batchfirst"`],
];

export const refusals: Record<string, Row[]> = {
  rnn: [
    ...layers("rnn", 1),
    [() => op("rnn")(x, null, [], { nonlinearity: "sin" }), 'rnn: expected nonlinearity to be tanh or relu, got "sin"'],
    [() => op("rnn")(x, null, [ones([4, 3]), ones([4, 4]), ones([4, 4])]), "rnn: expected weights to be a list"],
  ],
  lstm: [
    ...layers("lstm", 4),
    [() => op("lstm")(x, x, []), "lstm: expected state to be [h0, c0] or null, got a Tensor"],
    [() => op("lstm")(x, [x], []), "lstm: expected state to be [h0, c0] or null, got"],
    [
      () => op("lstm")(x, [ones([1, 2, 4]), ones([1, 2, 5])], [ones([16, 3]), ones([16, 4])]),
      "lstm: expected c0 of shape [1, 2, 4], got [1, 2, 5]",
    ],
    [
      () => op("lstm")(x, null, [ones([16, 3]), ones([16, 2]), ones([3, 4])]),
      "lstm: expected weights[2] of shape [2, 4], got [3, 4]",
    ],
  ],
  gru: layers("gru", 3),
  rnnCell: [
    ...cells("rnnCell", 1),
    [
      () => op("rnnCell")(ones([3]), null, [], { nonlinearity: 1 }),
      "rnnCell: expected nonlinearity to be tanh or relu",
    ],
    [() => op("rnnCell")(ones([3]), null, [], { numLayers: 1 }), 'rnnCell: unknown option "numLayers"'],
  ],
  lstmCell: cells("lstmCell", 4),
  gruCell: cells("gruCell", 3),
  "nn.RNN": [
    ...stacked("RNN"),
    [() => layer("RNN")(3, 4, { nonlinearity: "sigmoid" }), "RNN: expected nonlinearity to be tanh or relu, got"],
    [() => layer("RNN")(3, 4, { projSize: 2 }), 'RNN: unknown option "projSize"'],
    [() => new nn.RNN(3, 4).call(ones([5, 2, 4])), "rnn: expected x of 2 or 3 axes, the last of size 3, got [5, 2, 4]"],
  ],
  "nn.LSTM": [
    ...stacked("LSTM"),
    [() => layer("LSTM")(3, 4, { projSize: 4 }), "LSTM: expected projSize from 0 to 3, got 4"],
    [
      () => new nn.Sequential(new nn.LSTM(3, 4) as never).call(ones([2, 2])),
      "0: expected x of 2 or 3 axes, the last of size 3, got [2, 2]",
    ],
  ],
  "nn.GRU": stacked("GRU"),
  "nn.RNNCell": [
    ...recurrent("RNNCell"),
    [() => layer("RNNCell")(3, 4, { nonlinearity: "x" }), "RNNCell: expected nonlinearity to be tanh or relu"],
  ],
  "nn.LSTMCell": recurrent("LSTMCell"),
  "nn.GRUCell": recurrent("GRUCell"),
  packPaddedSequence: [
    [() => op("packPaddedSequence")(1, [1]), "packPaddedSequence: expected x to be a tensor, got 1"],
    [() => op("packPaddedSequence")(ones([5]), [5]), "packPaddedSequence: expected x of at least 2 axes, got [5]"],
    [() => op("packPaddedSequence")(x, 5), "packPaddedSequence: expected lengths to be an array, got 5"],
    [() => op("packPaddedSequence")(x, [5]), "packPaddedSequence: expected lengths of 2 sequences, got 1"],
    [() => op("packPaddedSequence")(x, [6, 1]), "packPaddedSequence: expected lengths from 1 to 5, got 6"],
    [() => op("packPaddedSequence")(x, [5, 0]), "packPaddedSequence: expected lengths from 1 to 5, got 0"],
    [() => op("packPaddedSequence")(x, [4, 5]), "packPaddedSequence: expected lengths in decreasing order, got [4, 5]"],
    [() => op("packPaddedSequence")(x, [5, 5], { sorted: true }), 'packPaddedSequence: unknown option "sorted"'],
  ],
  padPackedSequence: [
    [() => op("padPackedSequence")(x), "padPackedSequence: expected packed to be a PackedSequence, got a Tensor"],
    [
      () => op("padPackedSequence")(packed, { totalLength: 3 }),
      "padPackedSequence: expected totalLength at least 4, got 3",
    ],
    [() => op("padPackedSequence")(packed, { padding: 3 }), 'padPackedSequence: unknown option "padding"'],
  ],
  packSequence: [
    ...sequences("packSequence"),
    [() => op("packSequence")([x, ones([0, 2, 3])]), "packSequence: expected lengths at least 1, got 0"],
  ],
  padSequence: [
    ...sequences("padSequence"),
    [() => op("padSequence")([x], { paddingValue: "0" }), 'padSequence: expected paddingValue to be a number, got "0"'],
  ],
  PackedSequence: [
    [() => new sedge.PackedSequence([1] as never, [1]), "PackedSequence: expected data to be a tensor, got [1]"],
    [() => new sedge.PackedSequence(x, []), "PackedSequence: expected batchSizes of at least one, got none"],
    [
      () => new sedge.PackedSequence(x, [3, 1]),
      "PackedSequence: expected data of shape [4, ...] for batchSizes, got [5",
    ],
    [() => new sedge.PackedSequence(x, [2, 3]), "PackedSequence: expected batchSizes from 1 to 2, got 3"],
    [() => new sedge.PackedSequence(x, [3, 2], [0, 1]), "PackedSequence: expected sortedIndices to order 3 sequences"],
    [
      () => new sedge.PackedSequence(x, [3, 2], [0, 1, 1]),
      "PackedSequence: expected sortedIndices to order 3 sequences",
    ],
    [() => new sedge.PackedSequence(x, [3, 2], [0, 1, 3]), "PackedSequence: expected sortedIndices from 0 to 2, got 3"],
  ],
};

// Calls of the recurrent layers, their single steps, and of packing.
import type { Tensor } from "../../src/entry.ts";
import * as sedge from "../../src/entry.ts";
import { type Call, f, ids } from "./calls.ts";

const weights = (gates: number, inputs: number, width: number, biased = true): Tensor[] => [
  f(gates * width, inputs),
  f(gates * width, width),
  ...(biased ? [f(gates * width), f(gates * width).mul(0.5)] : []),
];
/** Four sequences, not in order of their lengths, from four rows a step. */
const packed = (x: Tensor) => sedge.packPaddedSequence(x, [2, 3, 1, 3], { enforceSorted: false });

export const withGradient: Record<string, Call[]> = {
  rnn: [
    [() => [f(3, 2, 2), f(1, 2, 3), ...weights(1, 2, 3)], (x, h, ...w) => sedge.rnn(x, h, w)],
    [() => [f(3, 2), ...weights(1, 2, 3)], (x, ...w) => sedge.rnn(x, null, w, { nonlinearity: sedge.relu })],
  ],
  lstm: [
    [
      () => [f(3, 2, 2), f(1, 2, 3), f(1, 2, 3), ...weights(4, 2, 3)],
      (x, h, c, ...w) => sedge.lstm(x, [h, c], w).flat(),
    ],
    [
      () => [f(3, 4, 2), ...weights(4, 2, 2, false), ...weights(4, 2, 2, false)],
      (x, ...w) => {
        const before = packed(x);
        const [y, [h, c]] = sedge.lstm(before, null, w, { bidirectional: true });
        before.data.dispose();
        return [y.data, h, c];
      },
    ],
    [() => [f(2, 2, 2), f(12, 2), f(12, 2), f(2, 3)], (x, ...w) => sedge.lstm(x, null, w, { batchFirst: true }).flat()],
  ],
  gru: [
    [
      () => [f(3, 2, 2), f(2, 2, 3), ...weights(3, 2, 3), ...weights(3, 3, 3)],
      (x, h, ...w) => sedge.gru(x, h, w, { numLayers: 2, dropout: 0.3, training: true }),
    ],
  ],
  rnnCell: [[() => [f(2, 3), f(2, 2), ...weights(1, 3, 2)], (x, h, ...w) => sedge.rnnCell(x, h, w)]],
  lstmCell: [[() => [f(2, 3), f(2, 2), f(2, 2), ...weights(4, 3, 2)], (x, h, c, ...w) => sedge.lstmCell(x, [h, c], w)]],
  gruCell: [[() => [f(3), ...weights(3, 3, 2)], (x, ...w) => sedge.gruCell(x, null, w)]],
  packPaddedSequence: [[() => [f(3, 4, 2)], (x) => packed(x).data]],
  packSequence: [[() => [f(3, 2), f(1, 2)], (...list) => sedge.packSequence(list).data]],
  padPackedSequence: [
    [
      () => [f(3, 4, 2)],
      (x) => {
        const before = packed(x);
        const [y] = sedge.padPackedSequence(before, { batchFirst: true, paddingValue: 2, totalLength: 4 });
        before.data.dispose();
        return y;
      },
    ],
  ],
  padSequence: [
    [() => [f(1, 2), f(3, 2)], (...list) => sedge.padSequence(list)],
    [() => [ids(1, 2), ids(3)], (...list) => sedge.padSequence(list, { batchFirst: true, paddingValue: -1 })],
  ],
};

export const REFUSED: readonly (readonly [name: string, ...Call, message: string])[] = [
  [
    "lstm",
    () => [f(2, 3, 2), f(1, 2, 2), ...weights(4, 2, 2)],
    (x, h, ...w) => sedge.lstm(x, [h, h], w).flat(),
    "lstm: expected h0 of shape [1, 3, 2], got [1, 2, 2]",
  ],
  [
    "packSequence",
    () => [f(1, 2), f(3, 2)],
    (...list) => sedge.packSequence(list).data,
    "packSequence: expected lengths in decreasing order",
  ],
  [
    "PackedSequence",
    () => [f(3, 2)],
    (x) => new sedge.PackedSequence(x, [1, 2]).data,
    "PackedSequence: expected batchSizes from 1 to 1, got 2",
  ],
];

/** What has no gradients of gradients. */
export const FIRST_ORDER = "rnn lstm gru rnnCell lstmCell gruCell";

// Packing and padding of sequences of different lengths. What recurrent layers do with them is rnn.test.ts; bad input is
// refused in refusals/rnn.ts.
import { describe, expect, it } from "vitest";
import {
  memory,
  PackedSequence,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  padSequence,
  sum,
  type Tensor,
  tensor,
  tidy,
  variable,
} from "../src/entry.ts";
import { random } from "./check-op.ts";

/** Element t of sequence i is 10 i + t. */
const sequence = (i: number, length: number): Tensor => tensor(Array.from({ length }, (_, t) => 10 * i + t));
const LENGTHS = [2, 4, 1];
const SEQUENCES = LENGTHS.map((length, i) => sequence(i, length));
const PADDED = [
  [0, 1, -1, -1],
  [10, 11, 12, 13],
  [20, -1, -1, -1],
];

describe("packing", () => {
  it("sorts by length, and says how", () => {
    const packed = packSequence(SEQUENCES, { enforceSorted: false });
    expect(packed.data.toArray()).toEqual([10, 0, 20, 11, 1, 12, 13]);
    expect(packed.batchSizes).toEqual([3, 2, 1, 1]);
    expect(packed.sortedIndices).toEqual([1, 0, 2]);
    expect(packed.unsortedIndices).toEqual([1, 0, 2]);
  });

  it("has inverse orders where they differ", () => {
    const packed = packSequence(
      [1, 3, 2].map((length, i) => sequence(i, length)),
      { enforceSorted: false },
    );
    expect(packed.sortedIndices).toEqual([1, 2, 0]);
    expect(packed.unsortedIndices).toEqual([2, 0, 1]);
  });

  it("keeps the order of sequences that are as long", () => {
    const packed = packSequence(
      [1, 2, 1, 2].map((length, i) => sequence(i, length)),
      { enforceSorted: false },
    );
    expect(packed.sortedIndices).toEqual([1, 3, 0, 2]);
  });

  it("of sorted sequences needs no order", () => {
    const packed = packSequence([sequence(0, 3), sequence(1, 3), sequence(2, 1)]);
    expect(packed.data.toArray()).toEqual([0, 10, 20, 1, 11, 2, 12]);
    expect([packed.sortedIndices, packed.unsortedIndices]).toEqual([null, null]);
  });

  it("of padded sequences is the same in either layout", () => {
    const x = tensor(PADDED);
    const first = packPaddedSequence(x, LENGTHS, { batchFirst: true, enforceSorted: false });
    const second = packPaddedSequence(x.transpose(), LENGTHS, { enforceSorted: false });
    expect(first.data.toArray()).toEqual([10, 0, 20, 11, 1, 12, 13]);
    expect(second.data.toArray()).toEqual(first.data.toArray());
  });

  it("takes lengths as a tensor too", () => {
    const lengths = tensor(LENGTHS, { dtype: "int32" });
    const packed = packPaddedSequence(tensor(PADDED), lengths, { batchFirst: true, enforceSorted: false });
    expect(packed.data.toArray()).toEqual([10, 0, 20, 11, 1, 12, 13]);
  });

  it("may leave the ends of all out", () => {
    expect(packPaddedSequence(tensor(PADDED), [2, 1, 1], { batchFirst: true }).data.toArray()).toEqual([0, 10, 20, 1]);
  });

  it("keeps further axes and the dtype", () => {
    const packed = packPaddedSequence(tensor([[[[1, 2]]], [[[3, 4]]]], { dtype: "int32" }), [2]);
    expect([packed.data.shape, packed.data.dtype]).toEqual([[2, 1, 2], "int32"]);
  });
});

describe("padding", () => {
  it("lays sequences side by side", () => {
    expect(padSequence(SEQUENCES, { batchFirst: true, paddingValue: -1 }).toArray()).toEqual(PADDED);
    expect(padSequence(SEQUENCES, { paddingValue: -1 }).toArray()).toEqual(tensor(PADDED).transpose().toArray());
  });

  it("keeps further axes, the dtype, and sequences of no elements", () => {
    const list = [tensor([[1, 2]], { dtype: "int32" }), tensor([], { shape: [0, 2], dtype: "int32" })];
    const y = padSequence(list);
    expect([y.dtype, y.toArray()]).toEqual([
      "int32",
      [
        [
          [1, 2],
          [0, 0],
        ],
      ],
    ]);
  });

  it("undoes packing, in the order that the sequences had", () => {
    const packed = packSequence(SEQUENCES, { enforceSorted: false });
    const [x, lengths] = padPackedSequence(packed, { batchFirst: true, paddingValue: -1 });
    expect(x.toArray()).toEqual(PADDED);
    expect(lengths).toEqual(LENGTHS);
  });

  it("goes on to a length that is asked for", () => {
    const [x] = padPackedSequence(packSequence([sequence(0, 2), sequence(1, 1)]), { totalLength: 4, paddingValue: 9 });
    expect(x.transpose().toArray()).toEqual([
      [0, 1, 9, 9],
      [10, 9, 9, 9],
    ]);
  });
});

it("gradients reach the elements, and not what is left out", () => {
  const x = variable(PADDED);
  const packed = packPaddedSequence(x, LENGTHS, { batchFirst: true, enforceSorted: false });
  const weights = random([4, 3]);
  sum(padPackedSequence(packed)[0].mul(weights)).backward();
  const want = weights.transpose().toArray() as number[][];
  expect(x.grad!.toArray()).toEqual(want.map((row, i) => row.map((v, t) => (t < LENGTHS[i]! ? v : 0))));
});

it("a packed sequence that is returned from a scope survives, its tensors included", () => {
  const before = memory().tensors;
  const packed = tidy(() => packSequence(SEQUENCES, { enforceSorted: false }));
  expect(memory().tensors).toBe(before + 1);
  expect(packed).toBeInstanceOf(PackedSequence);
  expect(packed.data.disposed).toBe(false);
  packed.data.dispose();
});

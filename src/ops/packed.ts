// Sequences of different lengths in one tensor: packed by time steps, as the recurrent layers of rnn.ts take them, or
// padded. All of them are lookups of rows.
import { containers, tidy } from "../scope.ts";
import { checkInt, describe, fault, readOptions, refusal, sameShape, show } from "../shape.ts";
import { expectTensor, Tensor } from "../tensor.ts";
import { full, tensor } from "./create.ts";
import { indexSelect } from "./gather.ts";
import { cat } from "./join.ts";
import { reshape } from "./shape.ts";

/**
 * A batch of sequences of different lengths without padding: the first elements of all, then the second elements of
 * those that have one, and so on, the sequences in order of decreasing length. Made by `packPaddedSequence` and
 * `packSequence`; recurrent layers take and return it.
 *
 * A scope treats it as the tensor in it: `tidy` hands it on when it is returned.
 *
 * @param data shape `[N, ...]`, N the number of elements of all sequences.
 * @param batchSizes how many sequences have a first element, a second one, and so on: positive, never increasing.
 * @param sortedIndices where each sequence, by decreasing length, stood in the batch; null (default) if they are in order.
 * @throws TypeError or RangeError if the numbers do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.PackedSequence.html
 *
 * @example
 * ```ts
 * import { PackedSequence, tensor } from "sedge";
 * const packed = new PackedSequence(tensor([[1], [4], [2], [3]]), [2, 1, 1]); // 1 2 3 and 4
 * packed.batchSizes.length; // => 3
 * ```
 */
export class PackedSequence {
  readonly data: Tensor;
  readonly batchSizes: readonly number[];
  readonly sortedIndices: readonly number[] | null;
  /** Where each sequence of the batch stands by decreasing length: the inverse of `sortedIndices`. */
  readonly unsortedIndices: readonly number[] | null;

  constructor(data: Tensor, batchSizes: readonly number[], sortedIndices: readonly number[] | null = null) {
    const op = "PackedSequence";
    expectTensor(op, "data", data);
    const batch = listOf(op, "batchSizes", batchSizes)[0]!;
    let rows = 0;
    batchSizes.forEach((size, i) => {
      rows += checkInt(op, "batchSizes", size, 1, batchSizes[i - 1]);
    });
    if (rows !== data.shape[0]) {
      throw refusal(op, `data of shape [${rows}, ...] for batchSizes`, data.shape);
    }
    const inverse: number[] = [];
    sortedIndices?.forEach((at, i) => {
      inverse[checkInt(op, "sortedIndices", at, 0, batch - 1)] = i;
    });
    if (sortedIndices !== null && Object.keys(inverse).length !== batch) {
      throw refusal(op, `sortedIndices to order ${batch} sequences`, sortedIndices);
    }
    this.data = data;
    // the kernels rely on them
    this.batchSizes = Object.freeze([...batchSizes]);
    this.sortedIndices = sortedIndices && Object.freeze([...sortedIndices]);
    this.unsortedIndices = sortedIndices && Object.freeze(inverse);
  }
}
containers.add(PackedSequence.prototype);

function listOf<T>(op: string, name: string, value: readonly T[]): readonly T[] {
  if (!Array.isArray(value)) throw refusal(op, `${name} to be an array`, value, TypeError);
  if (value.length === 0) throw new RangeError(`${op}: expected ${name} of at least one, got none`);
  return value;
}

/** Rows of x by number. */
const rowsOf = (x: Tensor, numbers: readonly number[]): Tensor => indexSelect(x, tensor(Int32Array.from(numbers)));

/** Packs sequences, element t of sequence i being the row `rowOf(i, t)` of `flat`. To be called under a scope. */
function pack(
  op: string,
  flat: Tensor,
  lengths: readonly number[],
  enforceSorted: boolean,
  rowOf: (i: number, t: number) => number,
): PackedSequence {
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]!);
  if (enforceSorted && order.some((from, i) => lengths[from] !== lengths[i])) {
    const got = `got ${describe(lengths)}; pass { enforceSorted: false }`;
    throw new RangeError(`${op}: expected lengths in decreasing order, ${got}`);
  }
  const batchSizes: number[] = [];
  const rows: number[] = [];
  for (let t = 0; t < lengths[order[0]!]!; t++) {
    const present = order.filter((i) => lengths[i]! > t);
    batchSizes.push(present.length);
    for (const i of present) rows.push(rowOf(i, t));
  }
  return new PackedSequence(rowsOf(flat, rows), batchSizes, enforceSorted ? null : order);
}

/** Lays sequences side by side, filled up with `value`; `rowOf` as above. */
function pad(
  flat: Tensor,
  lengths: readonly number[],
  steps: number,
  { batchFirst, paddingValue }: typeof PADDING,
  rowOf: (i: number, t: number) => number,
): Tensor {
  const batch = lengths.length;
  const element = flat.shape.slice(1);
  const rows = Array.from({ length: steps * batch }, (_, at) => {
    const [high, low] = batchFirst ? [steps, 1] : [1, batch];
    const i = Math.floor(at / high) % batch;
    const t = Math.floor(at / low) % steps;
    return t < lengths[i]! ? rowOf(i, t) : flat.shape[0]!;
  });
  const filling = full([1, ...element], paddingValue, { dtype: flat.dtype });
  return reshape(rowsOf(cat([flat, filling]), rows), [...(batchFirst ? [batch, steps] : [steps, batch]), ...element]);
}

const PADDING = { batchFirst: false, paddingValue: 0 };

/**
 * Packs a padded batch of sequences; what is beyond their lengths is left out.
 *
 * @param x shape `[T, B, ...]`, or `[B, T, ...]` with `batchFirst`; any dtype.
 * @param lengths of the B sequences, each from 1 to T: an array, or an int32 tensor.
 * @param options `batchFirst` (default false); `enforceSorted` (default true): the lengths must not increase; with
 *   false the sequences are sorted, and what is unpacked later comes back in the order given.
 * @throws RangeError for lengths out of range or order, or not B of them; TypeError for what is no tensor.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html
 *
 * @example
 * ```ts
 * import { packPaddedSequence, tensor } from "sedge";
 * const x = tensor([[1, 2, 3], [4, 0, 0]]).unsqueeze(2);
 * const packed = packPaddedSequence(x, [3, 1], { batchFirst: true });
 * packed.data.flatten().toArray(); // => [1,4,2,3]
 * packed.batchSizes.join(); // => "2,1,1"
 * ```
 */
export function packPaddedSequence(
  x: Tensor,
  lengths: readonly number[] | Tensor,
  options: { batchFirst?: boolean; enforceSorted?: boolean } = {},
): PackedSequence {
  const op = "packPaddedSequence";
  expectTensor(op, "x", x);
  const counts = listOf(op, "lengths", lengths instanceof Tensor ? [...lengths.data] : lengths);
  const { batchFirst, enforceSorted } = readOptions(op, options, { batchFirst: false, enforceSorted: true });
  if (x.rank < 2) throw refusal(op, "x of at least 2 axes", x.shape);
  const [steps, batch] = (batchFirst ? [x.shape[1], x.shape[0]] : x.shape) as [number, number];
  for (const length of counts) checkInt(op, "lengths", length, 1, steps);
  if (counts.length !== batch) {
    throw refusal(op, `lengths of ${batch} sequences`, counts.length);
  }
  return tidy(() => {
    const flat = reshape(x, [steps * batch, ...x.shape.slice(2)]);
    return pack(op, flat, counts, enforceSorted, (i, t) => (batchFirst ? i * steps + t : t * batch + i));
  });
}

/**
 * Undoes `packPaddedSequence`: the sequences side by side, filled up to the longest, in the order that they had.
 *
 * @param packed what `packPaddedSequence`, `packSequence` or a recurrent layer returned.
 * @param options `batchFirst` (default false); `paddingValue` (default 0); `totalLength`: T, at least the longest
 *   length, which it is by default.
 * @returns shape `[T, B, ...]`, or `[B, T, ...]` with `batchFirst`, and the lengths.
 * @throws TypeError if `packed` is no PackedSequence; RangeError for a shorter `totalLength`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_packed_sequence.html
 *
 * @example
 * ```ts
 * import { packSequence, padPackedSequence, tensor } from "sedge";
 * const packed = packSequence([tensor([4]), tensor([1, 2, 3])], { enforceSorted: false });
 * const [x, lengths] = padPackedSequence(packed, { batchFirst: true });
 * x.toArray(); // => [[4,0,0],[1,2,3]]
 * lengths; // => [1,3]
 * ```
 */
export function padPackedSequence(
  packed: PackedSequence,
  options: { batchFirst?: boolean; paddingValue?: number; totalLength?: number } = {},
): [x: Tensor, lengths: number[]] {
  const op = "padPackedSequence";
  if (!(packed instanceof PackedSequence)) {
    throw refusal(op, "packed to be a PackedSequence", packed, TypeError);
  }
  const { data, batchSizes, unsortedIndices } = packed;
  const longest = batchSizes.length;
  const settings = readOptions(op, options, { ...PADDING, totalLength: longest });
  const steps = checkInt(op, "totalLength", settings.totalLength, longest);
  const starts = startsOf(batchSizes);
  const places = unsortedIndices ?? Array.from({ length: batchSizes[0]! }, (_, i) => i);
  const lengths = places.map((place) => batchSizes.filter((size) => size > place).length);
  return [tidy(() => pad(data, lengths, steps, settings, (i, t) => starts[t]! + places[i]!)), lengths];
}

/** Where parts of these sizes begin that follow one another. */
function startsOf(sizes: readonly number[]): number[] {
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return at - size;
  });
}

/** The lengths of sequences that differ in nothing else. */
function lengthsOf(op: string, sequences: readonly Tensor[]): number[] {
  const [first] = listOf(op, "sequences", sequences);
  return sequences.map((x, i) => {
    expectTensor(op, `sequences[${i}]`, x);
    if (x.rank === 0 || !sameShape(x.shape.slice(1), first!.shape.slice(1))) {
      const got = `${show(first!.shape)} and ${show(x.shape)}`;
      throw fault(op, "sequences that differ in length only", got);
    }
    return x.shape[0]!;
  });
}

/**
 * Packs sequences; see `packPaddedSequence`.
 *
 * @param sequences at least one, of shapes `[L, ...]` that differ in the length L only, each at least 1.
 * @param options `enforceSorted` (default true): the lengths must not increase; false sorts them.
 * @throws TypeError or RangeError for what is no list of such.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_sequence.html
 *
 * @example
 * ```ts
 * import { packSequence, tensor } from "sedge";
 * packSequence([tensor([1, 2, 3]), tensor([4])]).data.toArray(); // => [1,4,2,3]
 * ```
 */
export function packSequence(sequences: readonly Tensor[], options: { enforceSorted?: boolean } = {}): PackedSequence {
  const op = "packSequence";
  const { enforceSorted } = readOptions(op, options, { enforceSorted: true });
  const lengths = lengthsOf(op, sequences);
  for (const length of lengths) checkInt(op, "lengths", length, 1);
  const starts = startsOf(lengths);
  return tidy(() => pack(op, cat(sequences), lengths, enforceSorted, (i, t) => starts[i]! + t));
}

/**
 * Lays sequences side by side, filled up to the longest.
 *
 * @param sequences at least one, of shapes `[L, ...]` that differ in the length L only.
 * @param options `batchFirst` (default false); `paddingValue` (default 0).
 * @returns shape `[T, B, ...]`, or `[B, T, ...]` with `batchFirst`, T the longest length.
 * @throws TypeError or RangeError for what is no list of such.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_sequence.html
 *
 * @example
 * ```ts
 * import { padSequence, tensor } from "sedge";
 * padSequence([tensor([1, 2, 3]), tensor([4])], { batchFirst: true }).toArray(); // => [[1,2,3],[4,0,0]]
 * ```
 */
export function padSequence(
  sequences: readonly Tensor[],
  options: { batchFirst?: boolean; paddingValue?: number } = {},
): Tensor {
  const op = "padSequence";
  const settings = readOptions(op, options, PADDING);
  const lengths = lengthsOf(op, sequences);
  const starts = startsOf(lengths);
  return tidy(() => pad(cat(sequences), lengths, Math.max(...lengths), settings, (i, t) => starts[i]! + t));
}

// Rows of a table of vectors by number, one by one or summed up in bags. Other lookups are gather.ts, where the kernels
// of both are too.
import { type Backward, noGrad, record, recordLinear } from "../autograd.ts";
import { scratch } from "../memory.ts";
import { tidy } from "../scope.ts";
import { checkInt, checkNumber, checkShape, readOptions, refusal, sameShape, show } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { add, div, maximum, mul } from "./binary.ts";
import { ge, gt } from "./compare.ts";
import { tensor } from "./create.ts";
import { gather, indexSelect } from "./gather.ts";
import { bagEnds, checkMode, LOOKUP } from "./internal/bags.ts";
import { checkIndices } from "./internal/indices.ts";
import { rowsSummed } from "./internal/lookup.ts";
import { reshaped } from "./internal/transfer.ts";
import { reshape } from "./shape.ts";
import { where } from "./ternary.ts";
import { vectorNorm } from "./vector-norm.ts";

/** Options of {@link embedding}. */
export interface EmbeddingOptions {
  /** The row that gets no gradient; negative ones count from the end. Default: none. */
  paddingIdx?: number | null;
  /** Rows that are looked up and have a larger norm are first scaled to it, in place. Default: none are. */
  maxNorm?: number | null;
  /** The p of that norm, Infinity included. Default 2. */
  normType?: number;
  /** Whether a row's gradient is divided by how often its id occurs in `ids`. Default false. */
  scaleGradByFreq?: boolean;
}

/** Options of {@link embeddingBag}. */
export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** What becomes of the rows of a bag. Default "mean". */
  mode?: "sum" | "mean" | "max";
  /** A factor for each id, float32 of the shape of `ids`; for mode "sum" only. Default: none. */
  perSampleWeights?: Tensor | null;
  /** Whether the last offset is the end of the last bag. Default false. */
  includeLastOffset?: boolean;
}

/**
 * Rows of a table by number: token vectors and the like.
 *
 * @param ids int32 of any shape, from 0 to V - 1.
 * @param weight float32 table `[V, D]`.
 * @param options `paddingIdx`, `maxNorm`, `normType`, `scaleGradByFreq`; see {@link EmbeddingOptions}.
 * @returns `[...ids.shape, D]`. The gradient of `weight` is dense.
 * @throws TypeError for other dtypes; RangeError if `weight` has not two axes, or naming the first id out of range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html
 *
 * @example
 * ```ts
 * import { embedding, tensor } from "sedge";
 * const table = tensor([[1, 2], [3, 4], [5, 6]]);
 * embedding(tensor(new Int32Array([2, 0])), table).toArray(); // => [[5,6],[1,2]]
 * ```
 */
export function embedding(ids: Tensor, weight: Tensor, options: EmbeddingOptions = {}): Tensor {
  return lookUp("embedding", ids, weight, readOptions<Required<EmbeddingOptions>>("embedding", options, LOOKUP));
}

/** Looks up `ids`, which are some or all of `given`; those are checked, and their rows shortened if asked for. */
function lookUp(
  op: string,
  ids: Tensor,
  weight: Tensor,
  { paddingIdx, maxNorm, normType, scaleGradByFreq }: Required<EmbeddingOptions>,
  given = ids,
): Tensor {
  expectTensor(op, "ids", given, "int32");
  expectTensor(op, "weight", weight, "float32");
  if (weight.rank !== 2) throw refusal(op, "weight of shape [V, D]", weight.shape);
  const [rows, width] = weight.shape as [number, number];
  let padding = -1;
  if (paddingIdx !== null) {
    padding = checkInt(op, "paddingIdx", paddingIdx, -rows, rows - 1);
    if (padding < 0) padding += rows;
  }
  checkIndices(op, "ids", given, rows);
  if (maxNorm !== null) {
    checkNumber(op, "maxNorm", maxNorm, 0);
    if (weight.size > 0 && given.size > 0) shorten(weight, [...new Set(given.data)], maxNorm, normType);
  }
  const y = empty(checkShape(op, [...ids.shape, width]));
  k.takeRows(y.ptr, weight.ptr, ids.ptr, 1, rows, ids.size, width * 4);
  const backward: Backward = (dy, [ids]) => {
    const dw = empty([rows, width]);
    const counts = scaleGradByFreq ? scratch(4 * rows) : 0;
    k.embeddingGrad(dw.ptr, counts, dy.ptr, ids.ptr, ids.size, rows, width, padding);
    return [dw];
  };
  return record(op, y, [weight], [ids], backward, (dy, [ids]) => {
    const dw = rowsSummed(reshaped(op, dy, [ids.size, width]), ids, 0, rows);
    return [scaleGradByFreq || padding >= 0 ? mul(dw, shares(ids, rows, padding, scaleGradByFreq)) : dw];
  });
}

/** What each row's gradient is multiplied by, [V, 1]. */
function shares(ids: Tensor, rows: number, padding: number, byFrequency: boolean): Tensor {
  const counts = new Float32Array(rows).fill(byFrequency ? 0 : 1);
  if (byFrequency) for (const id of ids.data) counts[id] = counts[id]! + 1;
  const share = counts.map((count, id) => (id === padding ? 0 : 1 / Math.max(1, count)));
  return tensor(share, { shape: [rows, 1] });
}

/** Scales rows of a larger norm to `maxNorm`, in place. */
function shorten(weight: Tensor, ids: readonly number[], maxNorm: number, p: number): void {
  const width = weight.shape[1]!;
  noGrad(() =>
    tidy(() => {
      const rows = indexSelect(weight, tensor(Int32Array.from(ids)));
      const norms = vectorNorm(rows, { p, axis: 1, keepDims: true });
      const short = mul(rows, where(gt(norms, maxNorm), div(maxNorm, add(norms, 1e-7)), 1));
      const [to, from] = [weight.data, short.data];
      ids.forEach((id, i) => {
        to.set(from.subarray(i * width, (i + 1) * width), id * width);
      });
    }),
  );
  weight.touch();
}

/**
 * Sums, means or maxima of bags of a table's rows: what `embedding` and a reduction give, for bags of any lengths. An
 * empty bag gives zeros.
 *
 * @param ids int32 `[n]`, the bags one after the other, or `[B, L]` for bags of one length.
 * @param weight float32 table `[V, D]`.
 * @param offsets int32 `[B]`: where in `ids` each bag begins, from 0 upwards; null for `ids` of two axes.
 * @param options `mode`, `perSampleWeights`, `includeLastOffset`, `paddingIdx` (ids that are left out), `maxNorm`,
 *   `normType`, `scaleGradByFreq`; see {@link EmbeddingBagOptions}.
 * @returns `[B, D]`.
 * @throws TypeError for other dtypes; RangeError for shapes, ids, offsets or a mode out of range, and for factors or
 *   `scaleGradByFreq` with a mode that has none.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding_bag.html
 *
 * @example
 * ```ts
 * import { embeddingBag, tensor } from "sedge";
 * const table = tensor([[1, 2], [3, 4], [5, 6]]);
 * const [ids, offsets] = [tensor(new Int32Array([2, 0, 1])), tensor(new Int32Array([0, 2]))];
 * embeddingBag(ids, table, offsets).toArray(); // => [[3,4],[3,4]]
 * embeddingBag(ids, table, offsets, { mode: "sum" }).toArray(); // => [[6,8],[3,4]]
 * ```
 */
export function embeddingBag(
  ids: Tensor,
  weight: Tensor,
  offsets: Tensor | null = null,
  options: EmbeddingBagOptions = {},
): Tensor {
  const op = "embeddingBag";
  const given = readOptions<Required<EmbeddingBagOptions>>(op, options, {
    ...LOOKUP,
    mode: "mean",
    perSampleWeights: null,
    includeLastOffset: false,
  });
  const { mode, perSampleWeights: factors, paddingIdx } = given;
  checkMode(op, mode);
  if (mode === "max" && given.scaleGradByFreq)
    throw new RangeError(`${op}: expected no scaleGradByFreq for mode "max"`);
  expectTensor(op, "ids", ids, "int32");
  expectTensor(op, "weight", weight, "float32");
  if (factors !== null) {
    expectTensor(op, "perSampleWeights", factors, "float32");
    if (mode !== "sum" || !sameShape(factors.shape, ids.shape)) {
      const wanted = `of shape ${show(ids.shape)}, and mode "sum"`;
      throw new RangeError(`${op}: expected perSampleWeights ${wanted}, got ${show(factors.shape)} and "${mode}"`);
    }
  }
  const ends = bagEnds(op, ids, offsets, given.includeLastOffset);
  const bags = ends.length;
  const padding = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + weight.shape[0]! : paddingIdx;
  const taken: number[] = [];
  const bagOf: number[] = [];
  const counts = new Float32Array(bags).fill(1);
  const list = ids.data;
  ends.forEach((end, bag) => {
    const before = taken.length;
    for (let i = ends[bag - 1] ?? 0; i < end; i++) {
      if (list[i] === padding) continue;
      taken.push(i);
      bagOf.push(bag);
    }
    counts[bag] = Math.max(taken.length - before, 1);
  });
  return tidy(() => {
    const at = tensor(Int32Array.from(taken));
    const bag = tensor(Int32Array.from(bagOf));
    const pick = (x: Tensor): Tensor => indexSelect(reshape(x, [ids.size]), at);
    const rows = lookUp(op, pick(ids), weight, given, ids);
    if (mode === "max" && at.size > 0) {
      const place = empty([bags, rows.shape[1]!], "int32");
      k.bagMax(place.ptr, rows.ptr, bag.ptr, at.size, bags, rows.shape[1]!);
      return where(ge(place, 0), gather(rows, maximum(place, 0), { axis: 0 }), 0);
    }
    const y = addRows(factors ? mul(rows, reshape(pick(factors), [at.size, 1])) : rows, bag, bags);
    return mode === "mean" ? div(y, tensor(counts, { shape: [bags, 1] })) : y;
  });
}

/** y (n, D): sums of the rows by their number. */
function addRows(rows: Tensor, index: Tensor, n: number): Tensor {
  const width = rows.shape[1]!;
  const y = empty([n, width]);
  k.takeRowsGrad(y.ptr, rows.ptr, index.ptr, 1, n, index.size, width);
  return recordLinear("embeddingBag", y, rows, (dy, [index]) => indexSelect(dy, index), [index]);
}

// Checks of what lookups and bags of them are given. The op is ops/embedding.ts.
import { describe, show } from "../../shape.ts";
import { expectTensor, type Tensor } from "../../tensor.ts";

/** Options of every lookup, by default. */
export const LOOKUP = { paddingIdx: null, maxNorm: null, normType: 2, scaleGradByFreq: false };

/** Refuses a mode that is none of the three. */
export function checkMode(op: string, mode: unknown): void {
  if (mode === "sum" || mode === "mean" || mode === "max") return;
  throw new RangeError(`${op}: expected mode "sum", "mean" or "max", got ${describe(mode)}`);
}

/** Where in the ids each bag ends. */
export function bagEnds(
  op: string,
  ids: Tensor,
  offsets: Tensor | null,
  includeLastOffset: boolean,
): readonly number[] {
  const n = ids.size;
  if (ids.rank === 2 && offsets === null) {
    const [bags, length] = ids.shape as [number, number];
    return Array.from({ length: bags }, (_, i) => (i + 1) * length);
  }
  expectTensor(op, "offsets", offsets, "int32");
  if (ids.rank !== 1 || offsets.rank !== 1) {
    const got = `${show(ids.shape)} and ${show(offsets.shape)}`;
    throw new RangeError(`${op}: expected ids [n] with offsets [B], or ids [B, L] without, got ${got}`);
  }
  const starts = [...offsets.data];
  const ends = includeLastOffset ? starts.slice(1) : [...starts.slice(1), n];
  if (includeLastOffset && starts.length === 0) throw new RangeError(`${op}: expected offsets with a last one, got []`);
  if (starts.length > 0 && (starts[0] !== 0 || [...ends, n].some((end, i) => end < starts[i]!))) {
    throw new RangeError(`${op}: expected offsets that rise from 0 to ${n} at most, got ${describe(starts)}`);
  }
  return starts.length === 0 ? [] : ends;
}

// Checks of what lookups and bags of them are given. The op is ops/embedding.ts.
import { describe, refusal, show } from "../../shape.ts";
import { expectTensor, type Tensor } from "../../tensor.ts";

/** Options of every lookup, by default. */
export const LOOKUP = { paddingIdx: null, maxNorm: null, normType: 2, scaleGradByFreq: false };

/** Refuses a mode that is none of the three. */
export function checkMode(op: string, mode: unknown): void {
  if (mode === "sum" || mode === "mean" || mode === "max") return;
  throw refusal(op, 'mode "sum", "mean" or "max"', mode);
}

/** Where in the ids each bag ends. */
export function bagEnds(op: string, ids: Tensor, offsets: Tensor | null, includeLastOffset: boolean): number[] {
  const n = ids.size;
  const [bags, length] = ids.shape as [number, number];
  if (ids.rank === 2 && offsets === null) return Array.from({ length: bags }, (_, i) => (i + 1) * length);
  expectTensor(op, "offsets", offsets, "int32");
  const starts = [...offsets.data];
  const ends = includeLastOffset ? starts.slice(1) : starts.length > 0 ? [...starts.slice(1), n] : [];
  const rises = starts.every((start, i) => start >= (starts[i - 1] ?? 0) && start <= n) && !(starts[0]! > 0);
  if (ids.rank === 1 && offsets.rank === 1 && rises && (starts.length > 0 || !includeLastOffset)) return ends;
  throw new RangeError(
    `${op}: expected ids [B, L], or ids [n] with offsets [B] from 0 up to n, got ids ${show(ids.shape)} and offsets ${describe(starts)}`,
  );
}

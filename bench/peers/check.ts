// Whether both sides do the same: as many parameters everywhere, and PyTorch's losses from our weights and batch.
import type { Asked } from "./compare.ts";
import { PeerError } from "./peer.ts";
import type { Work } from "./works.ts";

/** Steps of which the losses are compared. */
const CHECKED_STEPS = 10;
/** How far losses may be apart, relative to those above 1. */
const TOLERANCE = 1e-3;

/** A line for each comparison; `wrong` are those that do not hold. */
export interface Checked {
  readonly lines: string[];
  readonly wrong: string[];
}

/** The largest distance of two lists of losses, relative where the loss is above 1. */
export function distance(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length) return Number.POSITIVE_INFINITY;
  const apart = ours.map((loss, i) => Math.abs(loss - theirs[i]!) / Math.max(1, Math.abs(loss)));
  return apart.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(...apart);
}

/** `losses`: of the peers that can start from our weights. */
export async function check(
  work: Work,
  ours: Asked,
  peers: readonly Asked[],
  losses: ReadonlySet<string>,
): Promise<Checked> {
  const lines: string[] = [];
  const wrong: string[] = [];
  const tell = (right: boolean, line: string): void => {
    lines.push(line);
    if (!right) wrong.push(line);
  };
  const { parameters } = await ours.ask("prepare", work);
  for (const peer of peers) {
    try {
      const { parameters: theirs, merged = 0 } = await peer.ask("prepare", work);
      const same = theirs !== null && theirs + merged === parameters;
      tell(same, `${work.name}: ${parameters} parameters, ${peer.name} ${theirs}${merged > 0 ? ` + ${merged}` : ""}`);
      if (!losses.has(peer.name) || !work.op.startsWith("train ")) continue;
      const { losses: own, from } = await ours.ask("check", { steps: CHECKED_STEPS });
      const { losses: seen } = await peer.ask("check", { steps: CHECKED_STEPS, from: from! });
      const apart = distance(own, seen);
      const end = `loss after ${CHECKED_STEPS} steps ${own.at(-1)}, ${peer.name} ${seen.at(-1)}`;
      tell(apart <= TOLERANCE, `${work.name}: ${end}; at most ${apart.toExponential(1)} apart on the way`);
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      lines.push(`${work.name}: ${peer.name} cannot: ${error.message}`);
    }
  }
  return { lines, wrong };
}

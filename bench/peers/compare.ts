// Rounds of ours and the peers in turn, and the ratios of them. How a process is asked is peer.ts; how results are shown is
// table.ts.
import { median } from "../harness.ts";
import { type Peer, PeerError, type Requests } from "./peer.ts";
import type { Work } from "./works.ts";

/** Of rounds or of their ratios; times in ms a step. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** A peer's time, and its time / ours: the median of the rounds' ratios, the least and the largest. */
export interface Measured {
  readonly median: number;
  readonly ratio: number;
  readonly minRatio: number;
  readonly maxRatio: number;
  readonly parameters: number | null;
}

/** Why a peer cannot. */
export interface Unable {
  readonly median: null;
  readonly ratio: null;
  readonly reason: string;
}

export interface Comparison {
  readonly work: string;
  readonly ours: Spread & { readonly parameters: number | null };
  readonly peers: Record<string, Measured | Unable>;
}

/** What is asked of a process; a Peer, or what stands for one in a test. */
export interface Asked {
  readonly name: string;
  ask: Peer["ask"];
}

export interface Pace {
  /** Rounds, each of one turn of ours before every peer's turn. */
  readonly rounds: number;
  /** How long a turn lasts, in ms; at least one step. */
  readonly turn: number;
}

/** So that the slow peers do not take minutes, and the medians stand on enough turns. */
export const PACE: Pace = { rounds: 9, turn: 100 };

/** A peer that could not be started, and why. */
export type Absent = Readonly<Record<string, string>>;

const unable = (reason: string): Unable => ({ median: null, ratio: null, reason });

/** Asks; what the peer says instead of an answer is given as text. */
async function attempt<K extends keyof Requests>(
  peer: Asked,
  request: K,
  argument: Requests[K]["argument"],
): Promise<Requests[K]["answer"] | string> {
  try {
    return await peer.ask(request, argument);
  } catch (error) {
    if (error instanceof PeerError) return error.message;
    throw error;
  }
}

/** One work by us and by every peer that can, one process at a time. */
export async function compare(
  work: Work,
  ours: Asked,
  peers: readonly Asked[],
  absent: Absent = {},
  { rounds, turn }: Pace = PACE,
): Promise<Comparison> {
  const { parameters } = await ours.ask("prepare", work);
  const results: Record<string, Measured | Unable> = {};
  for (const [name, reason] of Object.entries(absent)) results[name] = unable(reason);

  const times = new Map<Asked, { peer: number[]; ratios: number[]; parameters: number | null }>();
  for (const peer of peers) {
    const prepared = await attempt(peer, "prepare", work);
    if (typeof prepared === "string") results[peer.name] = unable(prepared);
    else times.set(peer, { peer: [], ratios: [], parameters: prepared.parameters });
  }

  const own: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // The machine's speed drifts: a peer's turn is compared with our turns just before and just after it.
    let before = (await ours.ask("run", turn)).median;
    own.push(before);
    for (const [peer, seen] of times) {
      const answer = await attempt(peer, "run", turn);
      if (typeof answer === "string") {
        results[peer.name] = unable(answer);
        times.delete(peer);
        continue;
      }
      const after = (await ours.ask("run", turn)).median;
      own.push(after);
      seen.peer.push(answer.median);
      seen.ratios.push((2 * answer.median) / (before + after));
      before = after;
    }
  }
  for (const [peer, seen] of times) {
    const { median: ratio, min: minRatio, max: maxRatio } = spread(seen.ratios);
    results[peer.name] = { median: median(seen.peer), ratio, minRatio, maxRatio, parameters: seen.parameters };
  }
  return { work: work.name, ours: { ...spread(own), parameters }, peers: results };
}

function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, x) => sum + Math.log(x), 0) / values.length);
}

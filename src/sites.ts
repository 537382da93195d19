// Where in the user's program a block of memory was made: always for a sample, so that running out of memory can name
// the lines that leak, and for every block while leaks are tracked. Knows nothing of tensors.
import { checkBoolean } from "./shape.ts";

/** What is recorded of one block: an error whose stack is only read when somebody asks. */
export interface Site {
  readonly error: Error;
}

/** What a site can be noted for. */
interface Block {
  readonly bytes: number;
  site: Site | null;
}

/**
 * One block in about this many bytes allocated is sampled. A sample costs some 8 us, 20 where kernels have had the caches: at
 * 2^18 it slowed a 64x64 matmul by 4 %, at 2^21 training steps by 1 to 2.
 */
const SAMPLE_BYTES = 2 ** 23;
/** Frames kept of a sampled stack: enough to pass through the library's own and reach the caller's line. */
const FRAMES = 16;

const blocks = new Set<Block>();
let untilSample = SAMPLE_BYTES;
let tracking = false;

/**
 * Turns leak tracking on or off. While it is on, `memory().survivors` lists the source lines whose tensors are still
 * alive, largest first. It costs a few microseconds a tensor, so it is for debugging. Only tensors made while it is on
 * are listed.
 *
 * @param on true (default) to start, false to stop and forget.
 * @throws TypeError for what is no boolean.
 *
 * @example
 * ```ts
 * import { memory, trackLeaks, zeros } from "sedge";
 * trackLeaks();
 * const leak = zeros([100]);
 * memory().survivors?.[0]?.bytes; // => 400
 * leak.dispose();
 * trackLeaks(false);
 * ```
 */
export function trackLeaks(on = true): void {
  checkBoolean("trackLeaks", "on", on);
  tracking = on;
  for (const block of blocks) block.site = null;
  blocks.clear();
}

/** Records who makes `block`, if its turn has come. */
export function noteSite(block: Block): void {
  untilSample -= block.bytes;
  if (!tracking && untilSample > 0) return;
  if (untilSample <= 0) untilSample = nextInterval();
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  block.site = { error: new Error() };
  Error.stackTraceLimit = limit;
  blocks.add(block);
}

let phase = 0;

/** Half to one and a half sample sizes, by the golden ratio: an even interval would keep step with the user's loop. */
function nextInterval(): number {
  phase = (phase + 0.618034) % 1;
  return SAMPLE_BYTES * (0.5 + phase);
}

/** Forgets a freed block. */
export function forgetSite(block: Block): void {
  blocks.delete(block);
  block.site = null;
}

/** A place in the program, and what it made that is still alive. */
interface Place {
  where: string;
  count: number;
  bytes: number;
}

/** While leaks are tracked: every place, largest first. */
export const trackedSurvivors = (): Place[] => (tracking ? places((place) => place.bytes) : []);

/** The places that made most of what is still alive, with their share of it: exact while leaks are tracked. */
export function largestSurvivors(most: number): { where: string; share: number }[] {
  // A large block is sampled more often in proportion, so that each sample stands for as many bytes as any other.
  const weight = (place: Place): number => (tracking ? place.bytes : place.count);
  const list = places(weight);
  const total = list.reduce((sum, place) => sum + weight(place), 0);
  return list.slice(0, most).map((place) => ({ where: place.where, share: weight(place) / total }));
}

function places(weight: (place: Place) => number): Place[] {
  const byPlace = new Map<string, Place>();
  for (const block of blocks) {
    const where = placeOf(block.site?.error.stack ?? "");
    const place = byPlace.get(where) ?? { where, count: 0, bytes: 0 };
    place.count++;
    place.bytes += block.bytes;
    byPlace.set(where, place);
  }
  return [...byPlace.values()].sort((a, b) => weight(b) - weight(a));
}

/** The folder of this file, or of the bundle that it has become: frames from there are the library's own. */
const HOME = (import.meta.url ?? "").replace(/[^/]*$/, "");

/** The first frame outside the library; when everything is one bundle, the nearest frames. */
function placeOf(stack: string): string {
  const frames = stack.split("\n").filter((line) => /:\d+:\d+\)?$/.test(line.trim()));
  const outside = frames.find(
    (line) => HOME !== "" && !line.includes(HOME) && !line.includes(HOME.replace("file://", "")),
  );
  if (outside !== undefined) return outside.trim().replace(/^(?!at )/, "at ");
  const near = frames.slice(2, 6).map((line) => line.trim());
  return near.length > 0 ? near.join(" ") : "at an unknown place";
}

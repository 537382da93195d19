// The seed and its counter-based stream. Holds where the stream stands; the generator itself is assembly/random.ts.
import { checkInt, demand } from "./shape.ts";
import { tap } from "./wasm.ts";

let key0 = 0;
let key1 = 0;
/** Blocks of four 32-bit words already handed out. Exact as a number up to 2^53. */
let position = 0;

/** 2^32: weight of the high word. */
const WORD = 4294967296;

/**
 * Sets the seed that every random draw descends from: initialisers, dropout, shuffling, `rand` and kin.
 * The same seed and the same order of calls give the same bits in every runtime. Without a call the seed is 0.
 *
 * @param n an integer from 0 to 2^53 - 1.
 * @throws TypeError if `n` is no integer; RangeError beyond these bounds.
 * @see Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011 (Philox).
 *
 * @example
 * ```ts
 * import { rand, seed } from "sedge";
 * seed(7);
 * const a = rand([3]).toArray();
 * seed(7);
 * JSON.stringify(rand([3]).toArray()) === JSON.stringify(a); // => true
 * ```
 */
export function seed(n: number): void {
  checkInt("seed", "n", n, 0, Number.MAX_SAFE_INTEGER);
  key0 = n % WORD;
  key1 = Math.floor(n / WORD);
  position = 0;
}

/** Where the random stream stands: plain numbers, exact as JSON too. */
export interface RngState {
  /** What {@link seed} was given. */
  readonly seed: number;
  /** Blocks of four 32-bit words drawn since then. */
  readonly position: number;
}

/**
 * Where the random stream stands, to go on from there later, or elsewhere: {@link setRngState}.
 *
 * @returns plain numbers, which JSON keeps exactly.
 * @see https://pytorch.org/docs/stable/generated/torch.get_rng_state.html
 *
 * @example
 * ```ts
 * import { getRngState, rand, seed } from "sedge";
 * seed(7);
 * rand([5]);
 * getRngState(); // => {"seed":7,"position":2}
 * ```
 */
export function getRngState(): RngState {
  return { seed: key1 * WORD + key0, position };
}

/**
 * Puts the random stream where {@link getRngState} found it: what is drawn next is what was drawn next then.
 *
 * @param state what `getRngState` gave.
 * @throws TypeError for anything else; RangeError for numbers below 0 or beyond 2^53 - 1. The stream stays where it was.
 * @see https://pytorch.org/docs/stable/generated/torch.set_rng_state.html
 *
 * @example
 * ```ts
 * import { getRngState, rand, setRngState } from "sedge";
 * const state = getRngState();
 * const a = rand([3]).toArray();
 * setRngState(JSON.parse(JSON.stringify(state)));
 * JSON.stringify(rand([3]).toArray()) === JSON.stringify(a); // => true
 * ```
 */
export function setRngState(state: RngState): void {
  const op = "setRngState";
  demand(typeof state === "object" && state !== null, op, "state to be { seed, position }", state, TypeError);
  const { seed: n, position: at } = state;
  checkInt(op, "seed", n, 0, Number.MAX_SAFE_INTEGER);
  checkInt(op, "position", at, 0, Number.MAX_SAFE_INTEGER);
  seed(n);
  position = at;
}

/** A place in the stream: the key, and the 64-bit number of the first block (low word, high word). */
export type Draw = readonly [key0: number, key1: number, block0: number, block1: number];

/** Takes the next `blocks` blocks of four words out of the stream. */
export function reserve(blocks: number): Draw {
  const draw: Draw = [key0, key1, position % WORD, Math.floor(position / WORD)];
  position += blocks;
  return tap?.draw(draw, blocks) ?? draw;
}

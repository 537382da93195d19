// Philox4x32-10, a counter-based generator: 4 words of 32 bits, a block, are a function of a 128-bit counter and a
// 64-bit key. What is drawn from the words is random.ts. Keys and counters come as words, low first.
//
// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011; known answers in
// test/random.test.ts.

/** Multipliers of the two halves of a round. */
const MULTIPLIER_0: i32 = 0xd2511f53;
const MULTIPLIER_1: i32 = 0xcd9e8d57;
/** Steps of the two key words from round to round: 2^32 (golden ratio - 1) and 2^32 (sqrt(3) - 1). */
const KEY_STEP_0: i32 = 0x9e3779b9;
const KEY_STEP_1: i32 = 0xbb67ae85;
const ROUNDS: i32 = 10;

/** Words of eight blocks: two sets of four, side by side in the lanes. */
const GROUP: i32 = 32;
class Words {
  /** Lane by lane the high words of a * m, unsigned. */
  @inline high(a: v128, m: v128): v128 {
    return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(a, m), i64x2.extmul_high_i32x4_u(a, m), 1, 3, 5, 7);
  }

  /** Writes 16 words in order: word w of block l, in lane l of vector w, is number 4 l + w. */
  @inline store(y: usize, w0: v128, w1: v128, w2: v128, w3: v128): void {
    const a0 = v128.shuffle<i32>(w0, w1, 0, 4, 1, 5);
    const a2 = v128.shuffle<i32>(w0, w1, 2, 6, 3, 7);
    const b0 = v128.shuffle<i32>(w2, w3, 0, 4, 1, 5);
    const b2 = v128.shuffle<i32>(w2, w3, 2, 6, 3, 7);
    v128.store(y, v128.shuffle<i32>(a0, b0, 0, 1, 4, 5));
    v128.store(y, v128.shuffle<i32>(a0, b0, 2, 3, 6, 7), 16);
    v128.store(y, v128.shuffle<i32>(a2, b2, 0, 1, 4, 5), 32);
    v128.store(y, v128.shuffle<i32>(a2, b2, 2, 3, 6, 7), 48);
  }
}

/**
 * words (n, rounded up to whole groups) = the generator's output from the 128-bit counter on; its lower 64 bits count.
 * Two sets of blocks at a time, since one alone waits for its multiplications (2.0 ns a word instead of 1.7).
 */
export function philox(
  words: usize,
  n: i32,
  key0: i32,
  key1: i32,
  counter0: i32,
  counter1: i32,
  counter2: i32,
  counter3: i32,
): void {
  const lanes = changetype<Words>(0);
  const m0 = i32x4.splat(MULTIPLIER_0);
  const m1 = i32x4.splat(MULTIPLIER_1);
  const step0 = i32x4.splat(KEY_STEP_0);
  const step1 = i32x4.splat(KEY_STEP_1);
  let counter = join(counter0, counter1);
  for (let left = n; left > 0; left -= GROUP, counter += GROUP / 4, words += 4 * GROUP) {
    const base = i32x4.splat(<i32>counter);
    const high = i32x4.splat(<i32>(counter >> 32));
    let w0 = i32x4.add(base, i32x4(0, 1, 2, 3));
    let u0 = i32x4.add(base, i32x4(4, 5, 6, 7));
    // A lane whose low word wrapped around is smaller than the base: its high word takes the carry.
    let w1 = i32x4.sub(high, i32x4.lt_u(w0, base));
    let u1 = i32x4.sub(high, i32x4.lt_u(u0, base));
    let w2 = i32x4.splat(counter2);
    let u2 = w2;
    let w3 = i32x4.splat(counter3);
    let u3 = w3;
    let k0 = i32x4.splat(key0);
    let k1 = i32x4.splat(key1);
    for (let round = 0; round < ROUNDS; round++) {
      const w0Next = v128.xor(v128.xor(lanes.high(w2, m1), w1), k0);
      const u0Next = v128.xor(v128.xor(lanes.high(u2, m1), u1), k0);
      const w2Next = v128.xor(v128.xor(lanes.high(w0, m0), w3), k1);
      const u2Next = v128.xor(v128.xor(lanes.high(u0, m0), u3), k1);
      w1 = i32x4.mul(w2, m1);
      u1 = i32x4.mul(u2, m1);
      w3 = i32x4.mul(w0, m0);
      u3 = i32x4.mul(u0, m0);
      w0 = w0Next;
      u0 = u0Next;
      w2 = w2Next;
      u2 = u2Next;
      k0 = i32x4.add(k0, step0);
      k1 = i32x4.add(k1, step1);
    }
    lanes.store(words, w0, w1, w2, w3);
    lanes.store(words + 64, u0, u1, u2, u3);
  }
}

/** A 64-bit number of its words. */
export function join(low: i32, high: i32): u64 {
  return <u64>(<u32>low) | ((<u64>(<u32>high)) << 32);
}

/**
 * Word 0 of a block that nothing else uses: element i's own, with the number of the redraw in the counter's upper half.
 */
export function another(i: i32, redraw: i32, key0: i32, key1: i32, counter0: i32, counter1: i32): u32 {
  const counter = join(counter0, counter1) + (i >> 2);
  let w0 = <u32>counter;
  let w1 = <u32>(counter >> 32);
  let w2 = <u32>redraw;
  let w3 = <u32>(i & 3);
  for (let round = 0; round < ROUNDS; round++) {
    const p = <u64>w0 * <u32>MULTIPLIER_0;
    const q = <u64>w2 * <u32>MULTIPLIER_1;
    w0 = <u32>(q >> 32) ^ w1 ^ (key0 + round * KEY_STEP_0);
    w2 = <u32>(p >> 32) ^ w3 ^ (key1 + round * KEY_STEP_1);
    w1 = <u32>q;
    w3 = <u32>p;
  }
  return w0;
}

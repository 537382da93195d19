// What is drawn from the generator of philox.ts: uniform and normal floats, integers, permutations, dropout. Where
// the stream stands is src/random.ts; here element i of a result depends on key, counter and i alone, never on how
// the work was split.
//
// Element i takes word i & 3 of block number `counter + (i >> 2)`. Every draw takes `words`, scratch of PIECE words
// (16 kB), fills it a piece at a time, and makes elements of them; all write exactly n.
import { Tail } from "./map";
import { Log } from "./math";
import { another, join, philox } from "./philox";

export { philox };

/**
 * Words drawn before they are used: a part of the first-level cache, a multiple of a group.
 * src/ops/internal/random.ts knows it too.
 */
const PIECE: i32 = 4096;

/** 2^-24: a float32 holds the upper 24 bits of a word exactly. */
const UNIT_24: f32 = 5.9604644775390625e-8;
/** 2^-32 */
const UNIT_32: f32 = 2.3283064365386963e-10;
/** 2^-33: half a step, so that no uniform value under a logarithm is 0. */
const HALF_UNIT_32: f32 = 1.1641532182693481e-10;

/** Draws the words of elements [from, from + PIECE) of n; returns how many there are. */
function piece(words: usize, from: i32, n: i32, key0: i32, key1: i32, counter0: i32, counter1: i32): i32 {
  const count = min(n - from, PIECE);
  const counter = join(counter0, counter1) + (from >> 2);
  philox(words, count, key0, key1, <i32>counter, <i32>(counter >> 32), 0, 0);
  return count;
}

/** y (n) uniform in [low, high), in 2^24 steps; all `low` if the two are equal. */
export function uniform(
  y: usize,
  words: usize,
  n: i32,
  low: f32,
  high: f32,
  key0: i32,
  key1: i32,
  counter0: i32,
  counter1: i32,
): void {
  const start = f32x4.splat(low);
  const width = f32x4.splat(high - low);
  // Rounding would reach the excluded end now and then.
  const largest = f32x4.splat(max(low, below(high)));
  for (let from = 0; from < n; from += PIECE) {
    let left = piece(words, from, n, key0, key1, counter0, counter1);
    for (let w = words; left > 0; left -= 4, w += 16, y += 16) {
      const unit = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(v128.load(w), 8)), f32x4.splat(UNIT_24));
      const value = f32x4.add(start, f32x4.mul(width, unit));
      changetype<Tail>(0).store(y, f32x4.pmin(largest, value), left);
    }
  }
}

/** The next float32 towards minus infinity of a finite x. */
function below(x: f32): f32 {
  const bits = reinterpret<i32>(x);
  return reinterpret<f32>(x > 0 ? bits - 1 : x < 0 ? bits + 1 : <i32>0x80000001);
}

/** 2^-31 pi / 4 */
const ANGLE_UNIT: f32 = <f32>(0.7853981633974483 / 2147483648.0);
/** Minimax fits on |r| <= pi / 4, of Cephes' sinf.c: near -1/3!, 1/5!, -1/7! and 1/4!, -1/6!, 1/8!. */
const SIN_3: f32 = -1.6666654611e-1;
const SIN_5: f32 = 8.3321608736e-3;
const SIN_7: f32 = -1.9515295891e-4;
const COS_4: f32 = 4.166664568298827e-2;
const COS_6: f32 = -1.388731625493765e-3;
const COS_8: f32 = 2.443315711809948e-5;

/**
 * A random angle: a word in units of 2^-32 turns. Its reduction to |r| <= pi / 4 is exact in integers, so that short
 * polynomials suffice where sin and cos of math64.ts must take any float. Errors below 1e-7.
 */
class Angle {
  /** The angle less the nearest quarter turns, in radians: shifting those out leaves the rest as a signed fraction. */
  @inline rest(w: v128): v128 {
    return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shl(w, 2)), f32x4.splat(ANGLE_UNIT));
  }

  /** Number of the nearest quarter turn, modulo 4. */
  @inline quarter(w: v128): v128 {
    return i32x4.shr_u(i32x4.add(w, i32x4.splat(1 << 29)), 30);
  }

  @inline sin(r: v128): v128 {
    const s = f32x4.mul(r, r);
    let p = f32x4.add(f32x4.mul(s, f32x4.splat(SIN_7)), f32x4.splat(SIN_5));
    p = f32x4.add(f32x4.mul(p, s), f32x4.splat(SIN_3));
    return f32x4.add(r, f32x4.mul(f32x4.mul(p, s), r));
  }

  @inline cos(r: v128): v128 {
    const s = f32x4.mul(r, r);
    let p = f32x4.add(f32x4.mul(s, f32x4.splat(COS_8)), f32x4.splat(COS_6));
    p = f32x4.add(f32x4.mul(p, s), f32x4.splat(COS_4));
    p = f32x4.mul(f32x4.mul(p, s), s);
    return f32x4.add(f32x4.sub(f32x4.splat(1), f32x4.mul(s, f32x4.splat(0.5))), p);
  }

  /** The sine (of r) or cosine that quarter q asks for: sin, cos, -sin, -cos. */
  @inline turned(q: v128, sin: v128, cos: v128): v128 {
    const odd = i32x4.shr_s(i32x4.shl(q, 31), 31);
    const sign = i32x4.shl(i32x4.shr_u(q, 1), 31);
    return v128.xor(v128.bitselect(cos, sin, odd), sign);
  }
}

/**
 * y (n) normal with the given mean and standard deviation, by Box and Muller's transform: elements 2i and 2i + 1 are
 * the cosine and sine parts of words 2i, the radius, and 2i + 1, the angle.
 */
export function normal(
  y: usize,
  words: usize,
  n: i32,
  mean: f32,
  std: f32,
  key0: i32,
  key1: i32,
  counter0: i32,
  counter1: i32,
): void {
  const angle = changetype<Angle>(0);
  const tail = changetype<Tail>(0);
  const center = f32x4.splat(mean);
  const scale = f32x4.splat(std);
  for (let from = 0; from < n; from += PIECE) {
    let left = piece(words, from, n, key0, key1, counter0, counter1);
    for (let w = words; left > 0; left -= 8, w += 32, y += 32) {
      const even = v128.shuffle<i32>(v128.load(w), v128.load(w, 16), 0, 2, 4, 6);
      const odd = v128.shuffle<i32>(v128.load(w), v128.load(w, 16), 1, 3, 5, 7);
      // u in (0, 1], of 32 bits: the radius is at most 6.76
      const u = f32x4.add(f32x4.mul(f32x4.convert_i32x4_u(even), f32x4.splat(UNIT_32)), f32x4.splat(HALF_UNIT_32));
      const radius = f32x4.sqrt(f32x4.mul(f32x4.splat(-2), changetype<Log>(0).near(u)));
      const r = angle.rest(odd);
      const q = angle.quarter(odd);
      const sin = angle.sin(r);
      const cos = angle.cos(r);
      const scaled = f32x4.mul(scale, radius);
      const z0 = f32x4.add(center, f32x4.mul(scaled, angle.turned(i32x4.add(q, i32x4.splat(1)), sin, cos)));
      const z1 = f32x4.add(center, f32x4.mul(scaled, angle.turned(q, sin, cos)));
      tail.store(y, v128.shuffle<f32>(z0, z1, 0, 4, 1, 5), left);
      if (left > 4) tail.store(y + 16, v128.shuffle<f32>(z0, z1, 2, 6, 3, 7), left - 4);
    }
  }
}

/**
 * y (n) = x scale where the element's 24-bit draw is at least `threshold`, else x 0, which keeps a NaN as PyTorch
 * does. It is its own gradient kernel: on dy, with the same key and counter, it draws the same mask again, so that
 * none is stored.
 */
export function dropout(
  y: usize,
  words: usize,
  x: usize,
  n: i32,
  threshold: i32,
  scale: f32,
  key0: i32,
  key1: i32,
  counter0: i32,
  counter1: i32,
): void {
  const least = i32x4.splat(threshold);
  const factor = f32x4.splat(scale);
  for (let from = 0; from < n; from += PIECE) {
    let left = piece(words, from, n, key0, key1, counter0, counter1);
    for (let w = words; left > 0; left -= 4, w += 16, x += 16, y += 16) {
      const kept = i32x4.ge_s(i32x4.shr_u(v128.load(w), 8), least);
      changetype<Tail>(0).store(y, f32x4.mul(v128.load(x), v128.and(factor, kept)), left);
    }
  }
}

/** y (n int32) uniform in [low, low + range), unbiased; `range` is unsigned, and 0 stands for 2^32. */
export function uniformInt(
  y: usize,
  words: usize,
  n: i32,
  low: i32,
  range: i32,
  key0: i32,
  key1: i32,
  counter0: i32,
  counter1: i32,
): void {
  for (let from = 0; from < n; from += PIECE) {
    const count = piece(words, from, n, key0, key1, counter0, counter1);
    for (let i = 0; i < count; i++, y += 4) {
      const word = load<u32>(words + ((<usize>i) << 2));
      store<i32>(y, low + bounded(word, from + i, range, key0, key1, counter0, counter1));
    }
  }
}

/** y (n int32) = a random order of 0 .. n-1, by Fisher and Yates' shuffle from the inside out. */
export function permutation(y: usize, words: usize, n: i32, key0: i32, key1: i32, counter0: i32, counter1: i32): void {
  for (let from = 0; from < n; from += PIECE) {
    const count = piece(words, from, n, key0, key1, counter0, counter1);
    for (let i = from; i < from + count; i++) {
      const word = load<u32>(words + ((<usize>(i - from)) << 2));
      const at = y + ((<usize>bounded(word, i, i + 1, key0, key1, counter0, counter1)) << 2);
      store<i32>(y + ((<usize>i) << 2), load<i32>(at));
      store<i32>(at, i);
    }
  }
}

/**
 * The word of element i as a number below `range`, without bias: the high word of word * range, drawn anew where the
 * low word shows that this number would come up too often. Lemire, "Fast random integer generation in an interval",
 * 2019.
 */
function bounded(word: u32, i: i32, range: u32, key0: i32, key1: i32, counter0: i32, counter1: i32): i32 {
  if (range === 0) return word;
  let product = <u64>word * range;
  if (<u32>product < range) {
    // 2^32 mod range: that many words are one too many.
    const excess: u32 = (0 - range) % range;
    for (let redraw = 1; <u32>product < excess; redraw++) {
      product = <u64>another(i, redraw, key0, key1, counter0, counter1) * range;
    }
  }
  return <i32>(product >> 32);
}

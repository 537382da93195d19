// The vector loops of elementwise kernels: an operation on one vector, as a class, becomes a loop over arrays.
// Broadcasting loops are in broadcast.ts; the functions themselves in math.ts and the files of each family.
//
// Elements are four bytes (float32 or int32). Every loop reads whole vectors, up to 12 bytes past n, and writes
// exactly n elements, so that an output may be a slice and may be one of the inputs. `changetype<Op>(0).at(v)`
// inlines fully, where a function-valued argument would be an indirect call for each vector.

import { Lanes } from "./lanes";

/** An elementwise function of one vector. */
export abstract class Op1 {
  abstract at(x: v128): v128;
}
/** One with a shorter form for all but rare arguments, of which `key` is above `limit`, as integers. */
export abstract class NearOp extends Op1 {
  abstract key(x: v128): v128;
  abstract limit(): v128;
  /** The bits of `at`, where `key` allows it */
  abstract near(x: v128): v128;
}
/** An elementwise function of two vectors. */
export abstract class Op2 {
  abstract at(a: v128, b: v128): v128;
}
/** An elementwise function of three vectors. */
export abstract class Op3 {
  abstract at(a: v128, b: v128, c: v128): v128;
}
/** An elementwise function of four vectors. */
export abstract class Op4 {
  abstract at(a: v128, b: v128, c: v128, d: v128): v128;
}

/**
 * Bytes of the four vectors that a turn of a loop takes: `add` runs at 5 µs for 65,536 values so, one at a time at
 * 8.6.
 */
export const BLOCK: usize = 64;

/** Writes the end of an array. A class, since the compiler warns of exported functions that take vectors. */
export class Tail {
  /**
   * Writes the first `count` elements of `v`; all four where `count` is larger. Those behind them are written back as
   * they are, which takes no call: one that a loop may reach makes V8 spill its vectors (layer norm: 20 % slower).
   */
  @inline store(y: usize, v: v128, count: i32): void {
    if (count < 4) v = v128.bitselect(v, v128.load(y), changetype<Lanes>(0).first(count));
    v128.store(y, v);
  }
  /** Writes the first `count` lanes of a mask as bytes, 0 or 1; all four where `count` is larger. */
  storeMask(y: usize, mask: v128, count: i32): void {
    const halves = i16x8.narrow_i32x4_s(mask, mask);
    let bytes = i32x4.extract_lane(i8x16.neg(i8x16.narrow_i16x8_s(halves, halves)), 0);
    if (count >= 4) {
      store<u32>(y, bytes);
      return;
    }
    for (; count > 0; count--, y++, bytes >>= 8) store<u8>(y, bytes);
  }
}

/** y[i] = Op(x[i]) */
export function map1<Op extends Op1>(y: usize, x: usize, n: i32): void {
  const op = changetype<Op>(0);
  for (; n >= 16; n -= 16, x += BLOCK, y += BLOCK) {
    const y0 = op.at(v128.load(x));
    const y1 = op.at(v128.load(x, 16));
    const y2 = op.at(v128.load(x, 32));
    const y3 = op.at(v128.load(x, 48));
    v128.store(y, y0);
    v128.store(y, y1, 16);
    v128.store(y, y2, 32);
    v128.store(y, y3, 48);
  }
  for (; n > 0; n -= 4, x += 16, y += 16) changetype<Tail>(0).store(y, op.at(v128.load(x)), n);
}

/** y[i] = Op(x[i]), by the shorter form where all of a block allow it: one test a block, 0.51 instead of 0.64 ns for exp. */
export function mapNear<Op extends NearOp>(y: usize, x: usize, n: i32): void {
  const op = changetype<Op>(0);
  while (n > 0) {
    if (n >= 16) {
      const x0 = v128.load(x);
      const x1 = v128.load(x, 16);
      const x2 = v128.load(x, 32);
      const x3 = v128.load(x, 48);
      const key = i32x4.max_s(i32x4.max_s(op.key(x0), op.key(x1)), i32x4.max_s(op.key(x2), op.key(x3)));
      if (!v128.any_true(i32x4.gt_s(key, op.limit()))) {
        const y0 = op.near(x0);
        const y1 = op.near(x1);
        const y2 = op.near(x2);
        const y3 = op.near(x3);
        v128.store(y, y0);
        v128.store(y, y1, 16);
        v128.store(y, y2, 32);
        v128.store(y, y3, 48);
        n -= 16;
        x += BLOCK;
        y += BLOCK;
        continue;
      }
    }
    for (const end = x + BLOCK; x < end && n > 0; n -= 4, x += 16, y += 16) {
      changetype<Tail>(0).store(y, op.at(v128.load(x)), n);
    }
  }
}

/** y[i] = Op(x[i], s, t) with numbers s and t, as the slope of leakyRelu or the bounds of clamp */
export function map1s<Op extends Op3>(y: usize, x: usize, n: i32, s: f32, t: f32 = 0): void {
  const op = changetype<Op>(0);
  const vs = f32x4.splat(s);
  const vt = f32x4.splat(t);
  for (; n >= 16; n -= 16, x += BLOCK, y += BLOCK) {
    const y0 = op.at(v128.load(x), vs, vt);
    const y1 = op.at(v128.load(x, 16), vs, vt);
    const y2 = op.at(v128.load(x, 32), vs, vt);
    const y3 = op.at(v128.load(x, 48), vs, vt);
    v128.store(y, y0);
    v128.store(y, y1, 16);
    v128.store(y, y2, 32);
    v128.store(y, y3, 48);
  }
  for (; n > 0; n -= 4, x += 16, y += 16) changetype<Tail>(0).store(y, op.at(v128.load(x), vs, vt), n);
}

/** As `map1s`, one vector a turn: a fifth of the code, for what is rare. */
export function each1s<Op extends Op3>(y: usize, x: usize, n: i32, s: f32, t: f32 = 0): void {
  const vs = f32x4.splat(s);
  const vt = f32x4.splat(t);
  for (; n > 0; n -= 4, x += 16, y += 16) {
    changetype<Tail>(0).store(y, changetype<Op>(0).at(v128.load(x), vs, vt), n);
  }
}

/**
 * y[i] = Op(a[i], b[i]). `stepA` and `stepB` are the bytes an operand advances in a turn: BLOCK, or 0 for one that is a
 * block of equal elements, which is how a broadcast number takes part at no cost of its own.
 */
export function map2<Op extends Op2>(
  y: usize,
  a: usize,
  b: usize,
  n: i32,
  stepA: usize = BLOCK,
  stepB: usize = BLOCK,
): void {
  const op = changetype<Op>(0);
  for (; n >= 16; n -= 16, a += stepA, b += stepB, y += BLOCK) {
    const y0 = op.at(v128.load(a), v128.load(b));
    const y1 = op.at(v128.load(a, 16), v128.load(b, 16));
    const y2 = op.at(v128.load(a, 32), v128.load(b, 32));
    const y3 = op.at(v128.load(a, 48), v128.load(b, 48));
    v128.store(y, y0);
    v128.store(y, y1, 16);
    v128.store(y, y2, 32);
    v128.store(y, y3, 48);
  }
  for (; n > 0; n -= 4, a += stepA >> 2, b += stepB >> 2, y += 16) {
    changetype<Tail>(0).store(y, op.at(v128.load(a), v128.load(b)), n);
  }
}

/** As `map2` of arrays, one vector a turn. */
export function each2<Op extends Op2>(y: usize, a: usize, b: usize, n: i32): void {
  for (; n > 0; n -= 4, a += 16, b += 16, y += 16) {
    changetype<Tail>(0).store(y, changetype<Op>(0).at(v128.load(a), v128.load(b)), n);
  }
}

/**
 * y[i] = Op(a[i], b[i], c[i]), with steps as in `map2`. One vector a turn: three operands leave little else to
 * overlap.
 */
export function map3<Op extends Op3>(
  y: usize,
  a: usize,
  b: usize,
  c: usize,
  n: i32,
  stepA: usize = BLOCK,
  stepB: usize = BLOCK,
  stepC: usize = BLOCK,
): void {
  const op = changetype<Op>(0);
  for (; n > 0; n -= 4, a += stepA >> 2, b += stepB >> 2, c += stepC >> 2, y += 16) {
    changetype<Tail>(0).store(y, op.at(v128.load(a), v128.load(b), v128.load(c)), n);
  }
}

/** y[i] = Op(a[i], b[i], s, t) with numbers s and t */
export function map2s<Op extends Op4>(y: usize, a: usize, b: usize, n: i32, s: f32, t: f32 = 0): void {
  const op = changetype<Op>(0);
  const vs = f32x4.splat(s);
  const vt = f32x4.splat(t);
  for (; n > 0; n -= 4, a += 16, b += 16, y += 16) {
    changetype<Tail>(0).store(y, op.at(v128.load(a), v128.load(b), vs, vt), n);
  }
}

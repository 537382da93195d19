// Maxima and minima over the middle of [outer, reduce, inner]: their values, places and gradient. NaN wins, as in PyTorch.
import { Fold, fold, LINE, LINE_BYTES } from "./fold";
import { Lanes, VECTOR } from "./lanes";
import { Tail } from "./map";

// f32x4.max and min pass a NaN on too, but are several instructions each on x86. pmax(a, x) keeps a NaN in a; a NaN in x
// comes in by the mask, all ones being a NaN.

class Max extends Fold {
  @inline identity(): v128 {
    return f32x4.splat(-Infinity);
  }
  @inline at(a: v128, x: v128): v128 {
    return v128.or(f32x4.pmax(a, x), f32x4.ne(x, x));
  }
}

class Min extends Fold {
  @inline identity(): v128 {
    return f32x4.splat(Infinity);
  }
  @inline at(a: v128, x: v128): v128 {
    return v128.or(f32x4.pmin(a, x), f32x4.ne(x, x));
  }
}

class MaxInt extends Fold {
  @inline identity(): v128 {
    return i32x4.splat(i32.MIN_VALUE);
  }
  @inline at(a: v128, x: v128): v128 {
    return i32x4.max_s(a, x);
  }
}

class MinInt extends Fold {
  @inline identity(): v128 {
    return i32x4.splat(i32.MAX_VALUE);
  }
  @inline at(a: v128, x: v128): v128 {
    return i32x4.min_s(a, x);
  }
}

/** y[o, i] = max over r of x[o, r, i]; NaN if one is NaN. */
export function amax(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  fold<Max>(y, x, outer, reduce, inner);
}

/** y[o, i] = min over r of x[o, r, i]; NaN if one is NaN. */
export function amin(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  fold<Min>(y, x, outer, reduce, inner);
}

/** The maximum of int32. */
export function amaxInt(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  fold<MaxInt>(y, x, outer, reduce, inner);
}

/** The minimum of int32. */
export function aminInt(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  fold<MinInt>(y, x, outer, reduce, inner);
}

/** How a place is found: where x is the extremum a of what it is among, and where x replaces the extremum a so far. */
abstract class Place {
  abstract same(x: v128, a: v128): v128;
  abstract wins(x: v128, a: v128): v128;
}

class PlaceMax extends Place {
  @inline same(x: v128, a: v128): v128 {
    return v128.or(f32x4.eq(x, a), f32x4.ne(x, x));
  }
  @inline wins(x: v128, a: v128): v128 {
    return v128.andnot(f32x4.eq(a, a), f32x4.le(x, a));
  }
}

class PlaceMin extends Place {
  @inline same(x: v128, a: v128): v128 {
    return changetype<PlaceMax>(0).same(x, a);
  }
  @inline wins(x: v128, a: v128): v128 {
    return v128.andnot(f32x4.eq(a, a), f32x4.ge(x, a));
  }
}

class PlaceMaxInt extends Place {
  @inline same(x: v128, a: v128): v128 {
    return i32x4.eq(x, a);
  }
  @inline wins(x: v128, a: v128): v128 {
    return i32x4.gt_s(x, a);
  }
}

class PlaceMinInt extends Place {
  @inline same(x: v128, a: v128): v128 {
    return i32x4.eq(x, a);
  }
  @inline wins(x: v128, a: v128): v128 {
    return i32x4.lt_s(x, a);
  }
}

/** y[o, i] = the first r where x[o, r, i] is the maximum, or NaN if there is one; int32. */
export function argmax(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  argFold<Max, PlaceMax>(y, x, outer, reduce, inner);
}

/** y[o, i] = the first r where x[o, r, i] is the minimum, or NaN if there is one; int32. */
export function argmin(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  argFold<Min, PlaceMin>(y, x, outer, reduce, inner);
}

/** The place of the maximum of int32. */
export function argmaxInt(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  argFold<MaxInt, PlaceMaxInt>(y, x, outer, reduce, inner);
}

/** The place of the minimum of int32. */
export function argminInt(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  argFold<MinInt, PlaceMinInt>(y, x, outer, reduce, inner);
}

function argFold<F extends Fold, P extends Place>(y: usize, x: usize, outer: usize, reduce: usize, inner: usize): void {
  if (inner === 1) {
    // The extrema first, into y; their places, which replace them there, by a second look that ends early.
    fold<F>(y, x, outer, reduce, 1);
    for (; outer > 0; outer--, y += 4, x += reduce << 2) argRow<P>(y, x);
    return;
  }
  const stride = inner << 2;
  for (; outer > 0; outer--, x += reduce * stride, y += stride) {
    for (let at: usize = 0; at < stride; at += LINE_BYTES) {
      argStrip<P>(y + at, x + at, reduce, stride, min(stride - at, LINE_BYTES));
    }
  }
}

/** Replaces the extremum of a row in y by its first place. It is there, so no vector past the row decides. */
function argRow<P extends Place>(y: usize, x: usize): void {
  const extremum = v128.load_splat<u32>(y);
  const op = changetype<P>(0);
  let found = 0;
  let at = x;
  for (; ; at += VECTOR) {
    found = i32x4.bitmask(op.same(v128.load(at), extremum));
    if (found !== 0) break;
  }
  store<i32>(y, <i32>((at - x) >> 2) + ctz(found));
}

/** Places in the columns of `width` bytes, two rows at a time; the extrema so far are in LINE. */
function argStrip<P extends Place>(y: usize, x: usize, rows: usize, stride: usize, width: usize): void {
  const op = changetype<P>(0);
  memory.fill(y, 0, width);
  memory.copy(LINE, x, width);
  for (let r: usize = 1; r < rows; ) {
    // the last of an odd number is looked at twice, which changes nothing
    if (r + 1 === rows) r--;
    const first = x + r * stride;
    const second = first + stride;
    const row = i32x4.splat(<i32>r);
    const next = i32x4.splat(<i32>r + 1);
    for (let i: usize = 0; i < width; i += VECTOR) {
      let a = v128.load(LINE + i);
      let v = v128.load(first + i);
      let wins = op.wins(v, a);
      a = v128.bitselect(v, a, wins);
      let place = v128.bitselect(row, v128.load(y + i), wins);
      v = v128.load(second + i);
      wins = op.wins(v, a);
      v128.store(LINE + i, v128.bitselect(v, a, wins));
      place = v128.bitselect(next, place, wins);
      changetype<Tail>(0).store(y + i, place, <i32>((width - i) >> 2));
    }
    r += 2;
  }
}

/**
 * dx = dy / n where x equals its extremum y, n being the number of ties; elsewhere 0. Also of amin.
 * Where y is NaN nothing equals it, so that 0 / 0 gives NaN for the whole row, as in PyTorch.
 */
export function amaxGrad(dx: usize, y: usize, x: usize, dy: usize, outer: usize, reduce: usize, inner: usize): void {
  const n = reduce << 2;
  if (inner === 1) {
    for (; outer > 0; outer--, x += n, dx += n, y += 4, dy += 4) {
      amaxGradRow(dx, x, v128.load_splat<f32>(y), load<f32>(dy), reduce);
    }
    return;
  }
  const stride = inner << 2;
  for (; outer > 0; outer--, x += n * inner, dx += n * inner, y += stride, dy += stride) {
    for (let at: usize = 0; at < stride; at += VECTOR) {
      amaxGradColumns4(dx + at, x + at, y + at, dy + at, reduce, stride, <i32>((stride - at) >> 2));
    }
  }
}

function amaxGradRow(dx: usize, x: usize, y: v128, dy: f32, n: usize): void {
  let ties = i32x4.splat(0);
  const end = x + (n << 2);
  let at = x;
  // A mask's lanes are -1 where set.
  for (; at + VECTOR <= end; at += VECTOR) ties = i32x4.sub(ties, f32x4.eq(v128.load(at), y));
  const tail = v128.and(f32x4.eq(v128.load(at), y), changetype<Lanes>(0).first((end - at) >> 2));
  const share = f32x4.splat(dy / changetype<Lanes>(0).sum(f32x4.convert_i32x4_s(i32x4.sub(ties, tail))));
  const one = f32x4.splat(1);
  for (; x < end; x += VECTOR, dx += VECTOR) {
    const v = f32x4.mul(share, v128.and(f32x4.eq(v128.load(x), y), one));
    changetype<Tail>(0).store(dx, v, <i32>((end - x) >> 2));
  }
}

function amaxGradColumns4(dx: usize, x: usize, y: usize, dy: usize, rows: usize, stride: usize, count: i32): void {
  const extremum = v128.load(y);
  let ties = i32x4.splat(0);
  let at = x;
  for (let r: usize = 0; r < rows; r++, at += stride) ties = i32x4.sub(ties, f32x4.eq(v128.load(at), extremum));
  const share = f32x4.div(v128.load(dy), f32x4.convert_i32x4_s(ties));
  const one = f32x4.splat(1);
  for (let r: usize = 0; r < rows; r++, x += stride, dx += stride) {
    const v = f32x4.mul(share, v128.and(f32x4.eq(v128.load(x), extremum), one));
    changetype<Tail>(0).store(dx, v, count);
  }
}

// The order of the elements along the middle of [outer, reduce, inner], and places in a sorted line. Values follow from places: gather.ts.

/**
 * Shorter lines, or parts of one, are sorted by insertion: a radix sort clears and sums its 256 counts four times whatever the
 * length.
 */
const SHORT: usize = 48;
/** Bytes of the counts of a radix sort. */
const COUNTS: usize = 4 * 256;

/**
 * y[o, r, i] = the place of the r-th smallest of x[o, :, i], or of the r-th largest, for r < count; int32. Equals keep their
 * order, and NaN counts as largest. `room` is for COUNTS bytes and twice `reduce` words of eight bytes.
 */
export function argsort(
  y: usize,
  room: usize,
  x: usize,
  outer: usize,
  reduce: usize,
  inner: usize,
  count: usize,
  descending: bool,
  float: bool,
): void {
  const stride = inner << 2;
  const words = room + COUNTS;
  const flip = descending ? -1 : 0;
  for (; outer > 0; outer--, x += reduce * stride, y += count * stride) {
    for (let i: usize = 0; i < stride; i += 4) {
      // The key stands in the upper half of a word and the place in the lower, which settles ties.
      for (let r: usize = 0, at = x + i; r < reduce; r++, at += stride) {
        const key = (float ? orderOf(load<f32>(at)) : load<i32>(at) ^ i32.MIN_VALUE) ^ flip;
        store<u64>(words + (r << 3), ((<u64>(<u32>key)) << 32) | r);
      }
      if (min(reduce, count) < SHORT) insertion(words, reduce, count);
      else radix(words, words + (reduce << 3), room, reduce);
      for (let r: usize = 0, at = y + i; r < count; r++, at += stride) store<i32>(at, load<i32>(words + (r << 3)));
    }
  }
}

/** Bits that order as unsigned integers as the floats do; -0 is 0, and NaN comes last. */
function orderOf(v: f32): i32 {
  const bits = reinterpret<i32>(v + 0);
  return F32.isNaN(v) ? -1 : bits ^ ((bits >> 31) | i32.MIN_VALUE);
}

/** Of a line longer than `count` only the first `count` are kept: few of a long line are among them for long. */
function insertion(words: usize, n: usize, count: usize): void {
  const end = words + (n << 3);
  const last = words + (count << 3) - 8;
  for (let next = words + 8; next < end; next += 8) {
    const word = load<u64>(next);
    let at = next;
    if (at > last) {
      if (word >= load<u64>(last)) continue;
      at = last;
    }
    for (; at > words; at -= 8) {
      const before = load<u64>(at - 8);
      if (before <= word) break;
      store<u64>(at, before);
    }
    store<u64>(at, word);
  }
}

/** By the four bytes of the key, lowest first: there and back between two arrays. */
function radix(words: usize, other: usize, counts: usize, n: usize): void {
  const bytes = n << 3;
  for (let byte: usize = 4; byte < 8; byte++) {
    memory.fill(counts, 0, COUNTS);
    const keys = words + byte;
    for (let at: usize = 0; at < bytes; at += 8) {
      const count = counts + ((<usize>load<u8>(keys + at)) << 2);
      store<u32>(count, load<u32>(count) + 8);
    }
    let sum: u32 = 0;
    for (let count = counts; count < counts + COUNTS; count += 4) {
      const own = load<u32>(count);
      store<u32>(count, sum);
      sum += own;
    }
    for (let at: usize = 0; at < bytes; at += 8) {
      const count = counts + ((<usize>load<u8>(keys + at)) << 2);
      const to = load<u32>(count);
      store<u64>(other + to, load<u64>(words + at));
      store<u32>(count, to + 8);
    }
    const swap = words;
    words = other;
    other = swap;
  }
}

// Reads and writes through index tensors: rows by number, single elements, gradients that add up where an index
// repeats, in the order of the indices, so that the sum's bits are fixed. Indices are int32 and trusted;
// `firstOutside` checks them.
import { Row } from "./row";

/** The position of the first of n indices outside [0, size), -1 if there is none. */
export function firstOutside(index: usize, n: i32, size: i32): i32 {
  const bound = i32x4.splat(size);
  let i = 0;
  // As unsigned numbers negative ones are large.
  while (i + 4 <= n && !v128.any_true(i32x4.ge_u(v128.load(index + ((<usize>i) << 2)), bound))) i += 4;
  for (; i < n; i++) if (load<u32>(index + ((<usize>i) << 2)) >= <u32>size) return i;
  return -1;
}

/** y (outer, n, row) = rows index[0..n) of the `size` rows of each x[o]; `row` is in bytes, for any dtype. */
export function takeRows(y: usize, x: usize, index: usize, outer: i32, size: i32, n: i32, row: usize): void {
  for (let o = 0; o < outer; o++, x += row * size) {
    if (row === 4) {
      // along the last axis: what padding, rolling and single elements come to
      for (let i = 0; i < n; i++, y += 4)
        store<u32>(y, load<u32>(x + ((<usize>load<u32>(index + ((<usize>i) << 2))) << 2)));
      continue;
    }
    for (let i = 0; i < n; i++, y += row) {
      changetype<Row>(0).copy(y, x + row * load<u32>(index + ((<usize>i) << 2)), row);
    }
  }
}

/** dx (outer, size, row): sums of the rows of dy (outer, n, row) by their index; `row` is in elements. */
export function takeRowsGrad(dx: usize, dy: usize, index: usize, outer: i32, size: i32, n: i32, row: i32): void {
  const bytes = (<usize>row) << 2;
  memory.fill(dx, 0, bytes * size * outer);
  for (let o = 0; o < outer; o++, dx += bytes * size) {
    for (let i = 0; i < n; i++, dy += bytes)
      changetype<Row>(0).add(dx + bytes * load<u32>(index + ((<usize>i) << 2)), dy, row);
  }
}

/**
 * dw (vocabulary, width): sums of the rows of dy (n, width) by id; row `padding` (-1: none) is 0. Unless `counts`
 * (scratch, int32 for each row) is 0, each row is divided by how often its id occurs.
 */
export function embeddingGrad(
  dw: usize,
  counts: usize,
  dy: usize,
  ids: usize,
  n: i32,
  vocabulary: i32,
  width: i32,
  padding: i32,
): void {
  takeRowsGrad(dw, dy, ids, 1, vocabulary, n, width);
  const bytes = (<usize>width) << 2;
  if (padding >= 0) memory.fill(dw + bytes * padding, 0, bytes);
  if (counts === 0) return;
  memory.fill(counts, 0, (<usize>vocabulary) << 2);
  for (let i = 0; i < n; i++) {
    const at = counts + ((<usize>load<u32>(ids + ((<usize>i) << 2))) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
  for (let v = 0; v < vocabulary; v++, dw += bytes) {
    const count = load<i32>(counts + ((<usize>v) << 2));
    if (count < 2) continue;
    for (let at = dw; at < dw + bytes; at += 4) store<f32>(at, load<f32>(at) / <f32>count);
  }
}

/**
 * place (bags, width) int32 = the number of the row of x (n, width) that has the column's largest value among those of
 * its bag, the first of equal ones; -1 for a bag without rows. bag (n): the bag of each row.
 */
export function bagMax(place: usize, x: usize, bag: usize, n: i32, bags: i32, width: i32): void {
  const row = (<usize>width) << 2;
  memory.fill(place, 0xff, row * bags);
  for (let i = 0, at = x; i < n; i++) {
    let to = place + row * load<u32>(bag + ((<usize>i) << 2));
    for (let column = x; column < x + row; column += 4, at += 4, to += 4) {
      const best = load<i32>(to);
      if (best < 0 || load<f32>(at) > load<f32>(column + row * best)) store<i32>(to, i);
    }
  }
}

/** y[o, i, j] = x[o, index[o, i, j], j]; y and index (outer, n, inner), x (outer, size, inner) of float32 or int32. */
export function gather(y: usize, x: usize, index: usize, outer: i32, size: i32, n: i32, inner: i32): void {
  const row = (<usize>inner) << 2;
  for (let o = 0; o < outer; o++, x += row * size) {
    for (let i = 0; i < n; i++) {
      for (let j = x; j < x + row; j += 4, y += 4, index += 4) {
        store<u32>(y, load<u32>(j + row * load<u32>(index)));
      }
    }
  }
}

/**
 * y[o, index[o, i, j], j] = src[o, i, j], in order, or += it: `add` is 0 for =, 1 for the sum of float32, 2 for that of
 * int32. Shapes as for {@link gather}.
 */
export function scatter(y: usize, src: usize, index: usize, outer: i32, size: i32, n: i32, inner: i32, add: i32): void {
  const row = (<usize>inner) << 2;
  for (let o = 0; o < outer; o++, y += row * size) {
    for (let i = 0; i < n; i++) {
      for (let j = y; j < y + row; j += 4, src += 4, index += 4) {
        const at = j + row * load<u32>(index);
        if (add === 1) store<f32>(at, load<f32>(at) + load<f32>(src));
        else store<i32>(at, load<i32>(src) + (add ? load<i32>(at) : 0));
      }
    }
  }
}

/** y (n, classes) int32 = 1 at column ids[i] of row i, else 0. */
export function oneHot(y: usize, ids: usize, n: i32, classes: i32): void {
  const row = (<usize>classes) << 2;
  memory.fill(y, 0, row * n);
  for (let i = 0; i < n; i++, y += row) store<i32>(y + ((<usize>load<u32>(ids + ((<usize>i) << 2))) << 2), 1);
}

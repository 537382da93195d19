// Copies between strided layouts: permutations, slices, broadcasts, flips, joins. Copies through index tensors are
// gather.ts; nothing here computes with the values, so that floats and integers share every loop.

import { LINE } from "./fold";
import { Row } from "./row";

/**
 * y[i] = x[i] over every index i of the `rank` dimensions (at least 1), for float32 and int32. `dims` holds, outermost
 * first, (size, stride of y, stride of x) of each dimension as i32, strides in elements; those of x may be 0, both may
 * be negative. Exactly the addressed elements of y are written.
 */
export function copyWords(y: usize, x: usize, dims: usize, rank: i32): void {
  walk<u32>(y, x, dims, rank);
}

/** {@link copyWords} for bool, one byte an element. */
export function copyBytes(y: usize, x: usize, dims: usize, rank: i32): void {
  walk<u8>(y, x, dims, rank);
}

/** y[0..bytes) = 0 */
export function clear(y: usize, bytes: usize): void {
  memory.fill(y, 0, bytes);
}

/**
 * y (batch, rows, cols) = x where j - i <= diagonal if `lower`, where j - i >= diagonal if not, else 0; `size` is
 * that of an element in bytes.
 */
export function triangle(
  y: usize,
  x: usize,
  batch: i32,
  rows: i32,
  cols: i32,
  diagonal: i32,
  lower: bool,
  size: i32,
): void {
  const width = <usize>cols * size;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < rows; i++, y += width, x += width) {
      // The first column on the other side of the boundary.
      const edge = <usize>min<i64>(max<i64>(<i64>i + diagonal + (lower ? 1 : 0), 0), cols) * size;
      if (lower) {
        memory.copy(y, x, edge);
        memory.fill(y + edge, 0, width - edge);
      } else {
        memory.fill(y, 0, edge);
        memory.copy(y + edge, x + edge, width - edge);
      }
    }
  }
}

/** One level of the nest; the two innermost dimensions are a plane. */
function walk<T>(y: usize, x: usize, dims: usize, rank: i32): void {
  const size = load<i32>(dims);
  const yStride = <isize>load<i32>(dims, 4) * sizeof<T>();
  const xStride = <isize>load<i32>(dims, 8) * sizeof<T>();
  if (rank === 1) {
    plane<T>(y, x, 1, size, 0, yStride, 0, xStride);
  } else if (rank === 2) {
    const yCol = <isize>load<i32>(dims, 16) * sizeof<T>();
    const xCol = <isize>load<i32>(dims, 20) * sizeof<T>();
    plane<T>(y, x, size, load<i32>(dims, 12), yStride, yCol, xStride, xCol);
  } else {
    for (let i = 0; i < size; i++, y += yStride, x += xStride) walk<T>(y, x, dims + 12, rank - 1);
  }
}

/** Two dimensions, strides in bytes: picks the loop. */
function plane<T>(y: usize, x: usize, rows: i32, cols: i32, yRow: isize, yCol: isize, xRow: isize, xCol: isize): void {
  if (yCol === sizeof<T>()) {
    if (xCol === sizeof<T>() && cols >= 4) {
      copyRows(y, x, rows, cols * sizeof<T>(), yRow, xRow);
      return;
    }
    if (xCol === 0) {
      for (let i = 0; i < rows; i++, y += yRow, x += xRow) fill<T>(y, load<T>(x), cols);
      return;
    }
    if (sizeof<T>() === 4 && xRow === 4 && rows >= 4 && cols >= 4) {
      transpose(y, x, rows, cols, yRow, xCol);
      return;
    }
  }
  if (sizeof<T>() === 4 && yCol === 4 && cols >= 4 && (xCol === -4 || xCol === 8)) {
    for (let i = 0; i < rows; i++, y += yRow, x += xRow) pick(y, x, cols, xCol);
    return;
  }
  // A short dimension goes outside: a loop of two or three turns costs more than the worse locality.
  if (cols >= rows || cols >= 16) each<T>(y, x, rows, cols, yRow, yCol, xRow, xCol);
  else each<T>(y, x, cols, rows, yCol, yRow, xCol, xRow);
}

function copyRows(y: usize, x: usize, rows: i32, bytes: i32, yRow: isize, xRow: isize): void {
  for (let i = 0; i < rows; i++, y += yRow, x += xRow) changetype<Row>(0).copy(y, x, bytes);
}

function each<T>(y: usize, x: usize, rows: i32, cols: i32, yRow: isize, yCol: isize, xRow: isize, xCol: isize): void {
  for (let i = 0; i < rows; i++, y += yRow, x += xRow) {
    let p = y;
    let q = x;
    let j = cols;
    for (; j >= 4; j -= 4) {
      store<T>(p, load<T>(q));
      store<T>(p + yCol, load<T>(q + xCol));
      store<T>(p + 2 * yCol, load<T>(q + 2 * xCol));
      store<T>(p + 3 * yCol, load<T>(q + 3 * xCol));
      p += 4 * yCol;
      q += 4 * xCol;
    }
    for (; j > 0; j--, p += yCol, q += xCol) store<T>(p, load<T>(q));
  }
}

/** Words backwards, or every other one: a vector at a time, 2 to 3 times as fast. */
function pick(y: usize, x: usize, n: i32, xCol: isize): void {
  for (; n >= 8; n -= 8, y += 32, x += 8 * xCol) {
    if (xCol < 0) {
      const v = v128.load(x - 12);
      const w = v128.load(x - 28);
      v128.store(y, v128.shuffle<f32>(v, v, 3, 2, 1, 0));
      v128.store(y, v128.shuffle<f32>(w, w, 3, 2, 1, 0), 16);
    } else {
      v128.store(y, v128.shuffle<f32>(v128.load(x), v128.load(x, 16), 0, 2, 4, 6));
      v128.store(y, v128.shuffle<f32>(v128.load(x, 32), v128.load(x, 48), 0, 2, 4, 6), 16);
    }
  }
  for (; n > 0; n--, y += 4, x += xCol) store<u32>(y, load<u32>(x));
}

function fill<T>(y: usize, value: T, n: i32): void {
  if (sizeof<T>() === 1) {
    memory.fill(y, <u8>value, n);
  } else {
    const v = i32x4.splat(<i32>value);
    const end = y + ((<usize>n) << 2);
    for (; y + 16 <= end; y += 16) v128.store(y, v);
    for (; y < end; y += 4) store<T>(y, value);
  }
}

/** Rows and columns of y that a tile has: words of a cache line, so that lines are used up while they are near. */
const TILE: i32 = 16;
/** The same of a block that goes through LINE, where rows are a vector further apart, so that they share no set. */
const BLOCK: i32 = 64;
const PITCH: usize = 272;
/** Rows at a stride of this many bytes, or a multiple, share two sets of the first-level cache. */
const ALIAS: isize = 2048;
/** Words from which on caches hold less than both. */
const LARGE: i32 = 1 << 22;

/**
 * y[i, j] = x[j, i] for i < rows, j < cols of y, words; leading dimensions `ldy`, `ldx` in bytes. Where rows share a set of the
 * cache, or all is large, by blocks: 1024x1024 2 to 3 times as fast as by tiles, 4000x4000 1.2, others 0.75 times.
 */
function transpose(y: usize, x: usize, rows: i32, cols: i32, ldy: isize, ldx: isize): void {
  const blockRows = rows & ~3;
  const blockCols = cols & ~3;
  const aliased = (ldx & (ALIAS - 1)) === 0 || (ldy & (ALIAS - 1)) === 0 || rows * cols >= LARGE;
  const byBlocks = aliased && rows > TILE && cols > TILE;
  const size = byBlocks ? BLOCK : TILE;
  let height = 0;
  for (let i = 0; i < blockRows; i += height) {
    let q = x + ((<usize>i) << 2);
    let p = y + <isize>i * ldy;
    // Up to where cache lines end; few rows do not pay for one step more.
    height = min(rows < BLOCK ? size : size - ((<i32>q >> 2) & 12), blockRows - i);
    if (!byBlocks) {
      quads(p, q, height, blockCols, ldy, ldx);
      continue;
    }
    for (let j = blockCols; j > 0; ) {
      const width = min(BLOCK - ((<i32>p >> 2) & 12), j);
      block(p, q, (<usize>height) << 2, (<usize>width) << 2, ldy, ldx);
      j -= width;
      p += (<usize>width) << 2;
      q += <isize>width * ldx;
    }
  }
  // The columns, then the rows of y that fill no block.
  const right = cols - blockCols;
  const below = rows - blockRows;
  if (right > 0) {
    each<u32>(y + ((<usize>blockCols) << 2), x + <isize>blockCols * ldx, right, blockRows, 4, ldy, ldx, 4);
  }
  if (below > 0) {
    each<u32>(y + <isize>blockRows * ldy, x + ((<usize>blockRows) << 2), below, cols, ldy, 4, 4, ldx);
  }
}

/** The same for at most BLOCK rows and columns, multiples of four, here in bytes: down 4 columns of LINE, then by rows. */
function block(y: usize, x: usize, rows: usize, cols: usize, ldy: isize, ldx: isize): void {
  for (let j: usize = 0; j < cols; j += 16, x += 4 * ldx) {
    let s = LINE + j;
    for (let i: usize = 0; i < rows; i += 16, s += 4 * PITCH) changetype<Quad>(0).copy(s, x + i, PITCH, ldx);
  }
  // A line at a time: with a vector at a time all takes 1.15 times as long.
  for (let s = LINE, end = s + (rows >> 2) * PITCH; s < end; s += PITCH, y += ldy) {
    let j: usize = 0;
    for (; j + 64 <= cols; j += 64) {
      v128.store(y + j, v128.load(s + j));
      v128.store(y + j, v128.load(s + j, 16), 16);
      v128.store(y + j, v128.load(s + j, 32), 32);
      v128.store(y + j, v128.load(s + j, 48), 48);
    }
    for (; j < cols; j += 16) v128.store(y + j, v128.load(s + j));
  }
}

/** The same for multiples of four: down 16 columns of y at a time, then 4. */
function quads(y: usize, x: usize, rows: i32, cols: i32, ldy: isize, ldx: isize): void {
  const quad = changetype<Quad>(0);
  while (cols > 0) {
    const isTile = cols >= TILE;
    let p = y;
    let q = x;
    for (let i = 0; i < rows; i += 4, p += 4 * ldy, q += 16) {
      quad.copy(p, q, ldy, ldx);
      if (!isTile) continue;
      quad.copy(p + 16, q + 4 * ldx, ldy, ldx);
      quad.copy(p + 32, q + 8 * ldx, ldy, ldx);
      quad.copy(p + 48, q + 12 * ldx, ldy, ldx);
    }
    const step = isTile ? TILE : 4;
    cols -= step;
    y += (<usize>step) << 2;
    x += <isize>step * ldx;
  }
}

class Quad {
  /** Four by four words. */
  @inline copy(y: usize, x: usize, ldy: isize, ldx: isize): void {
    const a = v128.load(x);
    const b = v128.load(x + ldx);
    const c = v128.load(x + 2 * ldx);
    const d = v128.load(x + 3 * ldx);
    const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(y, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
    v128.store(y + ldy, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
    v128.store(y + 2 * ldy, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5));
    v128.store(y + 3 * ldy, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7));
  }
}

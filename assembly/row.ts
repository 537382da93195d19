// One row: what strided copies (copy.ts), row lookups (gather.ts) and norms (norm.ts) share.

/** Rows this long (bytes) go to `memory.copy`, whose call costs more than the loop below that (measured). */
const LONG_ROW: usize = 2048;

/** Copy of one row: exactly `bytes` are written. */
export class Row {
  @inline
  copy(y: usize, x: usize, bytes: usize): void {
    if (bytes >= LONG_ROW) {
      memory.copy(y, x, bytes);
    } else {
      const end = y + bytes;
      for (; y + 16 <= end; y += 16, x += 16) v128.store(y, v128.load(x));
      for (; y + 4 <= end; y += 4, x += 4) store<u32>(y, load<u32>(x));
      for (; y < end; y++, x++) store<u8>(y, load<u8>(x));
    }
  }

  /** y += x over n floats. */
  @inline
  add(y: usize, x: usize, n: i32): void {
    for (; n >= 4; n -= 4, y += 16, x += 16) v128.store(y, f32x4.add(v128.load(y), v128.load(x)));
    for (; n > 0; n--, y += 4, x += 4) store<f32>(y, load<f32>(y) + load<f32>(x));
  }
}

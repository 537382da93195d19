// Where a mask is true. Elementwise choice by a mask is binary.ts, lookups by the places found are gather.ts.

/**
 * Writes the index of each true byte of `mask`, in order, as a row of `rank` int32; `dims` holds the `rank` sizes, whose
 * product is n. Returns how many there are; only that for y = 0.
 */
export function nonzero(y: usize, mask: usize, n: i32, dims: usize, rank: i32): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    if (load<u8>(mask + i) === 0) continue;
    count++;
    if (y === 0) continue;
    let rest = i;
    for (let axis = (<usize>rank) << 2; axis > 0; axis -= 4) {
      const size = load<i32>(dims + axis - 4);
      store<i32>(y + axis - 4, rest % size);
      rest /= size;
    }
    y += (<usize>rank) << 2;
  }
  return count;
}

// What goes by the indices of maxima, the numbers of places in planes of `to` places: unpooling, the gradient of max pooling,
// and the way back from either. An index of -1 is that of a window that saw nothing.

/** y[planes][to] = 0, then y[index] = x[planes][from]: of values with one index the last stays. */
export function maxUnpool(y: usize, x: usize, index: usize, planes: usize, to: usize, from: usize): void {
  memory.fill(y, 0, (planes * to) << 2);
  for (let plane: usize = 0; plane < planes; plane++) {
    for (const end = x + (from << 2); x < end; x += 4, index += 4)
      store<f32>(y + ((<usize>load<u32>(index)) << 2), load<f32>(x));
    y += to << 2;
  }
}

/** y[planes][to] = 0, then y[index] += x[planes][from]; an index of -1 adds nothing. */
export function scatterMaxima(y: usize, x: usize, index: usize, planes: usize, to: usize, from: usize): void {
  memory.fill(y, 0, (planes * to) << 2);
  for (let plane: usize = 0; plane < planes; plane++) {
    for (const end = x + (from << 2); x < end; x += 4, index += 4) {
      const i = <usize>load<u32>(index);
      if (i < to) store<f32>(y + (i << 2), load<f32>(y + (i << 2)) + load<f32>(x));
    }
    y += to << 2;
  }
}

/** y[planes][from] = x[planes][to] at index, 32 bits of any kind; 0 where the index is -1. */
export function lookUpMaxima(y: usize, x: usize, index: usize, planes: usize, to: usize, from: usize): void {
  for (let plane: usize = 0; plane < planes; plane++) {
    for (const end = y + (from << 2); y < end; y += 4, index += 4) {
      const i = <usize>load<u32>(index);
      store<u32>(y, i < to ? load<u32>(x + (i << 2)) : 0);
    }
    x += to << 2;
  }
}

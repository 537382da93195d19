// Adaptive pooling: window i of m over n pixels is [floor(i n / m), ceil((i + 1) n / m)), along rows and columns. Plain loops: the usual
// case, one mean of everything, is a reduction and does not come here.

function startOf(i: usize, n: usize, m: usize): usize {
  return <usize>((<u64>i * n) / m);
}
function endOf(i: usize, n: usize, m: usize): usize {
  return <usize>((<u64>(i + 1) * n + m - 1) / m);
}

/** y[planes][ho][wo] = the largest of each window of x[planes][h][w], and index = its number in its plane; the first, but the last NaN. */
export function adaptiveMax(
  y: usize,
  index: usize,
  x: usize,
  planes: usize,
  h: usize,
  w: usize,
  ho: usize,
  wo: usize,
): void {
  for (let plane: usize = 0; plane < planes; plane++) {
    for (let oy: usize = 0; oy < ho; oy++) {
      const y0 = startOf(oy, h, ho);
      const y1 = endOf(oy, h, ho);
      for (let ox: usize = 0; ox < wo; ox++, y += 4, index += 4) {
        const x0 = startOf(ox, w, wo);
        const x1 = endOf(ox, w, wo);
        let at = y0 * w + x0;
        let best = load<f32>(x + (at << 2));
        for (let i = y0; i < y1; i++)
          for (let j = i * w + x0; j < i * w + x1; j++) {
            const v = load<f32>(x + (j << 2));
            if (v > best || F32.isNaN(v)) {
              best = v;
              at = j;
            }
          }
        store<f32>(y, best);
        store<u32>(index, <u32>at);
      }
    }
    x += (h * w) << 2;
  }
}

/** y[planes][ho][wo] = the mean of each window of x[planes][h][w]. */
export function adaptiveMean(y: usize, x: usize, planes: usize, h: usize, w: usize, ho: usize, wo: usize): void {
  for (let plane: usize = 0; plane < planes; plane++) {
    for (let oy: usize = 0; oy < ho; oy++) {
      const y0 = startOf(oy, h, ho);
      const y1 = endOf(oy, h, ho);
      for (let ox: usize = 0; ox < wo; ox++, y += 4) {
        const x0 = startOf(ox, w, wo);
        const x1 = endOf(ox, w, wo);
        let sum: f64 = 0;
        for (let i = y0; i < y1; i++) for (let j = i * w + x0; j < i * w + x1; j++) sum += <f64>load<f32>(x + (j << 2));
        store<f32>(y, <f32>(sum / <f64>((y1 - y0) * (x1 - x0))));
      }
    }
    x += (h * w) << 2;
  }
}

/** dx[planes][h][w] = for each pixel the sum of the shares of dy of the windows that see it. */
export function adaptiveMeanGrad(dx: usize, dy: usize, planes: usize, h: usize, w: usize, ho: usize, wo: usize): void {
  memory.fill(dx, 0, (planes * h * w) << 2);
  for (let plane: usize = 0; plane < planes; plane++) {
    for (let oy: usize = 0; oy < ho; oy++) {
      const y0 = startOf(oy, h, ho);
      const y1 = endOf(oy, h, ho);
      for (let ox: usize = 0; ox < wo; ox++, dy += 4) {
        const x0 = startOf(ox, w, wo);
        const x1 = endOf(ox, w, wo);
        const share = load<f32>(dy) / <f32>((y1 - y0) * (x1 - x0));
        for (let i = y0; i < y1; i++)
          for (let j = i * w + x0; j < i * w + x1; j++) {
            const at = dx + (j << 2);
            store<f32>(at, load<f32>(at) + share);
          }
      }
    }
    dx += (h * w) << 2;
  }
}

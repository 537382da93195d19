// Weighted sums of rows by number, which interpolation and grid sampling are: y = sum of w x over a few rows of x, its
// taps. The three kernels are the sum and its gradients, and each one's gradients are the other two. Tables of taps are
// `index` (int32, trusted; negative ones stand for zeros) and `weight`, both (outer / share, n, taps): `share` blocks in
// a row have one in common. Single rows without weights are gather.ts.

/** Sizes: `outer` blocks of x of `size` rows, of `n` in the result, rows being `inner` long. */
@unmanaged
class Block {
  outer: i32;
  share: i32;
  size: i32;
  n: i32;
  inner: i32;
  taps: i32;
}

/** y[o, i] = sum over t of weight[b, i, t] x[o, index[b, i, t]], b = o / share; y (outer, n, inner), x (outer, size, inner). */
export function tap(y: usize, x: usize, index: usize, weight: usize, block: usize): void {
  const b = changetype<Block>(block);
  const outer = b.outer;
  const share = b.share;
  const n = b.n;
  const size = b.size;
  const row = (<usize>b.inner) << 2;
  const step = (<usize>b.taps) << 2;
  const table = step * n;
  for (let o = 0; o < outer; o++, x += row * size) {
    let at = <usize>(o / share) * table;
    for (let i = 0; i < n; i++, at += step) {
      let v: usize = 0;
      for (; v + 16 <= row; v += 16, y += 16) {
        let sum = f32x4.splat(0);
        for (let t = at; t < at + step; t += 4) {
          const j = load<i32>(index + t);
          const value = j < 0 ? f32x4.splat(0) : v128.load(x + row * j + v);
          sum = f32x4.add(sum, f32x4.mul(v128.load_splat<u32>(weight + t), value));
        }
        v128.store(y, sum);
      }
      for (; v < row; v += 4, y += 4) {
        let sum: f32 = 0;
        for (let t = at; t < at + step; t += 4) {
          const j = load<i32>(index + t);
          sum += load<f32>(weight + t) * (j < 0 ? <f32>0 : load<f32>(x + row * j + v));
        }
        store<f32>(y, sum);
      }
    }
  }
}

/** dx[o, index[b, i, t]] += weight[b, i, t] dy[o, i], from 0, in order; shapes as for {@link tap}. */
export function tapGrad(dx: usize, dy: usize, index: usize, weight: usize, block: usize): void {
  const b = changetype<Block>(block);
  const outer = b.outer;
  const share = b.share;
  const n = b.n;
  const size = b.size;
  const row = (<usize>b.inner) << 2;
  const step = (<usize>b.taps) << 2;
  const table = step * n;
  memory.fill(dx, 0, row * size * outer);
  for (let o = 0; o < outer; o++, dx += row * size) {
    let at = <usize>(o / share) * table;
    for (let i = 0; i < n; i++, at += step, dy += row) {
      for (let t = at; t < at + step; t += 4) {
        const j = load<i32>(index + t);
        if (j < 0) continue;
        const w = load<f32>(weight + t);
        const to = dx + row * j;
        let v: usize = 0;
        for (; v + 16 <= row; v += 16) {
          v128.store(to + v, f32x4.add(v128.load(to + v), f32x4.mul(f32x4.splat(w), v128.load(dy + v))));
        }
        for (; v < row; v += 4) store<f32>(to + v, load<f32>(to + v) + w * load<f32>(dy + v));
      }
    }
  }
}

/** dweight[b, i, t] = sum over the blocks o that share b, in order, of dy[o, i] · x[o, index[b, i, t]], for inner = 1. */
export function tapWeight(dweight: usize, dy: usize, x: usize, index: usize, block: usize): void {
  const b = changetype<Block>(block);
  const outer = b.outer;
  const share = b.share;
  const n = b.n;
  const size = b.size;
  const step = (<usize>b.taps) << 2;
  const table = step * n;
  if (outer > 0) memory.fill(dweight, 0, table * (outer / share));
  for (let o = 0; o < outer; o++, x += (<usize>size) << 2) {
    let at = <usize>(o / share) * table;
    for (let i = 0; i < n; i++, at += step, dy += 4) {
      const d = load<f32>(dy);
      for (let t = at; t < at + step; t += 4) {
        const j = load<i32>(index + t);
        if (j >= 0) store<f32>(dweight + t, load<f32>(dweight + t) + d * load<f32>(x + ((<usize>j) << 2)));
      }
    }
  }
}

/**
 * y[i] += x[i] over every index i of the `rank` dimensions; `dims` as for `copyWords`. Elements of y may be met several
 * times: overlapping windows.
 */
export function addStrided(y: usize, x: usize, dims: usize, rank: i32): void {
  let size = load<i32>(dims);
  const yStride = (<isize>load<i32>(dims, 4)) << 2;
  const xStride = (<isize>load<i32>(dims, 8)) << 2;
  if (rank > 1) {
    for (; size > 0; size--, y += yStride, x += xStride) addStrided(y, x, dims + 12, rank - 1);
    return;
  }
  if (yStride === 4 && xStride === 4) {
    for (; size >= 4; size -= 4, y += 16, x += 16) v128.store(y, f32x4.add(v128.load(y), v128.load(x)));
  }
  for (; size > 0; size--, y += yStride, x += xStride) store<f32>(y, load<f32>(y) + load<f32>(x));
}

// Cross-entropy of [n, classes] logits with class indices, fused with log-softmax, and its gradient; that with
// probabilities is composed of other kernels. Sample i with logits x, weights w and targets q has the loss
//   L[i] = - sum over c of q[c] log p[c],   p = softmax(x),   dL/dx[c] = p[c] sum(q) - q[c]
// where smoothing s mixes a share of the uniform distribution into q of index t:
//   q[c] = (1 - s) w[t] [c = t] + s / classes w[c]
// `weight` is a null pointer where every class weighs 1. Further axes of the logits are permuted to [n, classes] before.
import { Lanes, VECTOR } from "./lanes";
import { Tail } from "./map";
import { Log } from "./math";
import { Row } from "./softmax-lines";

/** Weights of the classes, all 1 if there are none. */
class Weights {
  @inline of(weight: usize, c: i32): f32 {
    return weight === 0 ? 1 : load<f32>(weight + ((<usize>c) << 2));
  }
  /** Four of them from class c on. */
  @inline at(weight: usize, c: usize): v128 {
    return weight === 0 ? f32x4.splat(1) : v128.load(weight + (c << 2));
  }
  sum(weight: usize, classes: usize): f32 {
    if (weight === 0) return <f32>classes;
    let total: f64 = 0;
    for (let c: usize = 0; c < classes; c++) total += <f64>load<f32>(weight + (c << 2));
    return <f32>total;
  }
}

/**
 * each[i] = L[i], 0 where target[i] is ignoreIndex; p = softmax(logits), unless it is a null pointer. `parts` is scratch
 * for 2 n floats, each of its halves rounded up to a vector.
 */
export function crossEntropy(
  each: usize,
  p: usize,
  parts: usize,
  logits: usize,
  target: usize,
  weight: usize,
  n: usize,
  classes: usize,
  ignoreIndex: i32,
  smoothing: f32,
): void {
  const row = changetype<Row>(0);
  const weights = changetype<Weights>(0);
  const uniform = smoothing / <f32>classes;
  const smooth = smoothing > 0 ? uniform * weights.sum(weight, classes) : 0;
  // L = shift + factor * log(total), whose logarithms are taken four samples at a time at the end.
  const totals = parts;
  const factors = parts + ((n + 3) & ~3) * 4;
  for (let i: usize = 0; i < n; i++, logits += classes << 2) {
    const max = row.max(logits, classes);
    let total: f32;
    if (p === 0) {
      total = row.sumExp(logits, classes, max);
    } else {
      total = row.exp(p, logits, classes, max);
      row.scale(p, classes, 1 / total);
      p += classes << 2;
    }
    const t = load<i32>(target + (i << 2));
    let factor: f32 = 0;
    let shift: f32 = 0;
    if (t === ignoreIndex) {
      total = 1; // the loss is 0 even where the logits are NaN
    } else {
      factor = (1 - smoothing) * weights.of(weight, t);
      shift = factor * (max - load<f32>(logits + ((<usize>t) << 2)));
      if (smoothing > 0) {
        factor += smooth;
        shift += uniform * below(logits, weight, classes, max);
      }
    }
    store<f32>(totals + (i << 2), total);
    store<f32>(factors + (i << 2), factor);
    store<f32>(each + (i << 2), shift);
  }
  for (let i: usize = 0; i < n; i += 4) {
    const at = i << 2;
    const log = changetype<Log>(0).at(v128.load(totals + at));
    const loss = f32x4.add(v128.load(each + at), f32x4.mul(v128.load(factors + at), log));
    changetype<Tail>(0).store(each + at, loss, <i32>(n - i));
  }
}

/** Sum over c of w[c] (max - x[c]) */
function below(x: usize, weight: usize, classes: usize, max: f32): f32 {
  const lanes = changetype<Lanes>(0);
  const weights = changetype<Weights>(0);
  const m = f32x4.splat(max);
  let a = f32x4.splat(0);
  for (let c: usize = 0; c < classes; c += 4) {
    const v = f32x4.mul(weights.at(weight, c), f32x4.sub(m, v128.load(x + (c << 2))));
    a = f32x4.add(a, v128.and(v, lanes.first(min<usize>(classes - c, 4))));
  }
  return lanes.sum(a);
}

/**
 * norm = sum of the weights of the targets that count, loss = sum of each / norm. NaN if that is 0, as in PyTorch, even
 * where smoothing makes the sum positive.
 */
export function crossEntropyMean(
  loss: usize,
  norm: usize,
  each: usize,
  target: usize,
  weight: usize,
  n: usize,
  ignoreIndex: i32,
): void {
  let total: f64 = 0;
  let count: f64 = 0;
  for (const end = each + (n << 2); each < end; each += 4, target += 4) {
    const t = load<i32>(target);
    if (t === ignoreIndex) continue;
    total += <f64>load<f32>(each);
    count += <f64>changetype<Weights>(0).of(weight, t);
  }
  store<f32>(norm, <f32>count);
  store<f32>(loss, count === 0 ? f32.NaN : <f32>(total / count));
}

/**
 * dx = dL/dx * dy / norm. dy[i * stepDy] belongs to sample i: stepDy is 1, or 0 for one dy of a mean or sum;
 * a null pointer for norm means 1.
 */
export function crossEntropyGrad(
  dx: usize,
  p: usize,
  norm: usize,
  target: usize,
  weight: usize,
  dy: usize,
  n: usize,
  classes: usize,
  stepDy: usize,
  ignoreIndex: i32,
  smoothing: f32,
): void {
  const weights = changetype<Weights>(0);
  const divisor: f32 = norm === 0 ? 1 : load<f32>(norm);
  const uniform = smoothing / <f32>classes;
  const smooth = smoothing > 0 ? uniform * weights.sum(weight, classes) : 0;
  for (; n > 0; n--, target += 4, dy += stepDy << 2, dx += classes << 2, p += classes << 2) {
    const t = load<i32>(target);
    if (t === ignoreIndex) {
      // 0, but NaN where the logits were: as PyTorch.
      gradRow(dx, p, 0, classes, 0, 0);
      continue;
    }
    const g = load<f32>(dy) / divisor;
    const own = g * (1 - smoothing) * weights.of(weight, t);
    // An infinite g times a smoothing of 0 would be NaN.
    if (smoothing > 0) gradRow(dx, p, weight, classes, own + g * smooth, g * uniform);
    else gradRow(dx, p, 0, classes, own, 0);
    const at = dx + ((<usize>t) << 2);
    store<f32>(at, load<f32>(at) - own);
  }
}

/** dx = p * factor - w * uniform */
function gradRow(dx: usize, p: usize, weight: usize, classes: usize, factor: f32, uniform: f32): void {
  const f = f32x4.splat(factor);
  const u = f32x4.splat(uniform);
  let c: usize = 0;
  for (; c + 4 <= classes; c += 4, dx += VECTOR, p += VECTOR) {
    v128.store(dx, f32x4.sub(f32x4.mul(v128.load(p), f), f32x4.mul(changetype<Weights>(0).at(weight, c), u)));
  }
  if (c < classes) {
    const v = f32x4.sub(f32x4.mul(v128.load(p), f), f32x4.mul(changetype<Weights>(0).at(weight, c), u));
    changetype<Tail>(0).store(dx, v, <i32>(classes - c));
  }
}

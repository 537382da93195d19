// Steps of optimizers that scale each element by its own history, and of ASGD, which averages; the others are optim.ts.
// In all of them grad = sign * g + decay * p, and the states, of p's size, are updated in place.
import { pass, Sign, Store, Switch } from "./optim-pass";

class RmsProp {
  // biome-ignore format: pointers, values, scalars
  @inline next(
    v: usize, m: usize, buffer: usize, x: v128, g: v128, left: i32,
    keep: v128, take: v128, eps: v128, rate: v128, momentum: v128, takeMean: v128, _h: v128, _i: v128, _j: v128,
  ): v128 {
    const store = changetype<Store>(0);
    const on = changetype<Switch>(0);
    const square = f32x4.add(f32x4.mul(keep, v128.load(v)), f32x4.mul(f32x4.mul(take, g), g));
    const mean = f32x4.add(f32x4.mul(keep, v128.load(m)), f32x4.mul(takeMean, g));
    const variance = f32x4.sub(square, on.on(f32x4.mul(mean, mean), takeMean));
    const scaled = f32x4.div(g, f32x4.add(f32x4.sqrt(variance), eps));
    const b = f32x4.add(on.on(f32x4.mul(momentum, v128.load(buffer)), momentum), scaled);
    store.put(buffer, b, left);
    store.put(m, mean, left);
    store.put(v, square, left); // last: where there is no mean or buffer, they are v
    return f32x4.sub(x, f32x4.mul(rate, b));
  }
}

/**
 * v = keep * v + take * grad²; m = keep * m + takeMean * grad, and its square is subtracted from v under the root, unless
 * takeMean is 0; buffer = momentum * buffer + grad / (sqrt(v) + eps); p -= rate * buffer.
 * RMSprop; Adagrad with keep and take 1. What is not remembered, mean or buffer, is given as v itself.
 */
// biome-ignore format: pointers, counts, scalars
export function rmsprop(
  p: usize, v: usize, m: usize, buffer: usize, g: usize, n: i32, decay: f32, sign: f32,
  keep: f32, take: f32, eps: f32, rate: f32, momentum: f32, takeMean: f32,
): void {
  pass<RmsProp>(p, v, m, buffer, g, n, decay, sign, keep, take, eps, rate, momentum, takeMean, 0, 0, 0);
}

class Adadelta {
  // biome-ignore format: pointers, values, scalars
  @inline next(
    v: usize, deltas: usize, _u: usize, x: v128, g: v128, left: i32,
    keep: v128, take: v128, eps: v128, lr: v128, _e: v128, _f: v128, _h: v128, _i: v128, _j: v128,
  ): v128 {
    const square = f32x4.add(f32x4.mul(keep, v128.load(v)), f32x4.mul(f32x4.mul(take, g), g));
    changetype<Store>(0).put(v, square, left);
    const last = v128.load(deltas);
    const ratio = f32x4.div(f32x4.sqrt(f32x4.add(last, eps)), f32x4.sqrt(f32x4.add(square, eps)));
    const delta = f32x4.mul(ratio, g);
    const sum = f32x4.add(f32x4.mul(keep, last), f32x4.mul(f32x4.mul(take, delta), delta));
    changetype<Store>(0).put(deltas, sum, left);
    return f32x4.sub(x, f32x4.mul(lr, delta));
  }
}

/**
 * v = keep * v + take * grad²; delta = sqrt(deltas + eps) / sqrt(v + eps) * grad;
 * deltas = keep * deltas + take * delta²; p -= lr * delta
 */
// biome-ignore format: pointers, counts, scalars
export function adadelta(
  p: usize, v: usize, deltas: usize, g: usize, n: i32, decay: f32, sign: f32,
  keep: f32, take: f32, eps: f32, lr: f32,
): void {
  pass<Adadelta>(p, v, deltas, 0, g, n, decay, sign, keep, take, eps, lr, 0, 0, 0, 0, 0);
}

class Adamax {
  // biome-ignore format: pointers, values, scalars
  @inline next(
    m: usize, largest: usize, _u: usize, x: v128, g: v128, left: i32,
    keep1: v128, take1: v128, keep2: v128, eps: v128, rate: v128, _f: v128, _h: v128, _i: v128, _j: v128,
  ): v128 {
    const first = f32x4.add(f32x4.mul(keep1, v128.load(m)), f32x4.mul(take1, g));
    const size = f32x4.max(f32x4.mul(keep2, v128.load(largest)), f32x4.add(f32x4.abs(g), eps));
    changetype<Store>(0).put(m, first, left);
    changetype<Store>(0).put(largest, size, left);
    return f32x4.sub(x, f32x4.mul(rate, f32x4.div(first, size)));
  }
}

/** m = keep1 * m + take1 * grad; largest = max(keep2 * largest, |grad| + eps); p -= rate * m / largest */
// biome-ignore format: pointers, counts, scalars
export function adamax(
  p: usize, m: usize, largest: usize, g: usize, n: i32, decay: f32, sign: f32,
  keep1: f32, take1: f32, keep2: f32, eps: f32, rate: f32,
): void {
  pass<Adamax>(p, m, largest, 0, g, n, decay, sign, keep1, take1, keep2, eps, rate, 0, 0, 0, 0);
}

class Rprop {
  // biome-ignore format: pointers, values, scalars
  @inline next(
    last: usize, size: usize, _u: usize, x: v128, g: v128, left: i32,
    shrink: v128, grow: v128, least: v128, most: v128, _e: v128, _f: v128, _h: v128, _i: v128, _j: v128,
  ): v128 {
    const zero = f32x4.splat(0);
    const turn = f32x4.mul(g, v128.load(last));
    const turned = f32x4.lt(turn, zero);
    const same = v128.bitselect(grow, f32x4.splat(1), f32x4.gt(turn, zero));
    const step = f32x4.mul(v128.load(size), v128.bitselect(shrink, same, turned));
    // pmin and pmax, one instruction each, keep a NaN that comes first
    const bounded = f32x4.pmin(f32x4.pmax(step, least), most);
    const grad = v128.andnot(g, turned);
    changetype<Store>(0).put(size, bounded, left);
    changetype<Store>(0).put(last, grad, left);
    return f32x4.sub(x, changetype<Sign>(0).of(bounded, grad));
  }
}

/**
 * size *= grad * last > 0 ? grow : grad * last < 0 ? shrink : 1, within [least, most]; where the gradient turned it
 * counts as 0; p -= size * sign(grad); last = grad
 */
// biome-ignore format: pointers, counts, scalars
export function rprop(
  p: usize, last: usize, size: usize, g: usize, n: i32, decay: f32, sign: f32,
  shrink: f32, grow: f32, least: f32, most: f32,
): void {
  pass<Rprop>(p, last, size, 0, g, n, decay, sign, shrink, grow, least, most, 0, 0, 0, 0, 0);
}

class Averaged {
  // biome-ignore format: pointers, values, scalars
  @inline next(
    mean: usize, _t: usize, _u: usize, x: v128, g: v128, left: i32,
    rate: v128, shrink: v128, share: v128, _d: v128, _e: v128, _f: v128, _h: v128, _i: v128, _j: v128,
  ): v128 {
    const next = f32x4.sub(f32x4.mul(shrink, x), f32x4.mul(rate, g));
    const last = v128.load(mean);
    const average = f32x4.add(last, f32x4.mul(share, f32x4.sub(next, last)));
    changetype<Store>(0).put(mean, v128.bitselect(next, average, f32x4.eq(share, f32x4.splat(1))), left);
    return next;
  }
}

/** p = shrink * p - rate * grad; mean += share * (p - mean), and exactly p if share is 1 */
// biome-ignore format: pointers, counts, scalars
export function asgd(
  p: usize, mean: usize, g: usize, n: i32, decay: f32, sign: f32, rate: f32, shrink: f32, share: f32,
): void {
  pass<Averaged>(p, mean, 0, 0, g, n, decay, sign, rate, shrink, share, 0, 0, 0, 0, 0, 0);
}

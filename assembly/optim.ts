// Steps of SGD, Adam and what shares their arithmetic, each one fused pass; the other rules are optim-adaptive.ts.
// In all of them grad = sign * g + decay * p, and the states, of p's size, are updated in place.
import { pass, Sign, Store, Switch } from "./optim-pass";

class Sgd {
  // biome-ignore format: pointers, values, scalars
  @inline next(
    _s: usize, _t: usize, _u: usize, x: v128, g: v128, _left: i32,
    lr: v128, _b: v128, _c: v128, _d: v128, _e: v128, _f: v128, _h: v128, _i: v128, _j: v128,
  ): v128 {
    return f32x4.sub(x, f32x4.mul(lr, g));
  }
}

/** p -= lr * grad */
export function sgd(p: usize, g: usize, n: i32, decay: f32, sign: f32, lr: f32): void {
  pass<Sgd>(p, 0, 0, 0, g, n, decay, sign, lr, 0, 0, 0, 0, 0, 0, 0, 0);
}

class Classical {
  // biome-ignore format: pointers, values, scalars
  @inline next(
    buffer: usize, _t: usize, _u: usize, x: v128, g: v128, left: i32,
    lr: v128, keep: v128, take: v128, _d: v128, _e: v128, _f: v128, _h: v128, _i: v128, _j: v128,
  ): v128 {
    const b = f32x4.add(f32x4.mul(keep, v128.load(buffer)), f32x4.mul(take, g));
    changetype<Store>(0).put(buffer, b, left);
    return f32x4.sub(x, f32x4.mul(lr, b));
  }
}

/** Looks one step of momentum ahead. */
class Nesterov {
  // biome-ignore format: pointers, values, scalars
  @inline next(
    buffer: usize, _t: usize, _u: usize, x: v128, g: v128, left: i32,
    lr: v128, keep: v128, take: v128, _d: v128, _e: v128, _f: v128, _h: v128, _i: v128, _j: v128,
  ): v128 {
    const b = f32x4.add(f32x4.mul(keep, v128.load(buffer)), f32x4.mul(take, g));
    changetype<Store>(0).put(buffer, b, left);
    return f32x4.sub(x, f32x4.mul(lr, f32x4.add(g, f32x4.mul(keep, b))));
  }
}

/**
 * buffer = keep * buffer + take * grad; p -= lr * (nesterov ? grad + keep * buffer : buffer).
 * `take` is 1 - dampening, but 1 on the first step, which makes the buffer of zeros the gradient itself.
 */
// biome-ignore format: pointers, counts, scalars
export function sgdMomentum(
  p: usize, buffer: usize, g: usize, n: i32, decay: f32, sign: f32,
  lr: f32, keep: f32, take: f32, nesterov: i32,
): void {
  if (nesterov) pass<Nesterov>(p, buffer, 0, 0, g, n, decay, sign, lr, keep, take, 0, 0, 0, 0, 0, 0);
  else pass<Classical>(p, buffer, 0, 0, g, n, decay, sign, lr, keep, take, 0, 0, 0, 0, 0, 0);
}

class Adam {
  // biome-ignore format: pointers, values, scalars
  @inline next(
    m: usize, v: usize, _u: usize, x: v128, g: v128, left: i32,
    keep1: v128, take1: v128, keep2: v128, take2: v128, rate: v128, _ahead: v128, scale: v128, eps: v128, shrink: v128,
  ): v128 {
    const first = f32x4.add(f32x4.mul(keep1, v128.load(m)), f32x4.mul(take1, g));
    const second = f32x4.add(f32x4.mul(keep2, v128.load(v)), f32x4.mul(f32x4.mul(take2, g), g));
    changetype<Store>(0).put(m, first, left);
    changetype<Store>(0).put(v, second, left);
    // A factor instead of a second division: the pass is bound by sqrt and divide.
    const root = f32x4.mul(f32x4.sqrt(second), scale);
    return f32x4.sub(f32x4.mul(shrink, x), f32x4.div(f32x4.mul(rate, first), f32x4.add(root, eps)));
  }
}

/** Adam's with all that its kin add, 10 % slower. */
class General {
  // biome-ignore format: pointers, values, scalars
  @inline next(
    m: usize, v: usize, vmax: usize, x: v128, g: v128, left: i32,
    keep1: v128, take1: v128, keep2: v128, take2: v128, rate: v128, ahead: v128, scale: v128, eps: v128, shrink: v128,
  ): v128 {
    const store = changetype<Store>(0);
    const first = f32x4.add(f32x4.mul(keep1, v128.load(m)), f32x4.mul(take1, g));
    const second = f32x4.add(f32x4.mul(keep2, v128.load(v)), f32x4.mul(f32x4.mul(take2, g), g));
    store.put(m, first, left);
    store.put(v, second, left);
    // `pmax(v, _)` gives v where v is NaN, and v stays NaN from then on, so no NaN is lost; `max` would make the whole
    // pass 2.5 times slower (measured).
    const largest = f32x4.pmax(second, v128.load(vmax));
    store.put(vmax, largest, left);
    const root = f32x4.mul(changetype<Switch>(0).on(f32x4.sqrt(largest), scale), scale);
    const direction = f32x4.add(f32x4.mul(rate, first), f32x4.mul(ahead, g));
    return f32x4.sub(f32x4.mul(shrink, x), f32x4.div(direction, f32x4.add(root, eps)));
  }
}

/**
 * m = keep1 * m + take1 * grad; v = keep2 * v + take2 * grad²; vmax = max(v, vmax);
 * p = shrink * p - (rate * m + ahead * grad) / (scale * sqrt(vmax) + eps).
 * Without amsgrad vmax is v itself, and stays so. `ahead` is NAdam's share of the gradient; scale 0 and eps 1 leave
 * the second moment out, as RAdam does at first.
 */
// biome-ignore format: pointers, counts, scalars
export function adam(
  p: usize, m: usize, v: usize, vmax: usize, g: usize, n: i32, decay: f32, sign: f32,
  keep1: f32, take1: f32, keep2: f32, take2: f32, rate: f32, ahead: f32, scale: f32, eps: f32, shrink: f32,
): void {
  if (vmax !== v || ahead !== 0 || scale === 0)
    pass<General>(p, m, v, vmax, g, n, decay, sign, keep1, take1, keep2, take2, rate, ahead, scale, eps, shrink);
  else pass<Adam>(p, m, v, 0, g, n, decay, sign, keep1, take1, keep2, take2, rate, 0, scale, eps, shrink);
}

/** Chen et al., "Symbolic discovery of optimization algorithms", 2023. */
class Lion {
  // biome-ignore format: pointers, values, scalars
  @inline next(
    m: usize, _t: usize, _u: usize, x: v128, g: v128, left: i32,
    keep1: v128, take1: v128, keep2: v128, take2: v128, rate: v128, shrink: v128, _h: v128, _i: v128, _j: v128,
  ): v128 {
    const last = v128.load(m);
    const direction = f32x4.add(f32x4.mul(keep1, last), f32x4.mul(take1, g));
    changetype<Store>(0).put(m, f32x4.add(f32x4.mul(keep2, last), f32x4.mul(take2, g)), left);
    return f32x4.sub(f32x4.mul(shrink, x), changetype<Sign>(0).of(rate, direction));
  }
}

/** p = shrink * p - rate * sign(keep1 * m + take1 * grad); m = keep2 * m + take2 * grad */
// biome-ignore format: pointers, counts, scalars
export function lion(
  p: usize, m: usize, g: usize, n: i32, decay: f32, sign: f32,
  keep1: f32, take1: f32, keep2: f32, take2: f32, rate: f32, shrink: f32,
): void {
  pass<Lion>(p, m, 0, 0, g, n, decay, sign, keep1, take1, keep2, take2, rate, shrink, 0, 0, 0);
}

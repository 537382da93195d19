// Optimizer steps: one fused pass over a parameter, in place. Groups, states and step counts are src/optim's affair.
//
// A target may be a slice of a larger buffer, so exactly n elements are written. Hyperparameters arrive as f64 and are
// combined before they are rounded to f32: 1 - f32(0.999) would be off by 5e-5. `sign` is 1 to minimise, -1 to maximise.

/** Stores the first `left` lanes, at most four; with a constant 4 it folds to one store, 40 % faster in Adam (measured). */
class Store {
  @inline put(to: usize, x: v128, left: i32): void {
    if (left >= 4) {
      v128.store(to, x);
    } else {
      v128.store_lane<f32>(to, x, 0);
      if (left > 1) v128.store_lane<f32>(to, x, 1, 4);
      if (left > 2) v128.store_lane<f32>(to, x, 2, 8);
    }
  }
}

/** The gradient as it is. */
class Plain {
  @inline at(g: v128, _p: v128, _decay: v128): v128 {
    return g;
  }
}
/** The gradient of the loss and of `decay / 2 * p²`. A loop of its own, since 0 * p would turn an infinite p into NaN. */
class Decayed {
  @inline at(g: v128, p: v128, decay: v128): v128 {
    return f32x4.add(g, f32x4.mul(decay, p));
  }
}

/** Goes along the momentum buffer. */
class Classical {
  @inline at(_g: v128, buffer: v128, _momentum: v128): v128 {
    return buffer;
  }
}
/** Looks one step of momentum ahead. */
class Nesterov {
  @inline at(g: v128, buffer: v128, momentum: v128): v128 {
    return f32x4.add(g, f32x4.mul(momentum, buffer));
  }
}

/** The second moment as it is. */
class Current {
  @inline at(_vmax: usize, v: v128, _left: i32): v128 {
    return v;
  }
}
/**
 * The largest second moment so far, kept in `vmax`. `pmax(v, _)` gives v where v is NaN, and v stays NaN from then on,
 * so no NaN is lost; `max` would make the whole pass 2.5 times slower (measured).
 */
class Largest {
  @inline at(vmax: usize, v: v128, left: i32): v128 {
    const largest = f32x4.pmax(v, v128.load(vmax));
    changetype<Store>(0).put(vmax, largest, left);
    return largest;
  }
}

class Sgd {
  @inline step<Gradient>(p: usize, g: usize, left: i32, lr: v128, decay: v128, sign: v128): void {
    const x = v128.load(p);
    const grad = changetype<Gradient>(0).at(f32x4.mul(sign, v128.load(g)), x, decay);
    changetype<Store>(0).put(p, f32x4.sub(x, f32x4.mul(lr, grad)), left);
  }
}

function sgdLoop<Gradient>(p: usize, g: usize, n: i32, lr: v128, decay: v128, sign: v128): void {
  const op = changetype<Sgd>(0);
  let left = n;
  for (; left >= 4; left -= 4, p += 16, g += 16) op.step<Gradient>(p, g, 4, lr, decay, sign);
  if (left > 0) op.step<Gradient>(p, g, left, lr, decay, sign);
}

/** p -= lr * (sign * g + decay * p) */
export function sgd(p: usize, g: usize, n: i32, lr: f64, decay: f64, sign: f32): void {
  const rate = f32x4.splat(<f32>lr);
  const penalty = f32x4.splat(<f32>decay);
  if (decay === 0) sgdLoop<Plain>(p, g, n, rate, penalty, f32x4.splat(sign));
  else sgdLoop<Decayed>(p, g, n, rate, penalty, f32x4.splat(sign));
}

class Momentum {
  @inline step<Gradient, Direction>(
    p: usize,
    buffer: usize,
    g: usize,
    left: i32,
    lr: v128,
    decay: v128,
    keep: v128,
    take: v128,
    sign: v128,
  ): void {
    const x = v128.load(p);
    const grad = changetype<Gradient>(0).at(f32x4.mul(sign, v128.load(g)), x, decay);
    const b = f32x4.add(f32x4.mul(keep, v128.load(buffer)), f32x4.mul(take, grad));
    changetype<Store>(0).put(buffer, b, left);
    const direction = changetype<Direction>(0).at(grad, b, keep);
    changetype<Store>(0).put(p, f32x4.sub(x, f32x4.mul(lr, direction)), left);
  }
}

function momentumLoop<Gradient, Direction>(
  p: usize,
  buffer: usize,
  g: usize,
  n: i32,
  lr: f64,
  decay: f64,
  momentum: f64,
  take: f64,
  sign: f32,
): void {
  const rate = f32x4.splat(<f32>lr);
  const penalty = f32x4.splat(<f32>decay);
  const keep = f32x4.splat(<f32>momentum);
  const add = f32x4.splat(<f32>take);
  const s = f32x4.splat(sign);
  const op = changetype<Momentum>(0);
  let left = n;
  for (; left >= 4; left -= 4, p += 16, buffer += 16, g += 16)
    op.step<Gradient, Direction>(p, buffer, g, 4, rate, penalty, keep, add, s);
  if (left > 0) op.step<Gradient, Direction>(p, buffer, g, left, rate, penalty, keep, add, s);
}

/**
 * grad = sign * g + decay * p; buffer = momentum * buffer + take * grad;
 * p -= lr * (nesterov ? grad + momentum * buffer : buffer).
 * `take` is 1 - dampening, but 1 on the first step, which makes the buffer of zeros the gradient itself.
 */
export function sgdMomentum(
  p: usize,
  buffer: usize,
  g: usize,
  n: i32,
  lr: f64,
  decay: f64,
  momentum: f64,
  take: f64,
  sign: f32,
  nesterov: i32,
): void {
  if (decay === 0) {
    if (nesterov) momentumLoop<Plain, Nesterov>(p, buffer, g, n, lr, decay, momentum, take, sign);
    else momentumLoop<Plain, Classical>(p, buffer, g, n, lr, decay, momentum, take, sign);
  } else {
    if (nesterov) momentumLoop<Decayed, Nesterov>(p, buffer, g, n, lr, decay, momentum, take, sign);
    else momentumLoop<Decayed, Classical>(p, buffer, g, n, lr, decay, momentum, take, sign);
  }
}

class Adam {
  @inline step<Gradient, Second>(
    p: usize,
    m: usize,
    v: usize,
    vmax: usize,
    g: usize,
    left: i32,
    rate: v128,
    keep1: v128,
    take1: v128,
    keep2: v128,
    take2: v128,
    scale: v128,
    eps: v128,
    decay: v128,
    shrink: v128,
    sign: v128,
  ): void {
    const x = v128.load(p);
    const grad = changetype<Gradient>(0).at(f32x4.mul(sign, v128.load(g)), x, decay);
    const first = f32x4.add(f32x4.mul(keep1, v128.load(m)), f32x4.mul(take1, grad));
    const second = f32x4.add(f32x4.mul(keep2, v128.load(v)), f32x4.mul(f32x4.mul(take2, grad), grad));
    changetype<Store>(0).put(m, first, left);
    changetype<Store>(0).put(v, second, left);
    const root = f32x4.mul(f32x4.sqrt(changetype<Second>(0).at(vmax, second, left)), scale);
    const change = f32x4.div(f32x4.mul(rate, first), f32x4.add(root, eps));
    changetype<Store>(0).put(p, f32x4.sub(f32x4.mul(shrink, x), change), left);
  }
}

function adamLoop<Gradient, Second>(
  p: usize,
  m: usize,
  v: usize,
  vmax: usize,
  g: usize,
  n: i32,
  lr: f64,
  beta1: f64,
  beta2: f64,
  eps: f64,
  decay: f64,
  shrink: f64,
  correction1: f64,
  correction2: f64,
  sign: f32,
): void {
  const rate = f32x4.splat(<f32>(lr / correction1));
  const keep1 = f32x4.splat(<f32>beta1);
  const take1 = f32x4.splat(<f32>(1 - beta1));
  const keep2 = f32x4.splat(<f32>beta2);
  const take2 = f32x4.splat(<f32>(1 - beta2));
  // A factor instead of the second division: the pass is bound by sqrt and divide.
  const scale = f32x4.splat(<f32>(1 / sqrt(correction2)));
  const floor = f32x4.splat(<f32>eps);
  const penalty = f32x4.splat(<f32>decay);
  const remain = f32x4.splat(<f32>shrink);
  const s = f32x4.splat(sign);
  const op = changetype<Adam>(0);
  let left = n;
  for (; left >= 4; left -= 4, p += 16, m += 16, v += 16, vmax += 16, g += 16)
    op.step<Gradient, Second>(p, m, v, vmax, g, 4, rate, keep1, take1, keep2, take2, scale, floor, penalty, remain, s);
  // biome-ignore format: the same call on one line too
  if (left > 0)
    op.step<Gradient, Second>(p, m, v, vmax, g, left, rate, keep1, take1, keep2, take2, scale, floor, penalty, remain, s);
}

/**
 * grad = s * g + wd * p; m = beta1 * m + (1 - beta1) * grad; v = beta2 * v + (1 - beta2) * grad²;
 * p = shrink * p - lr / c1 * m / (sqrt(v) / sqrt(c2) + eps), with the bias corrections c = 1 - beta^t.
 * Adam decays by `wd`, AdamW by `shrink` = 1 - lr * weightDecay. vmax: 0 without amsgrad.
 */
export function adam(
  p: usize,
  m: usize,
  v: usize,
  vmax: usize,
  g: usize,
  n: i32,
  lr: f64,
  beta1: f64,
  beta2: f64,
  eps: f64,
  wd: f64,
  shrink: f64,
  c1: f64,
  c2: f64,
  s: f32,
): void {
  if (wd === 0) {
    if (vmax) adamLoop<Plain, Largest>(p, m, v, vmax, g, n, lr, beta1, beta2, eps, wd, shrink, c1, c2, s);
    else adamLoop<Plain, Current>(p, m, v, vmax, g, n, lr, beta1, beta2, eps, wd, shrink, c1, c2, s);
  } else {
    if (vmax) adamLoop<Decayed, Largest>(p, m, v, vmax, g, n, lr, beta1, beta2, eps, wd, shrink, c1, c2, s);
    else adamLoop<Decayed, Current>(p, m, v, vmax, g, n, lr, beta1, beta2, eps, wd, shrink, c1, c2, s);
  }
}

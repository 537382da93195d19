// Elementwise losses, fused with their reduction. Cross-entropy is cross-entropy.ts.
import { Lanes, VECTOR } from "./lanes";
import { map2, map3, Op2, Op3, Tail } from "./map";
import { ExpBelow, Gate, Log1p } from "./math";

/** Values summed in float32 lanes before float64 takes over. */
const BLOCK: usize = 1024;

class SquaredError extends Op2 {
  @inline at(x: v128, target: v128): v128 {
    const d = f32x4.sub(x, target);
    return f32x4.mul(d, d);
  }
}

class SquaredErrorGrad extends Op3 {
  @inline at(x: v128, target: v128, dy: v128): v128 {
    const d = f32x4.sub(x, target);
    return f32x4.mul(f32x4.add(d, d), dy);
  }
}

/** y = (x - target)² */
export function squaredError(y: usize, x: usize, target: usize, n: i32): void {
  map2<SquaredError>(y, x, target, n);
}

/** dx = 2 (x - target) dy; the target's gradient with x and target exchanged. */
export function squaredErrorGrad(dx: usize, x: usize, target: usize, dy: usize, n: i32): void {
  map3<SquaredErrorGrad>(dx, x, target, dy, n);
}

/** y[0] = sum of (x - target)² / divisor */
export function mse(y: usize, x: usize, target: usize, n: usize, divisor: f32): void {
  const lanes = changetype<Lanes>(0);
  const square = changetype<SquaredError>(0);
  let total: f64 = 0;
  while (n > 0) {
    let left = min(n, BLOCK);
    n -= left;
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (; left >= 16; left -= 16, x += 4 * VECTOR, target += 4 * VECTOR) {
      a = f32x4.add(a, square.at(v128.load(x), v128.load(target)));
      b = f32x4.add(b, square.at(v128.load(x, 16), v128.load(target, 16)));
      c = f32x4.add(c, square.at(v128.load(x, 32), v128.load(target, 32)));
      d = f32x4.add(d, square.at(v128.load(x, 48), v128.load(target, 48)));
    }
    a = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
    for (; left >= 4; left -= 4, x += VECTOR, target += VECTOR) {
      a = f32x4.add(a, square.at(v128.load(x), v128.load(target)));
    }
    if (left > 0) a = f32x4.add(a, v128.and(square.at(v128.load(x), v128.load(target)), lanes.first(left)));
    total += <f64>lanes.sum(a);
  }
  store<f32>(y, <f32>(total / <f64>divisor));
}

/** dx = 2 (x - target) dy[0] / divisor; the target's gradient with x and target exchanged. */
export function mseGrad(dx: usize, x: usize, target: usize, dy: usize, n: usize, divisor: f32): void {
  const factor = f32x4.splat((2 * load<f32>(dy)) / divisor);
  for (; n >= 8; n -= 8, dx += 2 * VECTOR, x += 2 * VECTOR, target += 2 * VECTOR) {
    v128.store(dx, f32x4.mul(f32x4.sub(v128.load(x), v128.load(target)), factor));
    v128.store(dx, f32x4.mul(f32x4.sub(v128.load(x, 16), v128.load(target, 16)), factor), 16);
  }
  for (; n > 0; n -= min<usize>(n, 4), dx += VECTOR, x += VECTOR, target += VECTOR) {
    changetype<Tail>(0).store(dx, f32x4.mul(f32x4.sub(v128.load(x), v128.load(target)), factor), <i32>n);
  }
}

class BceWithLogits {
  /** e^-|x| */
  @inline far(x: v128): v128 {
    return changetype<ExpBelow>(0).at(v128.or(x, f32x4.splat(-0.0)));
  }
  @inline at(far: v128, x: v128, target: v128): v128 {
    const one = v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.splat(1));
    const near = f32x4.mul(x, f32x4.sub(one, target)); // max(x, 0) - x target, exact where both are large
    return f32x4.add(near, changetype<Log1p>(0).at(far));
  }
}

class BceWithLogitsGrad extends Op3 {
  @inline at(x: v128, target: v128, dy: v128): v128 {
    return f32x4.mul(f32x4.sub(changetype<Gate>(0).at(x), target), dy);
  }
}

/** y = max(x, 0) - x target + log(1 + e^-|x|), which is -target log σ(x) - (1 - target) log(1 - σ(x)) */
export function bceWithLogits(y: usize, x: usize, target: usize, n: i32): void {
  const op = changetype<BceWithLogits>(0);
  // exponentials before logarithms: engines that keep the order would else hold the constants of both at once
  for (; n >= 16; n -= 16, x += 4 * VECTOR, target += 4 * VECTOR, y += 4 * VECTOR) {
    const e0 = op.far(v128.load(x));
    const e1 = op.far(v128.load(x, 16));
    const e2 = op.far(v128.load(x, 32));
    const e3 = op.far(v128.load(x, 48));
    const y0 = op.at(e0, v128.load(x), v128.load(target));
    const y1 = op.at(e1, v128.load(x, 16), v128.load(target, 16));
    const y2 = op.at(e2, v128.load(x, 32), v128.load(target, 32));
    const y3 = op.at(e3, v128.load(x, 48), v128.load(target, 48));
    v128.store(y, y0);
    v128.store(y, y1, 16);
    v128.store(y, y2, 32);
    v128.store(y, y3, 48);
  }
  for (; n > 0; n -= 4, x += VECTOR, target += VECTOR, y += VECTOR) {
    changetype<Tail>(0).store(y, op.at(op.far(v128.load(x)), v128.load(x), v128.load(target)), n);
  }
}

/** dx = (σ(x) - target) dy */
export function bceWithLogitsGrad(dx: usize, x: usize, target: usize, dy: usize, n: i32): void {
  map3<BceWithLogitsGrad>(dx, x, target, dy, n);
}

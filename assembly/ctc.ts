// Connectionist temporal classification of one sequence (Graves et al., 2006): loss and gradient by the forward and the
// backward recursion over the labels with blanks between them, in float64 and scaled at each step so that nothing
// underflows. Labels are l(0) ... l(2 count): blanks at even places, targets at odd ones.
import { Exp, Log } from "./math";

const LN2: f64 = 0.6931471805599453;
/** Below it e^x is 0 in float64, for the purpose. */
const LEAST: f64 = -690;

/** Call as `changetype<Ctc>(0).label(target, s, blank)`. */
class Ctc {
  @inline label(target: usize, s: i32, blank: i32): i32 {
    return s & 1 ? load<i32>(target + ((<usize>(s >> 1)) << 2)) : blank;
  }
  /** Whether l(s) may follow l(s - 2) without the blank between: it is a target, and another one. */
  @inline skips(target: usize, s: i32): bool {
    if (!(s & 1) || s < 3) return false;
    const at = target + ((<usize>(s >> 1)) << 2);
    return load<i32>(at) !== load<i32>(at - 4);
  }
  /** e^x for x from -690 to 0, by the float32 function of x/8, whose range it would leave */
  exp(x: f64): f64 {
    if (x < LEAST) return 0;
    if (!(x >= LEAST)) return x; // NaN
    const root: f64 = f32x4.extract_lane(changetype<Exp>(0).at(f32x4.splat(<f32>(x * 0.125))), 0);
    const square = root * root;
    return square * square * (square * square);
  }
  /** log(x) for x > 0 of any size, by the float32 function of its mantissa */
  log(x: f64): f64 {
    const bits = reinterpret<i64>(x);
    const exponent = (bits >> 52) - 1022;
    const mantissa = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3fe0000000000000);
    return <f64>exponent * LN2 + f32x4.extract_lane(changetype<Log>(0).at(f32x4.splat(<f32>mantissa)), 0);
  }
  /** p[s] = e^(x[l(s)] - m) for all places, m the largest of them, which is returned */
  probabilities(p: usize, x: usize, target: usize, places: i32, blank: i32): f64 {
    let most: f64 = -Infinity;
    for (let s = 0; s < places; s++) most = max(most, <f64>load<f32>(x + ((<usize>this.label(target, s, blank)) << 2)));
    for (let s = 0; s < places; s++) {
      const v: f64 = load<f32>(x + ((<usize>this.label(target, s, blank)) << 2));
      store<f64>(p + ((<usize>s) << 3), this.exp(v - most));
    }
    return most;
  }
}

/**
 * loss[0] = -log of the probability of all alignments; dx, zeros before, its gradient for the log-probabilities x, of
 * `steps` rows that are `stride` elements apart. `room` holds (steps + 3) (2 count + 1) numbers of float64.
 */
export function ctc(
  loss: usize,
  dx: usize,
  x: usize,
  target: usize,
  steps: i32,
  count: i32,
  blank: i32,
  stride: usize,
  room: usize,
): void {
  const c = changetype<Ctc>(0);
  const places = 2 * count + 1;
  const row = (<usize>places) << 3;
  const p = room;
  const alphas = room + 3 * row;
  let nll: f64 = 0;
  memory.fill(alphas, 0, <usize>steps * row);
  for (let t = 0; t < steps; t++) {
    const alpha = alphas + <usize>t * row;
    nll -= c.probabilities(p, x + ((<usize>t * stride) << 2), target, places, blank);
    let total: f64 = 0;
    // Only what can be reached from the start and can still reach the end counts.
    for (let s = max(0, places - 2 * (steps - t)), end = min(places, 2 * t + 2); s < end; s++) {
      const at = alpha + ((<usize>s) << 3);
      let v: f64 = 1;
      if (t > 0) {
        v = load<f64>(at - row);
        if (s > 0) v += load<f64>(at - row - 8);
        if (c.skips(target, s)) v += load<f64>(at - row - 16);
      }
      v *= load<f64>(p + ((<usize>s) << 3));
      store<f64>(at, v);
      total += v;
    }
    if (!(total > 0)) {
      // no alignment, or NaN among the log-probabilities
      store<f32>(loss, total === 0 ? Infinity : NaN);
      return;
    }
    nll -= c.log(total);
    for (let s: usize = 0; s < row; s += 8) store<f64>(alpha + s, load<f64>(alpha + s) / total);
  }
  const last = alphas + <usize>(steps - 1) * row;
  let end: f64 = steps > 0 ? load<f64>(last + row - 8) : <f64>(count === 0);
  if (steps > 0 && count > 0) end += load<f64>(last + row - 16);
  store<f32>(loss, <f32>(end > 0 ? nll - c.log(end) : Infinity));
  if (end > 0) backward(dx, x, target, steps, places, blank, stride, room);
}

/** dx[t][l] -= the share of alignments that pass l at t, by the backward recursion over what `ctc` left in `room` */
function backward(
  dx: usize,
  x: usize,
  target: usize,
  steps: i32,
  places: i32,
  blank: i32,
  stride: usize,
  room: usize,
): void {
  const c = changetype<Ctc>(0);
  const row = (<usize>places) << 3;
  const p = room;
  let beta = room + row;
  let later = beta + row;
  for (let t = steps - 1; t >= 0; t--) {
    const alpha = room + 3 * row + <usize>t * row;
    let most: f64 = 0;
    let shares: f64 = 0;
    for (let s = 0; s < places; s++) {
      const at = (<usize>s) << 3;
      let v: f64 = s >= places - 2 ? 1 : 0;
      if (t < steps - 1) {
        v = load<f64>(later + at) * load<f64>(p + at);
        if (s + 1 < places) v += load<f64>(later + at + 8) * load<f64>(p + at + 8);
        if (s + 2 < places && c.skips(target, s + 2)) v += load<f64>(later + at + 16) * load<f64>(p + at + 16);
      }
      store<f64>(beta + at, v);
      most = max(most, v);
      shares += v * load<f64>(alpha + at);
    }
    for (let s = 0; s < places; s++) {
      const at = (<usize>s) << 3;
      const to = dx + ((<usize>t * stride + c.label(target, s, blank)) << 2);
      store<f32>(to, load<f32>(to) - <f32>((load<f64>(beta + at) * load<f64>(alpha + at)) / shares));
      store<f64>(beta + at, load<f64>(beta + at) / most);
    }
    c.probabilities(p, x + ((<usize>t * stride) << 2), target, places, blank);
    const swap = beta;
    beta = later;
    later = swap;
  }
}

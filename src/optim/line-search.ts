// The search along a direction for a step that satisfies the strong Wolfe conditions, as PyTorch's LBFGS does it. Knows
// nothing of parameters.
import type { Tensor } from "../tensor.ts";

/** The loss, its gradient, and its slope along the direction, after a step of length t. */
export interface Point {
  readonly t: number;
  readonly loss: number;
  readonly grad: Tensor;
  readonly slope: number;
}

const MOST_EVALUATIONS = 25;
/** The loss must fall by this share of what the first slope promises. */
const DECREASE = 1e-4;
/** The slope must shrink to this share. */
const CURVATURE = 0.9;
/** The search ends where a bracket moves no weight by more. */
const TOLERANCE = 1e-9;

/** The lowest point, in [least, most], of the cubic with the losses and slopes of both points. */
function interpolate(a: Point, b: Point, least = Math.min(a.t, b.t), most = Math.max(a.t, b.t)): number {
  const mean = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = mean * mean - a.slope * b.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const root = Math.sqrt(square);
  const [x, y] = a.t <= b.t ? [a, b] : [b, a];
  const t = y.t - (y.t - x.t) * ((y.slope + root - mean) / (y.slope - x.slope + 2 * root));
  return Math.min(Math.max(t, least), most);
}

/** Goes from `start` by `t` first; `size` is the largest element of the direction. */
export function strongWolfe(at: (t: number) => Point, start: Point, t: number, size: number): Point {
  const tooHigh = (p: Point): boolean => p.loss > start.loss + DECREASE * p.t * start.slope;
  const flat = (p: Point): boolean => Math.abs(p.slope) <= -CURVATURE * start.slope;
  let previous = start;
  let next = at(t);
  let count = 0;
  // Goes on until two points enclose one that is low and flat enough.
  for (; count < MOST_EVALUATIONS; count++) {
    if (tooHigh(next) || (count > 1 && next.loss >= previous.loss)) break;
    if (flat(next)) return next;
    if (next.slope >= 0) break;
    const further = interpolate(previous, next, next.t + 0.01 * (next.t - previous.t), next.t * 10);
    previous = next;
    next = at(further);
  }
  const bracket: [Point, Point] = [count === MOST_EVALUATIONS ? start : previous, next];
  const lower = (): 0 | 1 => (bracket[0].loss <= bracket[1].loss ? 0 : 1);
  let low = lower();
  let stuck = false;
  // Narrows them down.
  for (; count < MOST_EVALUATIONS; count++) {
    const [a, b] = bracket;
    const least = Math.min(a.t, b.t);
    const most = Math.max(a.t, b.t);
    if ((most - least) * size < TOLERANCE) break;
    let trial = interpolate(a, b);
    const margin = 0.1 * (most - least);
    const near = Math.min(most - trial, trial - least) < margin;
    const moved: boolean = near && (stuck || trial >= most || trial <= least);
    // Twice near an end, or on it: a tenth inwards from there.
    if (moved) trial = Math.abs(trial - most) < Math.abs(trial - least) ? most - margin : least + margin;
    stuck = near && !moved;
    const found = at(trial);
    const high = low === 0 ? 1 : 0;
    if (tooHigh(found) || found.loss >= bracket[low].loss) {
      bracket[high] = found;
      low = lower();
    } else {
      if (flat(found)) return found;
      if (found.slope * (bracket[high].t - bracket[low].t) >= 0) bracket[high] = bracket[low];
      bracket[low] = found;
    }
  }
  return bracket[low];
}

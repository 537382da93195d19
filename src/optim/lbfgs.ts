// L-BFGS: steps along an approximation of Newton's direction, from the last changes of gradient and weights. The search
// along a direction is line-search.ts.

import { mul, sub } from "../ops/binary.ts";
import { zeros } from "../ops/create.ts";
import { amax } from "../ops/extrema.ts";
import { dot } from "../ops/gemm.ts";
import { cat } from "../ops/join.ts";
import { sum } from "../ops/reduce.ts";
import { reshape } from "../ops/shape.ts";
import { abs, neg } from "../ops/unary.ts";
import { keep, tidy } from "../scope.ts";
import { checkInt, demand } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { k } from "../wasm.ts";
import { type Point, strongWolfe } from "./line-search.ts";
import { type GroupOptions, Optimizer, type OptimizerOptions } from "./optimizer.ts";
import { tensorsOf, zerosFor } from "./state.ts";

/** Options of {@link LBFGS}. */
export interface LBFGSOptions extends OptimizerOptions {
  /** Most iterations in one step. Default 20. */
  maxIter: number;
  /** Most calls of the closure in one step. Default null: 5/4 of `maxIter`, rounded down. */
  maxEval: number | null;
  /** A step ends where no element of the gradient is larger. Default 1e-7. */
  toleranceGrad: number;
  /** A step ends where neither the loss nor any weight changes by more. Default 1e-9. */
  toleranceChange: number;
  /** How many changes are remembered: each takes twice the memory of the weights. Default 100. */
  historySize: number;
  /** "strongWolfe" searches along the direction; null goes `lr` of it. Default null. */
  lineSearchFn: "strongWolfe" | null;
}

type LBFGSState = {
  funcEvals: number;
  nIter: number;
  t: number;
  hDiag: number;
  prevLoss: number;
  d: Tensor;
  oldDirs: Tensor[];
  oldStps: Tensor[];
  ro: number[];
  prevFlatGrad: Tensor;
};

const DEFAULTS: LBFGSOptions = {
  lr: 1,
  maxIter: 20,
  maxEval: null,
  toleranceGrad: 1e-7,
  toleranceChange: 1e-9,
  historySize: 100,
  lineSearchFn: null,
};

/**
 * L-BFGS, for gradients of the whole data: one `step` takes several iterations, each of which calls the closure that
 * computes the loss and its gradients. There are no parameter groups. Its state is under the first parameter.
 *
 * @param params `model.parameters()`.
 * @param options see {@link LBFGSOptions}; `lr` defaults to 1.
 * @throws TypeError or RangeError for options out of range, an empty list, a parameter twice, what is no leaf, and groups.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
 * @see Nocedal and Wright, "Numerical optimization", 2006, chapters 3 and 7.
 *
 * @example
 * ```ts
 * import { optim, tensor, variable } from "sedge";
 * const w = variable([-1, 1]);
 * const optimizer = new optim.LBFGS([w], { lineSearchFn: "strongWolfe" });
 * optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = w.sub(tensor([3, 5])).square().mul(tensor([1, 10])).sum();
 *   loss.backward();
 *   return loss;
 * });
 * w.sub(tensor([3, 5])).abs().amax().item() < 1e-4; // => true
 * ```
 */
export class LBFGS extends Optimizer<LBFGSOptions, LBFGSState> {
  constructor(params: Iterable<Tensor>, options: Partial<LBFGSOptions> = {}) {
    super("LBFGS", params, options, DEFAULTS);
  }

  override addParamGroup(group: GroupOptions<LBFGSOptions>): void {
    demand(this.paramGroups.length === 0, "LBFGS", "one group of parameters", "another");
    super.addParamGroup(group);
  }

  protected override check(options: LBFGSOptions): void {
    super.check(options);
    const { maxIter, maxEval, historySize, lineSearchFn } = options;
    for (const [key, value] of Object.entries({ maxIter, maxEval: maxEval ?? 1, historySize })) {
      checkInt("LBFGS", key, value, 1);
    }
    const known = lineSearchFn === null || lineSearchFn === "strongWolfe";
    demand(known, "LBFGS", "lineSearchFn to be strongWolfe or null", lineSearchFn);
  }

  protected blank(): LBFGSState {
    const flat = { shape: [this.params.reduce((n, p) => n + p.size, 0)] };
    const fresh = { funcEvals: 0, nIter: 0, t: 0, hDiag: 1, prevLoss: 0 };
    return { ...fresh, d: zerosFor(flat), oldDirs: [], oldStps: [], ro: [], prevFlatGrad: zerosFor(flat) };
  }

  protected update(): void {}

  private get params(): readonly Tensor[] {
    return this.paramGroups[0]!.params;
  }

  /** All gradients one after the other; zeros where there is none. */
  private gradient(): Tensor {
    return cat(this.params.map((p) => (p.grad === null ? zeros([p.size]) : reshape(p.grad, [-1]))));
  }

  /** weights += t * d */
  private move(t: number, d: Tensor): void {
    let from = d.ptr;
    for (const p of this.params) {
      axpy(p, t, from);
      p.touch();
      from += 4 * p.size;
    }
  }

  /**
   * Up to `maxIter` iterations. Leaves no tensors behind but the loss.
   * @param closure clears the gradients, computes the loss and its gradients, and returns the loss; called several times.
   * @returns the loss before the first iteration.
   */
  override step(closure: () => Tensor): Tensor {
    const expected = "step to get a closure that returns the loss (fit() gives none: write a loop of your own)";
    demand(typeof closure === "function", "LBFGS", expected, closure, TypeError);
    return tidy(() => {
      const loss = closure();
      expectTensor("LBFGS", "closure()", loss);
      const first = this.params[0]!;
      const state = this.advance(first, this.paramGroups[0]!);
      const before = tensorsOf(state);
      try {
        this.iterate(closure, loss.item(), state);
      } finally {
        const after = new Set(tensorsOf(state).map(keep));
        for (const t of before) if (!after.has(t)) t.dispose();
      }
      return loss;
    });
  }

  private iterate(closure: () => Tensor, firstLoss: number, s: LBFGSState): void {
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn } = this.paramGroups[0]!;
    let evals = 0;
    let loss = firstLoss;
    let grad = this.gradient();
    const evaluate = (): void => {
      evals++;
      s.funcEvals++;
      loss = tidy(() => closure().item());
      grad = this.gradient();
    };
    const largest = (x: Tensor): number => amax(abs(x)).item();
    evals++;
    s.funcEvals++;
    let done = largest(grad) <= toleranceGrad;
    for (let i = 1; !done; i++) {
      s.nIter++;
      if (s.nIter === 1) s.d = neg(grad);
      else direct(s, grad, historySize);
      s.prevFlatGrad = grad;
      s.prevLoss = loss;
      s.t = s.nIter === 1 ? Math.min(1, 1 / sum(abs(grad)).item()) * lr : lr;
      const { d } = s;
      const slope = dot(grad, d).item();
      if (slope > -toleranceChange) return;
      if (lineSearchFn === null) {
        this.move(s.t, d);
        if (i !== maxIter) evaluate();
      } else {
        const start = this.params.map((p) => p.data.slice());
        const at = (t: number): Point => {
          this.move(t, d);
          evaluate();
          this.params.forEach((p, j) => {
            p.data.set(start[j]!);
          });
          return { t, loss, grad, slope: dot(grad, d).item() };
        };
        const found = strongWolfe(at, { t: 0, loss, grad, slope }, s.t, largest(d));
        ({ t: s.t, loss, grad } = found);
        this.move(s.t, d);
      }
      done =
        i === maxIter ||
        evals >= (maxEval ?? Math.floor((maxIter * 5) / 4)) ||
        largest(grad) <= toleranceGrad ||
        largest(d) * s.t <= toleranceChange ||
        Math.abs(loss - s.prevLoss) < toleranceChange;
    }
  }
}

/** y += a * x, in place; x is an address. */
function axpy(y: Tensor, a: number, x: number): void {
  k.sgd(y.ptr, x, y.size, 0, 1, -a);
}

/** The next direction: remembers how the gradient changed with the last step, and applies the inverse Hessian. */
function direct(s: LBFGSState, grad: Tensor, historySize: number): void {
  const { oldDirs, oldStps, ro } = s;
  const change = sub(grad, s.prevFlatGrad);
  const step = mul(s.d, s.t);
  const curvature = dot(change, step).item();
  if (curvature > 1e-10) {
    if (oldDirs.length === historySize) for (const list of [oldDirs, oldStps, ro]) list.shift();
    oldDirs.push(change);
    oldStps.push(step);
    ro.push(1 / curvature);
    s.hDiag = curvature / dot(change, change).item();
  }
  const weights: number[] = [];
  const q = neg(grad);
  for (let i = ro.length - 1; i >= 0; i--) {
    weights[i] = dot(oldStps[i]!, q).item() * ro[i]!;
    axpy(q, -weights[i]!, oldDirs[i]!.ptr);
  }
  s.d = mul(q, s.hDiag);
  for (const [i, w] of weights.entries()) axpy(s.d, w - dot(oldDirs[i]!, s.d).item() * ro[i]!, oldStps[i]!.ptr);
}

// Optimizers beyond SGD and Adam: each against a plain float64 loop, on a small problem, saved and resumed. PyTorch's own
// numbers are the reference vectors'.
import "../src/entry.ts";
import { describe, expect, it } from "vitest";
import { backward } from "../src/backward.ts";
import { memory } from "../src/memory.ts";
import { sub } from "../src/ops/binary.ts";
import { tensor, variable } from "../src/ops/create.ts";
import { matmul } from "../src/ops/gemm.ts";
import { mean } from "../src/ops/reduce.ts";
import { square } from "../src/ops/unary.ts";
import { tensorsOf } from "../src/optim/state.ts";
import * as optim from "../src/optim.ts";
import { tidy } from "../src/scope.ts";
import { Tensor } from "../src/tensor.ts";
import { give, list, numbers } from "./optim/gradients.ts";

type Make = (params: Tensor[]) => optim.Optimizer<{ lr: number }, never>;
const made = (make: (params: Tensor[]) => unknown): Make => make as Make;

/** Several of each, so that every branch of the kernels runs. */
const OPTIMIZERS: Record<string, Make[]> = {
  SGD: [made((p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.1 }))],
  Adam: [made((p) => new optim.Adam(p, { lr: 0.1, amsgrad: true }))],
  AdamW: [made((p) => new optim.AdamW(p, { lr: 0.1 }))],
  NAdam: [
    made((p) => new optim.NAdam(p, { lr: 0.1 })),
    made((p) => new optim.NAdam(p, { lr: 0.1, weightDecay: 1e-3, decoupledWeightDecay: true })),
  ],
  RAdam: [
    made((p) => new optim.RAdam(p, { lr: 0.1 })),
    made((p) => new optim.RAdam(p, { lr: 0.1, weightDecay: 1e-3 })),
  ],
  Adamax: [made((p) => new optim.Adamax(p, { lr: 0.1 }))],
  Lion: [made((p) => new optim.Lion(p, { lr: 0.02, weightDecay: 1e-3 }))],
  RMSprop: [
    made((p) => new optim.RMSprop(p, { lr: 0.02 })),
    made((p) => new optim.RMSprop(p, { lr: 0.01, centered: true, momentum: 0.5, weightDecay: 1e-4 })),
  ],
  Adagrad: [
    made((p) => new optim.Adagrad(p, { lr: 0.5 })),
    made((p) => new optim.Adagrad(p, { lr: 0.5, lrDecay: 1e-3, initialAccumulatorValue: 0.1 })),
  ],
  Adadelta: [made((p) => new optim.Adadelta(p, { lr: 2, eps: 1e-4 }))],
  Rprop: [made((p) => new optim.Rprop(p))],
  ASGD: [made((p) => new optim.ASGD(p, { lr: 0.1, t0: 100 }))],
};
const rows = Object.entries(OPTIMIZERS).flatMap(([name, makes]) =>
  makes.map((make, i) => [`${name} ${i}`, make] as const),
);

describe("on least squares of 3 weights", () => {
  const x = tensor(list(60, numbers(1)), { shape: [20, 3] });
  const y = matmul(x, tensor([[1], [-2], [0.5]]));
  it.each(rows)("%s comes within 0.05 of the solution in 400 steps", (_, make) => {
    const w = variable([[0.1], [0.2], [0.3]]);
    const optimizer = make([w]);
    for (let t = 0; t < 400; t++) {
      tidy(() => {
        optimizer.zeroGrad();
        backward(mean(square(sub(matmul(x, w), y))));
        optimizer.step();
      });
    }
    const wrong = [...w.data].map((v, i) => Math.abs(v - [1, -2, 0.5][i]!));
    expect(Math.max(...wrong)).toBeLessThan(0.05);
  });
});

/** Three steps on fixed gradients. */
function advance(p: Tensor, optimizer: { step(): unknown; zeroGrad(): void }, start: number): void {
  const next = numbers(start);
  for (let i = 0; i < 3; i++) {
    give(p, list(p.size, next));
    optimizer.step();
    optimizer.zeroGrad();
  }
}

describe("stopped, saved, loaded and continued", () => {
  it.each(rows)("%s gives the same bits", (_, make) => {
    const a = variable([1, 2, 3, 4, 5]);
    const first = make([a]);
    advance(a, first, 1);
    const b = variable(a);
    const second = make([b]);
    second.loadStateDict(first.stateDict());
    advance(a, first, 2);
    advance(b, second, 2);
    expect(b.toArray()).toEqual(a.toArray());
  });

  it("has PyTorch's names for what it remembers", () => {
    const names = Object.fromEntries(
      rows.map(([name, make]) => {
        const p = variable([1]);
        const optimizer = make([p]);
        advance(p, optimizer, 1);
        return [name, Object.keys(optimizer.stateDict().state[0]!).sort()];
      }),
    );
    expect(names).toEqual({
      "SGD 0": ["momentumBuffer"],
      "Adam 0": ["expAvg", "expAvgSq", "maxExpAvgSq", "step"],
      "AdamW 0": ["expAvg", "expAvgSq", "step"],
      "NAdam 0": ["expAvg", "expAvgSq", "muProduct", "step"],
      "NAdam 1": ["expAvg", "expAvgSq", "muProduct", "step"],
      "RAdam 0": ["expAvg", "expAvgSq", "step"],
      "RAdam 1": ["expAvg", "expAvgSq", "step"],
      "Adamax 0": ["expAvg", "expInf", "step"],
      "Lion 0": ["expAvg"],
      "RMSprop 0": ["squareAvg", "step"],
      "RMSprop 1": ["gradAvg", "momentumBuffer", "squareAvg", "step"],
      "Adagrad 0": ["step", "sum"],
      "Adagrad 1": ["step", "sum"],
      "Adadelta 0": ["accDelta", "squareAvg", "step"],
      "Rprop 0": ["prev", "step", "stepSize"],
      "ASGD 0": ["ax", "eta", "mu", "step"],
    });
  });
});

describe("a step of any rule", () => {
  it.each(rows)("%s writes no element beyond a slice, and does not depend on where it begins", (_, make) => {
    for (const n of [1, 2, 3, 5, 8]) {
      const values = list(n, numbers(n));
      const whole = tensor(new Float32Array(16).fill(7));
      const part = whole.slice({ start: 1, stop: n + 1 });
      part.data.set(values);
      part.requiresGrad = true;
      const alone = variable(values);
      advance(part, make([part]), 4);
      advance(alone, make([alone]), 4);
      expect([...part.data]).toEqual([...alone.data]);
      expect([...whole.data].filter((_, i) => i < 1 || i > n).every((v) => v === 7)).toBe(true);
    }
  });

  it.each(rows)("%s maximises what it minimises with the other sign", (_, make) => {
    const p = variable([1, -2, 3]);
    const q = variable(p);
    const [down, up] = [make([p]), make([q])];
    const group = up.paramGroups[0]! as { maximize?: boolean; weightDecay?: number };
    group.maximize = true;
    for (const t of [1, 2, 3]) {
      const g = list(3, numbers(t));
      give(p, g);
      give(
        q,
        g.map((v) => -v),
      );
      down.step();
      up.step();
    }
    expect(q.toArray()).toEqual(p.toArray());
  });

  it.each(rows)("%s keeps an infinite weight where nothing decays, and uses no more memory with time", (_, make) => {
    const p = variable([Infinity, 1, 1, 1, -Infinity]);
    const optimizer = make([p]);
    for (const group of optimizer.paramGroups) Object.assign(group, { weightDecay: 0, lambd: 0 });
    const turn = (): void => tidy(() => advance(p, optimizer, 3));
    turn();
    const { bytes, tensors } = memory();
    turn();
    expect(memory()).toMatchObject({ bytes, tensors });
    expect([p.data[0], p.data[4]]).toEqual([Infinity, -Infinity]);
    optimizer.dispose();
  });

  it("calls a closure first and returns its loss", () => {
    const w = variable([3]);
    const optimizer = new optim.SGD([w], { lr: 0.5 });
    const loss = optimizer.step(() => {
      optimizer.zeroGrad();
      const value = w.mul(w).sum();
      backward(value);
      return value;
    });
    expect([loss!.item(), w.item()]).toEqual([9, 0]);
  });

  it("of Lion has the rate's length, and none where the direction is 0 or NaN", () => {
    const w = variable([1, 1, 1, 1]);
    const optimizer = new optim.Lion([w], { lr: 0.25 });
    give(w, [5, -1e-20, 0, Number.NaN]);
    optimizer.step();
    expect(w.toArray()).toEqual([0.75, 1.25, 1, 1]);
  });

  it("of RAdam, at first, ignores even an infinite second moment", () => {
    const w = variable([1]);
    const optimizer = new optim.RAdam([w], { lr: 1e-30 });
    give(w, [1e30]);
    optimizer.step();
    expect(w.item()).toBeCloseTo(0, 6);
  });
});

describe("L-BFGS", () => {
  /** Rosenbrock's valley, whose lowest point is (1, 1). */
  function valley(options: Partial<optim.LBFGSOptions>) {
    const w = variable([-1.5, 2]);
    const optimizer = new optim.LBFGS([w], options);
    let calls = 0;
    const closure = (): Tensor => {
      calls++;
      optimizer.zeroGrad();
      const [x, y] = [w.slice({ start: 0, stop: 1 }), w.slice({ start: 1, stop: 2 })];
      const loss = y.sub(x.mul(x)).square().mul(10).add(sub(1, x).square()).sum();
      backward(loss);
      return loss;
    };
    return { w, optimizer, closure, calls: () => calls };
  }

  it("finds the bottom of a curved valley by the strong Wolfe search", () => {
    const { w, optimizer, closure } = valley({ lineSearchFn: "strongWolfe", maxIter: 30 });
    for (let t = 0; t < 3; t++) optimizer.step(closure);
    expect([...w.data].every((v) => Math.abs(v - 1) < 1e-3)).toBe(true);
  });

  it("stops at the numbers of iterations and evaluations allowed", () => {
    const few = valley({ maxIter: 3, lr: 0.001 });
    few.optimizer.step(few.closure);
    expect(few.calls()).toBe(3);
    const evaluations = valley({ maxIter: 20, maxEval: 5, lr: 0.001 });
    evaluations.optimizer.step(evaluations.closure);
    expect(evaluations.calls()).toBe(5);
  });

  it("does nothing where the gradient is small already", () => {
    const { w, optimizer, closure, calls } = valley({ toleranceGrad: 1e6 });
    expect(optimizer.step(closure).item()).toBeCloseTo(10 * 0.0625 + 6.25, 4);
    expect([calls(), w.toArray()]).toEqual([1, [-1.5, 2]]);
  });

  it("forgets the oldest changes, and leaves nothing behind", () => {
    const { optimizer, closure } = valley({ historySize: 2, maxIter: 6, lineSearchFn: "strongWolfe" });
    const step = (): void => {
      optimizer.step(closure).dispose();
    };
    step();
    const { oldDirs, oldStps, ro } = [...optimizer.state.values()][0]!;
    expect([oldDirs.length, oldStps.length, ro.length]).toEqual([2, 2, 2]);
    const { tensors } = memory();
    step();
    expect(memory().tensors).toBe(tensors);
    optimizer.dispose();
    expect(memory().tensors).toBe(tensors - 6);
  });

  it("goes on to the same bits after it was saved and loaded", () => {
    const a = valley({ maxIter: 4, lineSearchFn: "strongWolfe" });
    const b = valley({ maxIter: 4, lineSearchFn: "strongWolfe" });
    a.optimizer.step(a.closure);
    b.w.assign(a.w);
    b.optimizer.loadStateDict(a.optimizer.stateDict());
    a.optimizer.step(a.closure);
    b.optimizer.step(b.closure);
    expect(b.w.toArray()).toEqual(a.w.toArray());
    const faulty = a.optimizer.stateDict();
    (faulty.state[0]!.oldDirs as Tensor[])[0] = tensor([1]);
    expect(() => b.optimizer.loadStateDict(faulty)).toThrow("expected oldDirs[0] of shape [2], got [1]");
  });

  it("takes parameters without a gradient, and of several shapes", () => {
    const [a, b, unused] = [variable([[1], [2]]), variable([3]), variable([9])];
    const optimizer = new optim.LBFGS([a, unused, b]);
    optimizer.step(() => {
      optimizer.zeroGrad();
      const loss = a.square().sum().add(b.sub(1).square().sum());
      backward(loss);
      return loss;
    });
    expect([...a.data, ...b.data, ...unused.data].map((v) => Math.round(v * 1e4) / 1e4 + 0)).toEqual([0, 0, 1, 9]);
  });

  it("keeps what it remembered when the closure throws", () => {
    const { optimizer, closure } = valley({ maxIter: 3 });
    /** Tensors beside those that it remembers. */
    const others = (): number => memory().tensors - [...optimizer.state.values()].flatMap(tensorsOf).length;
    optimizer.step(closure).dispose();
    const before = others();
    let left = 2;
    const failing = (): Tensor => {
      if (left-- === 0) throw new Error("no more");
      return closure();
    };
    expect(() => optimizer.step(failing)).toThrow("no more");
    expect([...optimizer.state.values()].flatMap((s) => [s.d, s.prevFlatGrad]).every((t) => t.storage !== null)).toBe(
      true,
    );
    optimizer.step(closure).dispose();
    expect(others()).toBe(before);
  });
});

describe("an optimizer's options", () => {
  it("keep a rate that rounding left below 0, as a schedule to 0 does", () => {
    const p = variable([1]);
    const optimizer = new optim.SGD([p], { lr: 0.1 });
    const saved = optimizer.stateDict();
    saved.paramGroups[0]!.lr = -1e-18;
    optimizer.loadStateDict(saved);
    expect(optimizer.lr).toBe(-1e-18);
    expect(p).toBeInstanceOf(Tensor);
  });
});

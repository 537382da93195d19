// SGD, Adam and AdamW against plain float64 loops, and what a step may and may not touch. Options and saving are
// optim-state.test.ts.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { backward } from "../src/backward.ts";
import { memory } from "../src/memory.ts";
import { zerosLike } from "../src/ops/assign.ts";
import { add } from "../src/ops/binary.ts";
import { tensor, variable } from "../src/ops/create.ts";
import { dot } from "../src/ops/gemm.ts";
import { Adam, type AdamOptions, AdamW } from "../src/optim/adam.ts";
import { Optimizer } from "../src/optim/optimizer.ts";
import { SGD, type SGDOptions } from "../src/optim/sgd.ts";
import { tidy } from "../src/scope.ts";
import { type Tensor, view } from "../src/tensor.ts";
import { give, list, numbers } from "./optim/gradients.ts";

type Rule = (p: number[], g: number[], t: number) => void;

/** Twelve steps by the optimizer and by the rule, on parameters of odd sizes. */
function compare(make: (params: Tensor[]) => { step(): void; dispose(): void }, rule: () => Rule): void {
  for (const n of [0, 1, 2, 3, 4, 5, 7, 16, 33]) {
    const next = numbers(n + 1);
    const expected = list(n, next).map(Math.fround);
    const p = variable(new Float32Array(expected));
    const optimizer = make([p]);
    const apply = rule();
    for (let t = 1; t <= 12; t++) {
      const g = list(n, next).map(Math.fround);
      give(p, g);
      optimizer.step();
      apply(expected, g, t);
      const got = [...p.data];
      for (let i = 0; i < n; i++) expect(Math.abs(got[i]! - expected[i]!), `n ${n}, step ${t}`).toBeLessThan(3e-6);
    }
    optimizer.dispose();
    p.dispose();
  }
}

function sgdRule(o: Partial<SGDOptions> & { lr: number }): () => Rule {
  const { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false, maximize = false } = o;
  return () => {
    const buffer: number[] = [];
    return (p, g, t) => {
      for (let i = 0; i < p.length; i++) {
        let d = (maximize ? -g[i]! : g[i]!) + weightDecay * p[i]!;
        if (momentum !== 0) {
          buffer[i] = t === 1 ? d : momentum * buffer[i]! + (1 - dampening) * d;
          d = nesterov ? d + momentum * buffer[i]! : buffer[i]!;
        }
        p[i]! -= lr * d;
      }
    };
  };
}

function adamRule(o: Partial<AdamOptions> & { lr: number }, decoupled: boolean): () => Rule {
  const { lr, betas = [0.9, 0.999], eps = 1e-8, amsgrad = false, maximize = false } = o;
  const { weightDecay = decoupled ? 0.01 : 0 } = o;
  return () => {
    const m: number[] = [];
    const v: number[] = [];
    const largest: number[] = [];
    return (p, g, t) => {
      for (let i = 0; i < p.length; i++) {
        let d = maximize ? -g[i]! : g[i]!;
        if (decoupled) p[i]! *= 1 - lr * weightDecay;
        else d += weightDecay * p[i]!;
        m[i] = betas[0] * (m[i] ?? 0) + (1 - betas[0]) * d;
        v[i] = betas[1] * (v[i] ?? 0) + (1 - betas[1]) * d * d;
        largest[i] = Math.max(largest[i] ?? 0, v[i]!);
        const root = Math.sqrt(amsgrad ? largest[i]! : v[i]!) / Math.sqrt(1 - betas[1] ** t);
        p[i]! -= ((lr / (1 - betas[0] ** t)) * m[i]!) / (root + eps);
      }
    };
  };
}

describe("SGD follows PyTorch's formulas over 12 steps", () => {
  const rows: (Partial<SGDOptions> & { lr: number })[] = [
    { lr: 0.1 },
    { lr: 0.1, weightDecay: 0.1 },
    { lr: 0.1, maximize: true, weightDecay: 0.1 },
    { lr: 0.1, momentum: 0.9 },
    { lr: 0.1, momentum: 0.9, dampening: 0.5 },
    { lr: 0.1, momentum: 0.9, weightDecay: 0.1 },
    { lr: 0.1, momentum: 0.9, nesterov: true },
    { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1, maximize: true },
    { lr: 0 },
  ];
  for (const row of rows) it(JSON.stringify(row), () => compare((params) => new SGD(params, row), sgdRule(row)));
});

describe("Adam and AdamW follow PyTorch's formulas over 12 steps", () => {
  const rows: (Partial<AdamOptions> & { lr: number })[] = [
    { lr: 0.01 },
    { lr: 0.1, betas: [0.8, 0.99] },
    { lr: 0.01, betas: [0, 0] },
    { lr: 0.01, weightDecay: 0.1 },
    { lr: 0.01, weightDecay: 0 },
    { lr: 0.01, amsgrad: true },
    { lr: 0.01, amsgrad: true, weightDecay: 0.1, maximize: true },
    { lr: 0.01, eps: 1e-3 },
  ];
  for (const row of rows) {
    it(`Adam ${JSON.stringify(row)}`, () => compare((params) => new Adam(params, row), adamRule(row, false)));
    it(`AdamW ${JSON.stringify(row)}`, () => compare((params) => new AdamW(params, row), adamRule(row, true)));
  }
});

describe("a step", () => {
  it("writes no element beyond a parameter that is a slice of a larger one", () => {
    for (const make of [
      (p: Tensor[]) => new SGD(p, { lr: 1 }),
      (p: Tensor[]) => new SGD(p, { lr: 1, momentum: 0.9 }),
      (p: Tensor[]) => new Adam(p, { lr: 1, amsgrad: true }),
    ]) {
      for (const n of [1, 2, 3, 5]) {
        const whole = tensor(new Float32Array(12).fill(7));
        const part = view(whole, [n], 1);
        part.requiresGrad = true;
        give(part, new Array<number>(n).fill(1));
        make([part]).step();
        expect([...whole.data].map((v) => v !== 7)).toEqual(Array.from({ length: 12 }, (_, i) => i >= 1 && i <= n));
      }
    }
  });

  it("skips parameters without a gradient, and remembers nothing of them", () => {
    const a = variable([1, 2]);
    const b = variable([3, 4]);
    const optimizer = new Adam([a, b], { lr: 0.1 });
    give(a, [1, 1]);
    optimizer.step();
    expect(b.toArray()).toEqual([3, 4]);
    expect([...optimizer.state.keys()]).toEqual([a]);
  });

  it("keeps an infinite parameter infinite where nothing decays", () => {
    const p = variable([Infinity, -Infinity]);
    for (const make of [() => new SGD([p]), () => new SGD([p], { momentum: 0.9 }), () => new Adam([p])]) {
      give(p, [1, 1]);
      make().step();
      expect(p.toArray()).toEqual([Infinity, -Infinity]);
    }
  });

  it("lets a NaN gradient through, and amsgrad keeps it", () => {
    const p = variable([1, 1, 1]);
    const optimizer = new Adam([p], { lr: 0.1, amsgrad: true });
    give(p, [NaN, 1, 0]);
    optimizer.step();
    give(p, [1, 1, 0]);
    optimizer.step();
    expect(optimizer.state.get(p)!.maxExpAvgSq!.toArray()).toEqual([NaN, expect.any(Number), 0]);
    expect((p.toArray() as number[]).map(Number.isNaN)).toEqual([true, false, false]);
  });

  it("rounds 1 - beta once, to float32", () => {
    const p = variable([1]);
    const optimizer = new Adam([p]);
    give(p, [1]);
    optimizer.step();
    const { expAvg, expAvgSq } = optimizer.state.get(p)!;
    expect([expAvg.item(), expAvgSq.item()]).toEqual([Math.fround(0.1), Math.fround(0.001)]);
  });

  it("makes a backward over values saved before it throw", () => {
    const w = variable([2, 3]);
    const loss = dot(w, w);
    backward(loss, { retainGraph: true });
    new SGD([w], { lr: 0.1 }).step();
    expect(() => backward(loss)).toThrow(/overwritten in place/);
  });

  it("uses no memory from the second step on, in a scope or not", () => {
    const p = variable(new Float32Array(1000));
    const optimizer = new AdamW([p], { amsgrad: true });
    const turn = (): void => {
      give(p, new Array<number>(1000).fill(0.5));
      optimizer.step();
      optimizer.zeroGrad();
    };
    tidy(turn);
    const { bytes, tensors } = memory();
    for (let i = 0; i < 100; i++) tidy(turn);
    expect(memory()).toMatchObject({ bytes, tensors });
    optimizer.dispose();
    expect(memory().bytes).toBe(bytes - 3 * 4000);
  });

  it("keeps its state when the scope of the first step ends", () => {
    const p = variable([1, 2, 3]);
    const optimizer = new SGD([p], { lr: 0.1, momentum: 0.9 });
    tidy(() => {
      give(p, [1, 1, 1]);
      optimizer.step();
    });
    expect(optimizer.state.get(p)!.momentumBuffer.toArray()).toEqual([1, 1, 1]);
  });

  it("keeps the state of an optimizer of one's own, however it was made", () => {
    class Sum extends Optimizer<{ lr: number }, { total: Tensor }> {
      constructor(params: Tensor[]) {
        super("Sum", params, {}, { lr: 1 });
      }
      protected blank(p: Tensor) {
        return { total: zerosLike(p) };
      }
      protected update(p: Tensor, grad: Tensor) {
        const total = add((this.state.get(p) ?? this.blank(p)).total, grad);
        this.state.get(p)?.total.dispose();
        this.state.set(p, { total });
      }
    }
    const p = variable([1]);
    const optimizer = new Sum([p]);
    const turn = (): void => {
      give(p, [2]);
      optimizer.step();
      optimizer.zeroGrad();
    };
    tidy(turn);
    const { tensors } = memory();
    for (let i = 0; i < 2; i++) tidy(turn);
    expect(optimizer.state.get(p)!.total.toArray()).toEqual([6]);
    expect(memory().tensors).toBe(tensors);
  });
});

// capture(): what is not replayed, and why; eager and captured steps side by side; memory.
import { describe, expect, it } from "vitest";
import { capture } from "../src/capture.ts";
import {
  crossEntropy,
  grad,
  keep,
  memory,
  mse,
  nn,
  noGrad,
  nonzero,
  observeOps,
  optim,
  randn,
  relu,
  seed,
  type Tensor,
  tensor,
  tidy,
  variable,
} from "../src/entry.ts";

const words = (x: Tensor): number[] => [...new Int32Array(x.data.slice().buffer)];
const stateOf = (model: nn.Module): number[][] => Object.values(model.stateDict()).map(words);

/** An MLP with its usual step. */
function setup(dropout = 0) {
  seed(5);
  const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Dropout(dropout), new nn.Linear(16, 1));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const step = (x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = mse(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { model, optimizer, step };
}

type Setup = ReturnType<typeof setup>;
type Step = Setup["step"];

/** Runs a program with the step as it is and captured; expects the same of both, and gives the captured step. */
function both(program: (step: Step, made: Setup) => unknown, dropout = 0) {
  const run = (wrap: (step: Step) => Step): unknown => {
    const made = setup(dropout);
    const result = program(wrap(made.step), made);
    return { result, state: stateOf(made.model), grads: made.model.parameters().map((p) => p.grad && words(p.grad)) };
  };
  const wanted = run((step) => step);
  let captured: ReturnType<typeof capture<[Tensor, Tensor], Tensor>> | undefined;
  expect(run((step) => (captured = capture(step)))).toEqual(wanted);
  return captured!;
}

const once = (step: Step, rows = 4): number => tidy(() => step(randn([rows, 2]), randn([rows, 1])).item());
const times = (n: number, fn: (i: number) => unknown): unknown[] => Array.from({ length: n }, (_, i) => fn(i));

describe("what is not replayed", () => {
  it("a last short batch; the next full one is", () => {
    const step = both((step) => times(20, (i) => once(step, i % 5 === 4 ? 3 : 4)));
    expect(step.replays).toBe(13);
    expect(Object.values(step.fallbacks)).toEqual([4]);
  });

  it("other shapes for good are recorded anew", () => {
    const step = both((step) => times(20, (i) => once(step, i < 8 ? 4 : 6)));
    expect(step.replays).toBe(5 + 7);
  });

  it("the first step after train() and eval()", () => {
    const step = both(
      (step, { model }) =>
        times(21, (i) => {
          if (i === 9) model.eval();
          if (i === 15) model.train();
          return once(step);
        }),
      0.5,
    );
    expect(step.replays).toBeGreaterThan(8);
    expect(Object.keys(step.fallbacks).length).toBeGreaterThan(0);
  });

  it("evaluation between the steps costs one eager step", () => {
    const step = both(
      (step, { model }) =>
        times(20, (i) => {
          if (i % 8 === 7) {
            model.eval();
            tidy(() => noGrad(() => model.forward(randn([50, 2]))));
            model.train();
          }
          return once(step);
        }),
      0.5,
    );
    expect(step.replays).toBe(20 - 3 - 2);
    expect(step.fallbacks).toEqual({});
  });

  it("parameters that are frozen, loaded, cleared by hand", () => {
    const step = both((step, { model, optimizer }) =>
      times(30, (i) => {
        const saved =
          i === 6 ? Object.fromEntries(Object.entries(model.stateDict()).map(([n, t]) => [n, t.clone()])) : null;
        if (saved) model.loadStateDict(saved);
        if (i === 8) optimizer.loadStateDict(optimizer.stateDict());
        if (i === 10) optimizer.lr = 0.1;
        if (i === 12) optimizer.zeroGrad();
        if (i === 14) model.freeze((name) => name === "0.bias");
        if (i === 20) model.unfreeze();
        return once(step);
      }),
    );
    expect(step.replays).toBeGreaterThan(15);
  });

  it("eager steps in between", () => {
    const step = both((step, made) => times(30, (i) => once(i % 3 === 2 ? made.step : step)));
    expect(step.replays).toBe(20 - 3);
  });

  it("a number that JavaScript computes anew", () => {
    seed(1);
    const run = (wrap: (step: (x: Tensor) => Tensor) => (x: Tensor) => Tensor): number[][] => {
      let i = 0;
      const step = wrap((x) => x.mul(1 / ++i).sum());
      return times(12, () => tidy(() => words(step(tensor([1, 2, 3]))))) as number[][];
    };
    let captured: { replays: number; fallbacks: object } | undefined;
    expect(run((step) => (captured = capture(step)))).toEqual(run((step) => step));
    expect(captured!.replays).toBe(0);
    expect(Object.keys(captured!.fallbacks)[0]).toMatch(/JavaScript/);
  });

  it.each<[string, (x: Tensor) => unknown, RegExp]>([
    ["data", (x) => x.mul(x.data[0]!), /values of a tensor/],
    ["toArray", (x) => x.mul((x.toArray() as number[])[0]!), /values of a tensor/],
    ["item", (x) => x.mul(x.sum().item()), /item/],
    ["nonzero", (x) => nonzero(relu(x)), /depends on the values/],
    ["seed", (x) => [seed(3), x.add(randn([3]))][1], /random stream/],
    ["a graph", (x) => x.mul(variable([1, 2, 3])), /still alive/],
    ["a map", (x) => new Map([[1, x.add(1)]]), /returns something else/],
    ["writing to its argument", (x) => x.assign(x.add(1)), /writes to its arguments/],
  ])("%s", (_, fn, why) => {
    const step = capture(fn as (x: Tensor) => Tensor);
    const before = memory().tensors;
    times(12, () => tidy(() => void fn(tensor([1, -2, 3]))));
    times(12, () => tidy(() => void step(tensor([1, -2, 3]))));
    expect(step.replays).toBe(0);
    expect(Object.keys(step.fallbacks)[0]).toMatch(why);
    step.dispose();
    if (_ !== "a graph") expect(memory().tensors).toBe(before);
  });

  it("arguments that are no tensors and change, that require gradients, ops that are observed", () => {
    const w = variable(4);
    const step = capture((x: Tensor, p: number | Tensor) => x.mul(p as number).sum());
    const call = (p: number | Tensor): number => tidy(() => step(tensor([1, 2]), p).item());
    expect(times(6, () => call(2))).toEqual([6, 6, 6, 6, 6, 6]);
    expect(step.replays).toBe(3);
    expect(call(3)).toBe(9);
    expect(call(w)).toBe(12);
    expect(call(2)).toBe(6);
    expect(step.replays).toBe(4);
    const seen: string[] = [];
    observeOps(
      (op) => seen.push(op),
      () => call(2),
    );
    expect(seen).toContain("mul");
    expect(Object.keys(step.fallbacks)).toHaveLength(3);
    w.dispose();
    step.dispose();
  });
});

describe("a captured step", () => {
  it("returns numbers, lists and objects, in tensors of their own", () => {
    const step = capture((x: Tensor) => {
      const y = x.mul(2);
      return { y, list: [y.sum().item(), null, x], three: 3 };
    });
    const kept = times(6, (i) => tidy(() => step(tensor([i, 1])))) as { y: Tensor; list: unknown[]; three: number }[];
    expect(step.replays).toBe(3);
    expect(kept.map(({ y }) => y.toArray())).toEqual(times(6, (i) => [2 * (i as number), 2]));
    expect(kept.map(({ list, three }) => [list[0], list[1], three])).toEqual(times(6, (i) => [2 * i + 2, null, 3]));
    for (const { y, list } of kept) {
      y.dispose();
      (list[2] as Tensor).dispose();
    }
    step.dispose();
  });

  it("throws what an eager one throws, and goes on", () => {
    const run = (wrap: (step: Step) => Step): unknown[] => {
      seed(2);
      const model = new nn.Linear(3, 4);
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
      const step = wrap((x, y) => {
        optimizer.zeroGrad();
        const loss = crossEntropy(model.forward(x), y);
        loss.backward();
        optimizer.step();
        return loss;
      });
      return times(12, (i) => {
        const wrong = i === 1 || i === 8 ? [0, 9] : [0, 3];
        try {
          return tidy(() => words(step(randn([2, 3]), tensor(wrong, { dtype: "int32" }))));
        } catch (error) {
          return String(error);
        }
      });
    };
    let captured: { replays: number } | undefined;
    const got = run((step) => (captured = capture(step)));
    expect(got).toEqual(run((step) => step));
    expect(got[8]).toMatch(/expected labels from 0 to 3/);
    expect(captured!.replays).toBe(12 - 1 - 1 - 2 - 1); // the first, a record that failed, two that record, the error
  });

  it("gives all memory back, and holds no more after 1000 replays", () => {
    const { model, optimizer, step } = setup(0.2);
    times(3, () => once(step));
    optimizer.zeroGrad();
    const before = memory();
    const captured = capture(step);
    times(10, () => once(captured));
    const after = memory();
    times(1000, () => once(captured));
    expect(memory()).toEqual({ ...after, peakBytes: memory().peakBytes });
    expect(captured.replays).toBe(1007);
    captured.dispose();
    captured.dispose();
    expect(model.parameters()[0]!.grad!.size).toBe(32);
    once(captured);
    optimizer.zeroGrad();
    expect(memory()).toEqual({ ...before, peakBytes: memory().peakBytes });
    expect(captured.fallbacks["disposed of"]).toBe(1);
  });

  it("leaves memory to others: tensors made after it was disposed of do not meet its own", () => {
    const { step, optimizer } = setup();
    const captured = capture(step);
    times(8, () => once(captured));
    captured.dispose();
    const kept = times(50, (i) => tensor(Array.from({ length: 32 }, () => i as number))) as Tensor[];
    times(8, () => once(step));
    expect(kept.every((t, i) => t.data.every((v) => v === i))).toBe(true);
    for (const t of kept) t.dispose();
    optimizer.dispose();
  });

  it("works beside another one, as in a GAN", () => {
    const run = (wrap: (step: (x: Tensor) => Tensor) => (x: Tensor) => Tensor): unknown => {
      seed(9);
      const generator = new nn.Sequential(new nn.Linear(3, 8), new nn.ReLU(), new nn.Linear(8, 2));
      const critic = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1));
      const [og, oc] = [generator, critic].map((m) => new optim.Adam(m.parameters(), { lr: 0.01 })) as optim.Adam[];
      const learn = wrap((x) => {
        oc!.zeroGrad();
        const fake = generator.forward(randn([5, 3])).detach();
        const loss = critic.forward(fake).softplus().mean().sub(critic.forward(x).logSigmoid().mean());
        loss.backward();
        oc!.step();
        return loss;
      });
      const forge = wrap((x) => {
        og!.zeroGrad();
        const loss = critic.forward(generator.forward(x)).neg().softplus().mean();
        loss.backward();
        og!.step();
        return loss;
      });
      const losses = times(24, () => tidy(() => [words(learn(randn([4, 2]))), words(forge(randn([5, 3])))]));
      return { losses, state: [stateOf(generator), stateOf(critic)] };
    };
    const steps: { replays: number; fallbacks: object }[] = [];
    const got = run((step) => {
      const captured = capture(step);
      steps.push(captured);
      return captured;
    });
    expect(got).toEqual(run((step) => step));
    for (const { replays, fallbacks } of steps) {
      expect(fallbacks).toEqual({});
      expect(replays).toBeGreaterThan(15);
    }
  });

  it("takes gradients as values, and steps within steps", () => {
    const w = variable([1, 2]);
    const inner = capture((x: Tensor) => x.mul(3));
    const step = capture((x: Tensor) => grad(inner(x).mul(w).square().sum(), w) as Tensor);
    const values = times(8, (i) => tidy(() => step(tensor([i, 1])).toArray()));
    expect(values).toEqual(times(8, (i) => [18 * i * i, 36]));
    expect(step.replays).toBe(5);
    expect(inner.replays).toBe(0);
    step.dispose();
    w.dispose();
  });

  it("notices that a tensor it uses was released", () => {
    const w = variable([1, 2]);
    const step = capture((x: Tensor) => x.mul(w.detach()).sum());
    times(6, () => tidy(() => step(tensor([1, 1])).item()));
    expect(step.replays).toBe(3);
    w.dispose();
    expect(() => step(tensor([1, 1]))).toThrow(/used after its release|released/);
    step.dispose();
  });

  it("does not write to gradients that somebody keeps", () => {
    const { model, step } = setup();
    const captured = capture(step);
    times(6, () => once(captured));
    const kept = model.parameters()[0]!.grad!.detach();
    const values = words(kept);
    times(3, () => once(captured));
    expect(words(kept)).toEqual(values);
    kept.dispose();
    captured.dispose();
  });

  it("does not write to gradients that were kept or taken away", () => {
    for (const take of [(g: Tensor) => keep(g), (g: Tensor) => g]) {
      const { model, step } = setup();
      const captured = capture(step);
      times(6, () => once(captured));
      const [w] = model.parameters();
      const kept = take(w!.grad!);
      w!.grad = null;
      const values = words(kept);
      times(6, () => once(captured));
      expect(words(kept)).toEqual(values);
      expect(captured.replays).toBeGreaterThan(3);
      kept.dispose();
      captured.dispose();
    }
  });

  it("refuses what is no function, and asynchronous steps", () => {
    expect(() => capture(1 as never)).toThrow(/capture: expected a function/);
    const step = capture((async () => {}) as never) as unknown as () => unknown;
    step();
    expect(() => step()).toThrow(/synchronous/);
  });
});

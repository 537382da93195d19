// profile(): what it counts, against counts by hand; that its times add up, its trace keeps the format's rules, and nothing of
// it stays behind. How long anything takes is not tested.
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  batches,
  type Conv2dOptions,
  conv2d,
  crossEntropy,
  Dataset,
  fit,
  glu,
  gru,
  linear,
  lstm,
  matmul,
  memory,
  nn,
  observeOps,
  ones,
  optim,
  randint,
  randn,
  scaledDotProductAttention,
  seed,
  type Tensor,
  tidy,
  variable,
} from "../src/entry.ts";
import { type Phase, type Profile, profile, type Trace, type TraceEvent } from "../src/inspect.ts";
import { k } from "../src/wasm.ts";

const leaf = (...shape: number[]): Tensor => {
  const x = randn(shape);
  x.requiresGrad = true;
  return x;
};
const rowOf = (found: Profile, op: string, phase: Phase = "forward") =>
  found.rows.find((row) => row.op === op && row.phase === phase);
/** Flops of an op and of its gradients, all of which are wanted. */
const flops = (op: string, make: () => Tensor): [number | undefined, number | undefined] => {
  const found = profile(() => tidy(() => make().sum().backward()));
  return [rowOf(found, op)?.flops, rowOf(found, op, "backward")?.flops];
};
const model = () => new nn.Sequential(new nn.Linear(6, 5), new nn.ReLU(), new nn.Linear(5, 3));

/** A step of training by a model of 6 inputs and 3 classes. */
function stepOf(net: nn.Layer, optimizer: optim.Optimizer): () => number {
  const [x, target] = [randn([4, 6]), randint(0, 3, [4])];
  return () =>
    tidy(() => {
      optimizer.zeroGrad();
      const loss = crossEntropy(net.call(x), target);
      loss.backward();
      optimizer.step();
      return loss.item();
    });
}

const hooks = () => [
  k,
  ...[nn.Module.prototype, Object.getPrototypeOf(variable(1).mul(1).node), optim.Optimizer.prototype].map((prototype) =>
    Object.values(Object.getOwnPropertyDescriptors(prototype)).flatMap(({ get, value }) => [get, value]),
  ),
];

describe("operations are counted as by hand", () => {
  it("in products: 2 m n k, and as many for either gradient", () => {
    expect(flops("matmul", () => matmul(leaf(3, 4), leaf(4, 5)))).toEqual([120, 240]);
    expect(flops("matmul", () => matmul(leaf(2, 3, 4), leaf(2, 4, 5)))).toEqual([240, 480]);
    expect(flops("matmul", () => matmul(ones([3, 4]), leaf(4, 5)))).toEqual([120, 120]);
    expect(flops("mv", () => leaf(3, 4).mv(leaf(4)))).toEqual([24, 48]);
    expect(flops("linear", () => linear(leaf(7, 4), leaf(5, 4), leaf(5)))).toEqual([280, 560]);
  });

  it.each<[string, number[], number[], Conv2dOptions, number]>([
    ["padded", [2, 3, 8, 8], [4, 3, 3, 3], { padding: 1 }, 2 * (2 * 4 * 8 * 8) * (3 * 9)],
    ["strided", [1, 2, 9, 9], [6, 2, 3, 3], { stride: 2 }, 2 * (6 * 4 * 4) * (2 * 9)],
    ["in groups", [1, 4, 5, 5], [4, 1, 3, 3], { groups: 4 }, 2 * (4 * 3 * 3) * 9],
  ])("in convolutions, %s", (_, x, weight, options, once) => {
    expect(flops("conv2d", () => conv2d(leaf(...x), leaf(...weight), leaf(weight[0]!), options))).toEqual([
      once,
      2 * once,
    ]);
  });

  it("in transposed convolutions: every element of x meets every tap", () => {
    const once = 2 * (1 * 3 * 4 * 4) * (2 * 9);
    expect(flops("convTranspose2d", () => leaf(1, 3, 4, 4).convTranspose2d(leaf(3, 2, 3, 3)))).toEqual([
      once,
      2 * once,
    ]);
  });

  it("in attention: two products of queries and keys, and four for the gradients", () => {
    const once = 2 * (2 * 3) * 5 * 7 * (4 + 6);
    const make = () => scaledDotProductAttention(leaf(2, 3, 5, 4), leaf(2, 3, 7, 4), leaf(2, 3, 7, 6));
    expect(flops("scaledDotProductAttention", make)).toEqual([once, 2 * once]);
  });

  it("in recurrent layers: gates by inputs and states of every step", () => {
    const [steps, batch, inputs, width] = [5, 2, 3, 4];
    const rows = 2 * steps * batch;
    const both = (gates: number) => gates * width * (inputs + width);
    const weights = (gates: number) => [leaf(gates * width, inputs), leaf(gates * width, width)];
    const x = () => leaf(steps, batch, inputs);
    expect(flops("lstm", () => lstm(x(), null, weights(4))[0])).toEqual([rows * both(4), 2 * rows * both(4)]);
    expect(flops("gru", () => gru(x(), null, weights(3))[0])).toEqual([rows * both(3), 2 * rows * both(3)]);
    const fixed = flops("lstm", () => lstm(ones([steps, batch, inputs]), null, weights(4))[0]);
    expect(fixed[1]).toBe(rows * (2 * both(4) - 4 * width * inputs));
  });

  it("elsewhere one an element, and none where they only move", () => {
    const found = profile(() => tidy(() => ones([4, 5]).add(1).relu().reshape([20]).sum()));
    const counts = ["ones", "add", "relu", "reshape", "sum"].map((op) => rowOf(found, op)?.flops);
    expect(counts).toEqual([0, 20, 20, 0, 20]);
  });

  it("for a graph that was there before", () => {
    const y = linear(leaf(7, 4), leaf(5, 4)).sum();
    expect(
      rowOf(
        profile(() => y.backward()),
        "linear",
        "backward",
      )?.flops,
    ).toBe(560);
  });
});

describe("rows", () => {
  it("are calls by op and phase, with an optimizer's step by its name", () => {
    const net = model();
    const found = profile(stepOf(net, new optim.Adam(net.parameters())));
    const calls = Object.fromEntries(found.rows.map(({ op, phase, calls }) => [`${phase} ${op}`, calls]));
    expect(calls).toMatchObject({
      ...{ "forward linear": 2, "forward relu": 1, "forward crossEntropy": 1, "backward linear": 2 },
      ...{ "backward relu": 1, "backward crossEntropy": 1, "optimizer Adam.step": 1 },
    });
    const totals = found.rows.map(({ total }) => total);
    expect(totals).toEqual([...totals].sort((a, b) => b - a));
  });

  it("count bytes: those made, with temporaries, and those of operands and results", () => {
    const [a, b] = [ones([4, 4]), ones([4, 4])];
    expect(
      rowOf(
        profile(() => a.add(b)),
        "add",
      ),
    ).toMatchObject({ allocated: 64, moved: 192 });
    expect(
      rowOf(
        profile(() => a.reshape([16])),
        "reshape",
      ),
    ).toMatchObject({ allocated: 0, moved: 0 });
    const parts = rowOf(
      profile(() => tidy(() => glu(leaf(4, 4)).sum())),
      "glu",
    );
    expect(parts!.allocated).toBeGreaterThan(2 * 32); // both halves, or one of them and its sigmoid, and the result
  });

  it("do not count an op's parts twice", () => {
    const found = profile(() => tidy(() => glu(leaf(40, 40)).sum().backward()));
    const [whole, part] = [rowOf(found, "glu")!, rowOf(found, "sigmoid")!];
    expect(whole.total).toBeGreaterThanOrEqual(whole.self + part.self);
    expect(whole.self).toBeLessThan(whole.total);
    expect(whole.flops).toBe(
      found.rows
        .filter((r) => ["mul", "sigmoid"].includes(r.op) && r.phase === "forward")
        .reduce((n, r) => n + r.flops, 0),
    );
  });

  it("give the time of a result that was computed with another to the op that was called", () => {
    const found = profile(() => tidy(() => crossEntropy(leaf(64, 10), randint(0, 10, [64]))));
    expect(rowOf(found, "softmax")?.total).toBe(0);
    expect(rowOf(found, "crossEntropy")?.total).toBeGreaterThan(0);
  });

  it("count gradients that are added up", () => {
    const found = profile(() =>
      tidy(() => {
        const x = leaf(8);
        x.mul(2).add(x).sum().backward();
      }),
    );
    expect(rowOf(found, "accumulate", "backward")).toMatchObject({ calls: 1, flops: 8 });
  });

  it("add up to the time", async () => {
    const net = model();
    const optimizer = new optim.Adam(net.parameters());
    const data = new Dataset(randn([32, 6]), randint(0, 3, [32]));
    const training = () => fit(net, data, { loss: crossEntropy, optimizer, epochs: 2, batchSize: 8 });
    const loop = () => {
      for (const [x] of batches(data, { batchSize: 8 })) net.call(x).sum().backward();
    };
    const images = new nn.Sequential(
      new nn.Conv2d(1, 2, 3),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Linear(18, 2),
    );
    const views = () =>
      tidy(() =>
        images
          .call(randn([2, 1, 8, 8]))
          .reshape([4])
          .unflatten(0, [2, 2])
          .square()
          .sum()
          .backward(),
      );
    for (const found of [
      profile(views),
      profile(stepOf(net, optimizer)),
      await profile(training),
      profile(loop),
      profile(() => 3),
    ]) {
      const sum = found.rows.reduce((total, { self }) => total + self, found.between);
      expect(sum).toBeCloseTo(found.time, 9);
      expect(found.between).toBeGreaterThan(0);
      for (const { self, total } of found.rows) expect(self >= 0 && self <= total + 1e-12).toBe(true);
    }
  });
});

describe("profile", () => {
  it("returns what the function does, and promises where it promises", async () => {
    expect(profile(() => 3).result).toBe(3);
    const found = await profile(async () => {
      await Promise.resolve();
      return ones([2]).sum().item();
    });
    expect([found.result, rowOf(found, "sum")?.calls]).toEqual([2, 1]);
  });

  it("changes no bit of a training", () => {
    const train = (run: (step: () => number) => unknown): number[] => {
      seed(3);
      const net = model();
      const step = stepOf(net, new optim.AdamW(net.parameters()));
      for (let i = 0; i < 4; i++) run(step);
      return net.parameters().flatMap((p) => [...p.data]);
    };
    expect(train((step) => profile(step))).toEqual(train((step) => step()));
  });

  it("runs the warm-up before, of which it tells nothing", async () => {
    let runs = 0;
    const found = profile(() => ones([++runs]), { warmup: 3 });
    expect([runs, found.result.shape, rowOf(found, "ones")?.calls]).toEqual([4, [4], 1]);
    const later = await profile(async () => ++runs, { warmup: 2 });
    expect(later.result).toBe(7);
  });

  it("has a text with the time between ops and the sums", () => {
    const lines = String(profile(() => ones([3, 4]).matmul(ones([4, 2])))).split("\n");
    expect(lines[0]).toMatch(/^op +calls +total ms +self ms +self +MB made +MB moved +MFLOP +GFLOP\/s$/);
    expect(lines.find((line) => line.startsWith("matmul"))).toMatch(/^matmul +forward +1 /);
    expect(lines.at(-2)).toMatch(/^JavaScript between ops +\d/);
    expect(lines.at(-1)).toMatch(/^all +3 .* 100\.0 %/);
  });

  it("refuses another within it, and other arguments", async () => {
    const message = /^profile: expected one at a time, got a second before the first has ended$/;
    expect(() => profile(() => profile(() => 1))).toThrow(message);
    const first = profile(() => Promise.resolve(1));
    expect(() => profile(() => 1)).toThrow(message);
    await first;
    expect(profile(() => 1).result).toBe(1);
    expect(() => profile(3 as never)).toThrow("profile: expected a function, got 3");
    expect(() => profile(() => 1, { warmup: -1 })).toThrow(RangeError);
    expect(() => profile(() => 1, { runs: 1 } as never)).toThrow('profile: unknown option "runs"');
  });
});

describe("nothing stays behind", () => {
  const before = hooks();
  afterEach(() => expect(hooks()).toEqual(before));

  it.each<[string, () => unknown]>([
    ["after a run", () => profile(stepOf(model(), new optim.SGD(model().parameters())))],
    ["after an error within an op of others", () => expect(() => profile(() => glu(ones([3])))).toThrow(/glu/)],
    [
      "after an error within a layer",
      () => expect(() => profile(() => model().call(ones([2, 7])))).toThrow(/linear|0:/),
    ],
    ["after a rejection", () => expect(profile(() => Promise.reject(new Error("no")))).rejects.toThrow("no")],
    [
      "after an error in the warm-up",
      () => expect(() => profile(() => ones([2]).reshape([3]), { warmup: 2 })).toThrow(),
    ],
  ])("%s", async (_, run) => {
    const { tensors } = memory();
    await run();
    const seen: string[] = [];
    observeOps(
      (op) => seen.push(op),
      () => ones([1]).add(1),
    );
    expect(seen).toEqual(["ones", "add"]);
    expect(memory().tensors - tensors).toBeLessThan(30); // parameters of the models here
  });

  it("leaks no block", () => {
    const step = stepOf(model(), new optim.SGD(model().parameters()));
    profile(step);
    const { tensors } = memory();
    profile(step);
    expect(memory().tensors).toBe(tensors);
  });
});

describe("the trace", () => {
  /**
   * What the Trace Event Format asks of complete events on one thread, as strict readers take it: Perfetto makes whole
   * nanoseconds of microseconds by cutting off, Chrome's viewer by rounding, and neither shows what is partly in another.
   */
  function check(events: readonly TraceEvent[]): void {
    for (const { name, cat, ph, pid, tid, args, ...rest } of events) {
      const types = [typeof name, typeof cat, ph, typeof pid, typeof tid, typeof args];
      expect(types).toEqual(["string", "string", "X", "number", "number", "object"]);
      expect(name.length * cat.length).toBeGreaterThan(0);
      expect(Object.keys(rest).sort()).toEqual(["dur", "ts"]);
    }
    for (const whole of [Math.trunc, Math.round]) {
      const open: number[] = [];
      let last = 0;
      for (const { ts, dur } of events) {
        const [from, length] = [whole(ts * 1e3), whole(dur * 1e3)];
        expect(from >= last && length >= 0).toBe(true);
        last = from;
        while (open.length > 0 && open.at(-1)! <= from) open.pop();
        if (open.length > 0) expect(from + length).toBeLessThanOrEqual(open.at(-1)!);
        open.push(from + length);
      }
    }
  }

  it("keeps the format's rules", async () => {
    const net = model();
    const optimizer = new optim.Adam(net.parameters());
    const data = new Dataset(randn([32, 6]), randint(0, 3, [32]));
    const found = await profile(() => fit(net, data, { loss: crossEntropy, optimizer, epochs: 1, batchSize: 8 }));
    const trace = JSON.parse(JSON.stringify(found.trace())) as Trace;
    expect(Object.keys(trace).sort()).toEqual(["displayTimeUnit", "traceEvents"]);
    expect(trace.displayTimeUnit).toBe("ns"); // or Chrome's viewer compares whole microseconds
    expect(trace.traceEvents.length).toBeGreaterThan(40);
    check(trace.traceEvents);
  });

  it("keeps them by the coarse clock of a browser, where events end together", () => {
    let [now, calls] = [0, 0];
    const clock = vi.spyOn(performance, "now").mockImplementation(() => {
      if (++calls % 3 === 0) now += 0.001001; // ms: 1.001 us, which times 1000 is less than 1001
      return now;
    });
    const step = stepOf(model(), new optim.SGD(model().parameters()));
    const { traceEvents } = profile(() => Array.from({ length: 300 }, step)).trace();
    clock.mockRestore();
    check(traceEvents);
    expect(traceEvents.filter(({ ts }) => (ts * 1e3) % 1001 < 1).length).toBe(traceEvents.length);
  });

  it("has the calls of layers around their ops, with shapes and bytes", () => {
    class Net extends nn.Module {
      body = model();
      forward(x: Tensor): Tensor {
        return this.body.call(x).sum();
      }
    }
    const net = new Net();
    const events = profile(() => tidy(() => net.call(ones([4, 6])))).trace().traceEvents;
    check(events);
    expect(events.map(({ name, cat }) => `${cat} ${name}`)).toEqual([
      ...["forward ones", "module Net", "module body Sequential", "module body.0 Linear", "forward linear"],
      ...["module body.1 ReLU", "forward relu", "module body.2 Linear", "forward linear", "forward sum"],
    ]);
    expect(events[4]!.args).toEqual({
      ...{ inputs: [[4, 6], [5, 6], [5]], output: [4, 5], allocated: 80, moved: 4 * (24 + 30 + 5 + 20), flops: 240 },
    });
  });
});

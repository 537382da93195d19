// diagnose: finds each planted fault and nothing in a sound model, shows its figures, and leaves everything as it was.
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  crossEntropy,
  Dataset,
  fit,
  getRngState,
  memory,
  mse,
  nn,
  optim,
  randint,
  randn,
  relu,
  seed,
  Tensor,
  tensor,
} from "../src/entry.ts";
import { type Diagnosis, diagnose, type FindingKind, watch } from "../src/inspect.ts";

beforeEach(() => seed(1));

type Pair = [x: Tensor, y: Tensor];
const batch = (): Pair => [randn([64, 16]), randint(0, 4, [64])];
const kinds = ({ findings }: Diagnosis): FindingKind[] => findings.map(({ kind }) => kind);

/** Hidden layers of 32 units, each followed by an activation, and 4 classes. */
function network(depth: number, activation: () => nn.Layer): nn.Sequential {
  const layers: nn.Layer[] = [];
  for (let i = 0; i < depth; i++) layers.push(new nn.Linear(i === 0 ? 16 : 32, 32), activation());
  return new nn.Sequential(...layers, new nn.Linear(32, 4));
}
const linears = (model: nn.Module): nn.Linear[] => model.modules().filter((m) => m instanceof nn.Linear);

describe("diagnose finds", () => {
  it.each<[string, () => nn.Sequential]>([
    ["an MLP of ReLU", () => network(3, () => new nn.ReLU())],
    ["one of tanh", () => network(2, () => new nn.Tanh())],
    ["one with batch normalisation", () => network(4, () => new nn.Sequential(new nn.BatchNorm1d(32), new nn.ReLU()))],
  ])("nothing in %s", (_, make) => {
    const model = make();
    const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
    expect(diagnose(model, batch(), crossEntropy, { optimizer }).findings).toEqual([]);
  });

  it("gradients that vanish in a deep sigmoid net, naming its first layers", () => {
    const { findings } = diagnose(
      network(10, () => new nn.Sigmoid()),
      batch(),
      crossEntropy,
    );
    expect(findings.map(({ kind }) => kind)).toEqual(["vanishing"]);
    expect(findings[0]!.layers[0]).toBe("0");
    expect(findings[0]!.layers).not.toContain("18");
    expect(findings[0]!.text).toMatch(/^gradients vanish on the way back: 0 \(\S+ of a later layer's\), 2/);
    expect(findings[0]!.cure).toMatch(/ReLU/);
  });

  it("values and gradients that explode after a poor initialisation", () => {
    const model = network(6, () => new nn.ReLU());
    for (const { weight } of linears(model)) nn.init.normal(weight);
    const { findings } = diagnose(model, batch(), crossEntropy);
    expect(findings.map(({ kind }) => kind)).toEqual(["exploding", "exploding"]);
    expect(findings[0]!.text).toMatch(/^values explode on the way forward: .*standard deviation/);
    expect(findings[1]!.text).toMatch(/norm is/);
  });

  it("ReLU units with a bias of -10 dead, as modules and as functions", () => {
    const model = network(2, () => new nn.ReLU());
    nn.init.constant(linears(model)[1]!.bias!, -10);
    const { findings, layers } = diagnose(model, batch(), crossEntropy);
    expect(findings[0]).toMatchObject({ kind: "dead", layers: ["3"] });
    expect(layers[3]).toMatchObject({ path: "3", kind: "ReLU", dead: 1, zeros: 1, max: 0 });
    expect(layers[1]!.dead).toBeLessThan(0.2);

    class Net extends nn.Module {
      hidden = new nn.Linear(16, 32);
      output = new nn.Linear(32, 4);
      forward(x: Tensor): Tensor {
        return this.output.call(relu(this.hidden.call(x)));
      }
    }
    const net = new Net();
    nn.init.constant(net.hidden.bias!, -10);
    const diagnosis = diagnose(net, batch(), crossEntropy);
    expect(diagnosis.findings[0]).toMatchObject({ kind: "dead", layers: ["relu()"] });
    expect(diagnosis.layers.map(({ kind }) => kind)).toEqual(["Linear", "relu()", "Linear"]);
  });

  it("dead channels of a convolution, not places of an image that are empty", () => {
    const model = new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(144, 4));
    const conv = model.children()[0] as nn.Conv2d;
    conv.bias!.assign([-50, 0.1, 0.1, 0.1]);
    const x = tensor(new Float32Array(32 * 64), { shape: [32, 1, 8, 8] });
    x.data[27] = 1;
    const { layers } = diagnose(model, [x, randint(0, 4, [32])], crossEntropy);
    expect(layers[1]!.dead).toBe(0.25);
  });

  it("saturated tanh units", () => {
    const model = network(2, () => new nn.Tanh());
    for (const { weight } of linears(model).slice(0, 2)) nn.init.normal(weight, { std: 2 });
    const { findings, layers } = diagnose(model, batch(), crossEntropy);
    expect(findings.map(({ kind, layers }) => [kind, layers])).toContainEqual(["saturated", ["1", "3"]]);
    expect(layers[1]!.saturated).toBeGreaterThan(0.5);
  });

  it.each<[number, FindingKind[]]>([
    [10, ["learningRateHigh"]],
    [1e-2, []],
    [1e-7, ["learningRateLow"]],
  ])("a learning rate of %d: %j", (lr, expected) => {
    const model = network(2, () => new nn.ReLU());
    for (const Kind of [optim.SGD, optim.Adam]) {
      const optimizer = new Kind(model.parameters(), { lr: Kind === optim.Adam && lr === 1e-2 ? 1e-3 : lr });
      expect(kinds(diagnose(model, batch(), crossEntropy, { optimizer }))).toEqual(expected);
    }
  });

  it("says nothing of small steps of a model that has arrived", () => {
    const model = new nn.Sequential(new nn.Linear(2, 1));
    const x = randn([32, 2]);
    const y = model.call(x).detach();
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e-2 });
    expect(diagnose(model, [x, y], mse, { optimizer }).findings).toEqual([]);
  });

  it("parameters that the loss does not depend on", () => {
    class Net extends nn.Module {
      used = new nn.Linear(16, 4);
      forgotten = new nn.Linear(16, 4);
      forward(x: Tensor): Tensor {
        return this.used.call(x);
      }
    }
    const { findings, layers } = diagnose(new Net(), batch(), crossEntropy);
    expect(findings[0]).toMatchObject({ kind: "unused", layers: ["forgotten.weight", "forgotten.bias"] });
    expect(layers[1]).toMatchObject({ path: "forgotten", shape: null, gradientNorm: 0 });
  });

  it("a loss that is not finite with its cause, and gradients that are not", () => {
    const model = new nn.Sequential(new nn.Linear(16, 4));
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const first = diagnose(model, batch(), (p, t) => crossEntropy(p.log(), t), { optimizer }).findings[0]!;
    expect(first).toMatchObject({
      kind: "nonFinite",
      text: expect.stringMatching(/^the loss is NaN: first in log, in the loss/),
    });
    const [x, y] = batch();
    const slope = (p: Tensor, t: Tensor): Tensor => crossEntropy(p, t).add(p.mul(0).square().sqrt().sum());
    expect(diagnose(model, [x, y], slope).findings[0]).toMatchObject({
      kind: "nonFinite",
      layers: ["0.weight", "0.bias"],
    });
  });
});

describe("diagnose", () => {
  it("gives figures as counted by hand", () => {
    const model = new nn.Sequential(new nn.Linear(2, 2, { bias: false }));
    model.parameters()[0]!.assign([
      [1, 0],
      [0, 1],
    ]);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
    const x = tensor([
      [1, 2],
      [3, 0],
    ]);
    const { layers, loss } = diagnose(model, [x, x.sub(1)], mse, { optimizer });
    expect(loss).toBe(1);
    const gradient = [2, 1, 2, 1].map((v) => (v * 2) / 2);
    const norm = Math.hypot(...gradient);
    expect(layers[0]).toMatchObject({
      path: "0",
      kind: "Linear",
      shape: [2, 2],
      min: 0,
      max: 3,
      mean: 1.5,
      zeros: 0.25,
    });
    expect(layers[0]!.std).toBeCloseTo(Math.sqrt(1.25), 6);
    expect(layers[0]!.gradientNorm).toBeCloseTo(norm, 5);
    expect(layers[0]!.gradientRatio).toBeCloseTo(norm / Math.SQRT2, 5);
    expect(layers[0]!.updateRatio).toBeCloseTo((0.5 * norm) / Math.SQRT2, 5);
    expect(layers[0]).toMatchObject({ parameters: 4, dead: null, saturated: null });
  });

  it("leaves weights, gradients, buffers, modes, optimizer, random state and memory as they were", () => {
    const model = network(2, () => new nn.Sequential(new nn.BatchNorm1d(32), new nn.Dropout(0.3), new nn.ReLU()));
    const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
    const [x, y] = batch();
    const train = (): void => {
      optimizer.zeroGrad();
      crossEntropy(model.call(x), y).backward();
      optimizer.step();
    };
    const state = () => ({
      values: Object.values(model.stateDict()).map((t) => [...t.data]),
      gradients: model.parameters().map((p) => p.grad && [...p.grad.data]),
      modes: model.modules().map((m) => m.training),
      optimizer: JSON.stringify(optimizer.stateDict(), (_, v) => (v instanceof Tensor ? [...v.data] : v)),
      random: getRngState(),
      tensors: memory().tensors,
    });
    for (const prepare of [() => {}, train]) {
      prepare();
      model.eval();
      const handles = model.parameters().map((p) => p.grad);
      const before = state();
      diagnose(model, [x, y], crossEntropy, { optimizer });
      expect(state()).toEqual(before);
      expect(model.parameters().map((p) => p.grad)).toEqual(handles);
      expect(() =>
        diagnose(
          model,
          [x, y],
          () => {
            throw new Error("own");
          },
          { optimizer },
        ),
      ).toThrow("own");
      expect(state()).toEqual(before);
      model.train();
    }
  });

  it("prints a table and the findings in words", () => {
    const model = new nn.Sequential(new nn.Linear(16, 32), new nn.ReLU(), new nn.Linear(32, 4));
    nn.init.constant(linears(model)[0]!.bias!, -10);
    const text = String(diagnose(model, batch(), crossEntropy));
    expect(text.split("\n")[0]).toMatch(/^layer +kind +result +min +max +mean +std +zeros +dead$/);
    expect(text).toMatch(/^layer +parameters +\|gradient\| +\|weights\| +gradient\/weights$/m);
    expect(text).not.toMatch(/.{81}/);
    expect(text).toMatch(/^1 +ReLU +\[64, 32\] +0 +0 .*100 %/m);
    expect(text).toMatch(/^- units that are 0 for every example of the batch: 1 \(100 %\)\n {2}cure: lower/m);
    expect(text).not.toContain("saturated");
    expect(
      String(
        diagnose(
          network(1, () => new nn.Tanh()),
          batch(),
          crossEntropy,
        ),
      ),
    ).toMatch(/\nnothing looks wrong$/);
  });

  it("says nothing of large steps that small first weights need, beside targets of another size", async () => {
    const x = randn([64, 10]);
    const data = new Dataset(x, x.sum({ axis: 1, keepDims: true }));
    const model = new nn.Linear(10, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.05 });
    const { layers, findings } = diagnose(model, data, mse, { optimizer });
    expect(layers[0]!.updateRatio).toBeGreaterThan(0.3);
    expect(findings).toEqual([]);
    const warn = vi.fn();
    await fit(model, data, { loss: mse, optimizer, epochs: 2, callbacks: watch({ every: 1, warn }) });
    expect(warn).not.toHaveBeenCalled();
  });

  it("does not blame the learning rate for gradients that are not finite", () => {
    const model = new nn.Linear(16, 4);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
    const root = (p: Tensor, y: Tensor) => crossEntropy(p.mul(0).sqrt(), y);
    expect(kinds(diagnose(model, batch(), root, { optimizer }))).toEqual(["nonFinite"]);
  });

  it("refuses what it cannot try: a loss that is no number, an optimizer with a closure, no parameters", () => {
    const model = new nn.Linear(16, 4);
    expect(() => diagnose(model, batch(), (() => 3) as never)).toThrow(
      "diagnose: expected what the loss gives to be a tensor, got 3",
    );
    expect(() => diagnose(model, batch(), (p) => p)).toThrow("diagnose: expected the loss to give one number");
    expect(() =>
      diagnose(model, batch(), crossEntropy, { optimizer: new optim.LBFGS(model.parameters()) as never }),
    ).toThrow('diagnose: expected an optimizer that steps without a closure, got "LBFGS"');
    expect(() => diagnose(new nn.ReLU(), batch(), crossEntropy)).toThrow("diagnose: expected a model with parameters");
  });

  it("takes the first examples of a Dataset, and results of several tensors", () => {
    class Net extends nn.Module {
      rnn = new nn.LSTM(3, 8, { batchFirst: true });
      output = new nn.Linear(8, 4);
      forward(x: Tensor): Tensor {
        return this.output.call(this.rnn.call(x)[0].select(-1, { axis: 1 }));
      }
    }
    const data = new Dataset(randn([100, 5, 3]), randint(0, 4, [100]));
    const { layers, findings } = diagnose(new Net(), data, crossEntropy, { batchSize: 20 });
    expect(layers.map(({ path, shape }) => [path, shape])).toEqual([
      ["rnn", [20, 5, 8]],
      ["output", [20, 4]],
    ]);
    expect(findings).toEqual([]);
  });

  it.each<[string, unknown[], RegExp]>([
    ["no model", [1, [], mse], /diagnose: expected model to be a Module, got 1/],
    ["no loss", [new nn.ReLU(), [], 1], /diagnose: expected loss to be a function, got 1/],
    ["no batch", [new nn.ReLU(), [1, 2], mse], /diagnose: expected data to be a batch/],
    ["no data", [new nn.ReLU(), null, mse], /batches: expected data to be a Dataset/],
    ["an unknown option", [new nn.ReLU(), [], mse, { lr: 1 }], /diagnose: unknown option "lr"/],
    ["no optimizer", [new nn.ReLU(), [], mse, { optimizer: {} }], /diagnose: expected optimizer to be one of optim/],
  ])("refuses %s", (_, args, message) => {
    expect(() => (diagnose as (...args: unknown[]) => unknown)(...args)).toThrow(message);
  });
});

// Groups and options of optimizers, and what they save and load.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { memory } from "../src/memory.ts";
import { tensor, variable } from "../src/ops/create.ts";
import { dot } from "../src/ops/gemm.ts";
import { Adam, AdamW } from "../src/optim/adam.ts";
import { SGD } from "../src/optim/sgd.ts";
import { tidy } from "../src/scope.ts";
import { Tensor } from "../src/tensor.ts";
import { give, list, numbers } from "./optim/gradients.ts";

describe("groups", () => {
  it("have options of their own, and the optimizer's for the rest", () => {
    const a = variable([1]);
    const b = variable([1]);
    const optimizer = new SGD([{ params: [a], lr: 0.5 }, { params: [b] }], { lr: 0.25 });
    give(a, [1]);
    give(b, [1]);
    optimizer.step();
    expect([a.item(), b.item()]).toEqual([0.5, 0.75]);
    expect(optimizer.lr).toBe(0.5);
    optimizer.lr = 0.125;
    expect(optimizer.paramGroups.map((g) => g.lr)).toEqual([0.125, 0.125]);
    optimizer.paramGroups[1]!.lr = 1;
    give(a, [1]);
    give(b, [1]);
    optimizer.step();
    expect([a.item(), b.item()]).toEqual([0.375, -0.25]);
  });

  it("can be added later, but not with a parameter that is there", () => {
    const a = variable([1]);
    const b = variable([1]);
    const optimizer = new Adam([a]);
    optimizer.addParamGroup({ params: [b], lr: 0.5 });
    expect(optimizer.paramGroups.map((g) => g.lr)).toEqual([0.001, 0.5]);
    expect(() => optimizer.addParamGroup({ params: [a] })).toThrow(
      "Adam: expected each parameter once, not params[0] twice, got [1]",
    );
    expect(() => optimizer.addParamGroup({ params: [variable([1])], lr: -1 })).toThrow(
      "Adam: expected lr at least 0, got -1",
    );
    expect(optimizer.paramGroups).toHaveLength(2);
  });
});

describe("options out of range are refused", () => {
  const p = variable([1]);
  const bad = (value: unknown): never => value as never;
  const rows: [() => unknown, string][] = [
    [() => new SGD([p], { lr: -1 }), "SGD: expected lr at least 0, got -1"],
    [() => new SGD([p], { lr: NaN }), "SGD: expected lr to be a number, got NaN"],
    [() => new SGD([p], { momentum: -0.1 }), "SGD: expected momentum at least 0, got -0.1"],
    [() => new SGD([p], { weightDecay: -0.1 }), "SGD: expected weightDecay at least 0, got -0.1"],
    [() => new SGD([p], { dampening: bad("0") }), 'SGD: expected dampening to be a number, got "0"'],
    [
      () => new SGD([p], { nesterov: true }),
      "SGD: expected nesterov with momentum above 0 and no dampening, got [0, 0]",
    ],
    [
      () => new SGD([p], { nesterov: true, momentum: 0.9, dampening: 0.5 }),
      "SGD: expected nesterov with momentum above 0 and no dampening, got [0.9, 0.5]",
    ],
    [
      () => new SGD([p], bad({ momentun: 0.9 })),
      'SGD: unknown option "momentun"; expected one of lr, momentum, dampening, weightDecay, nesterov, maximize',
    ],
    [() => new Adam([p], { betas: [1, 0.9] }), "Adam: expected betas[0] below 1, got 1"],
    [() => new Adam([p], { betas: [0.9, -0.1] }), "Adam: expected betas[1] at least 0, got -0.1"],
    [() => new Adam([p], { betas: bad([0.9]) }), "Adam: expected betas to be a pair of numbers, got [0.9]"],
    [() => new Adam([p], { eps: -1e-8 }), "Adam: expected eps at least 0, got -1e-8"],
    [() => new Adam([p], { amsgrad: bad(1) }), "Adam: expected amsgrad to be a boolean, got 1"],
    [() => new AdamW([p], { weightDecay: -1 }), "AdamW: expected weightDecay at least 0, got -1"],
    [() => new AdamW([]), "AdamW: expected at least one parameter, got []"],
    [() => new AdamW(bad(p)), "AdamW: expected params to be a list of tensors, as model.parameters(), got a Tensor"],
    [() => new AdamW(bad([1])), "AdamW: expected params[0] to be a tensor, got 1"],
    [() => new AdamW(bad([{ params: [p] }, p])), "AdamW: expected a group { params, ... }, got a Tensor"],
    [() => new AdamW([p, p]), "AdamW: expected each parameter once, not params[1] twice, got [1]"],
    [() => new AdamW([dot(p, p)]), "AdamW: expected params[0] to be a leaf, not a result of dot, got a Tensor"],
    [() => new AdamW([tensor([1], { dtype: "int32" })]), "AdamW: expected params[0] to be float32, got int32"],
    [
      () => {
        new SGD([p]).lr = -1;
      },
      "SGD: expected lr at least 0, got -1",
    ],
  ];
  for (const [make, message] of rows) it(message, () => expect(make).toThrow(message));
});

describe("saving and loading", () => {
  /** Three steps on fixed gradients. */
  function advance(p: Tensor, optimizer: { step(): void }, start: number): void {
    const next = numbers(start);
    for (let i = 0; i < 3; i++) {
      give(p, list(p.size, next));
      optimizer.step();
    }
  }
  const makers: Record<string, (params: Tensor[]) => SGD | Adam | AdamW> = {
    SGD: (params) => new SGD(params, { lr: 0.1, momentum: 0.9, dampening: 0.1 }),
    Adam: (params) => new Adam(params, { lr: 0.1, amsgrad: true }),
    AdamW: (params) => new AdamW(params, { lr: 0.1 }),
  };
  for (const [name, make] of Object.entries(makers)) {
    it(`${name} goes on to the same bits`, () => {
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
  }

  it("names states by PyTorch's scheme and restores options", () => {
    const [a, b] = [variable([1]), variable([2, 3])];
    const optimizer = new Adam([{ params: [a], lr: 0.5 }, { params: [b] }]);
    give(b, [1, 1]);
    optimizer.step();
    const dict = optimizer.stateDict();
    expect(Object.keys(dict.state)).toEqual(["1"]);
    expect(Object.keys(dict.state[1]!)).toEqual(["step", "expAvg", "expAvgSq"]);
    expect(dict.paramGroups.map((g) => g.params)).toEqual([[0], [1]]);
    const other = new Adam([{ params: [variable([1])] }, { params: [variable([1, 1])] }]);
    other.loadStateDict(dict);
    expect(other.paramGroups.map((g) => g.lr)).toEqual([0.5, 0.001]);
  });

  it("replaces what was remembered, also of parameters that the dict says nothing of", () => {
    const [a, b] = [variable([1, 1]), variable([2, 3])];
    const optimizer = new Adam([a, b]);
    give(a, [1, 1]);
    optimizer.step();
    const dict = new Adam([variable([1, 1]), variable([2, 3])]).stateDict();
    const withState = memory().bytes;
    optimizer.loadStateDict(dict);
    expect(optimizer.state.size).toBe(0);
    expect(memory().bytes).toBe(withState - 2 * 8);
  });

  it("changes nothing when it fails", () => {
    const [a, b] = [variable([1, 1]), variable([2, 3])];
    const optimizer = new Adam([a, b], { lr: 0.1 });
    give(a, [1, 1]);
    give(b, [1, 1]);
    optimizer.step();
    const before = JSON.stringify(plain(optimizer));
    const { bytes } = memory();
    const good = (): ReturnType<Adam["stateDict"]> => structuredCloneOf(optimizer);
    const faults: [string, (dict: ReturnType<Adam["stateDict"]>) => unknown][] = [
      ["expected an object { state, paramGroups }, got null", () => null],
      ["expected 1 parameter groups, got 0", (d) => ({ ...d, paramGroups: [] })],
      [
        "expected 2 parameters in group 0, got 1",
        (d) => ({ ...d, paramGroups: [{ ...d.paramGroups[0]!, params: [0] }] }),
      ],
      ["Adam: expected lr at least 0, got -1", (d) => ({ ...d, paramGroups: [{ ...d.paramGroups[0]!, lr: -1 }] })],
      ['unknown option "foo"', (d) => ({ ...d, paramGroups: [{ ...d.paramGroups[0]!, foo: 1 }] })],
      [
        "state[1]: expected expAvg to be a tensor, got undefined",
        (d) => ({ ...d, state: { ...d.state, 1: { step: 1 } } }),
      ],
      [
        "state[1]: expected expAvgSq of shape [2], got [3]",
        (d) => ({ ...d, state: { ...d.state, 1: { ...d.state[1], expAvgSq: tensor([1, 2, 3]) } } }),
      ],
      [
        "state[1]: expected step to be an integer, got 0.5",
        (d) => ({ ...d, state: { ...d.state, 1: { ...d.state[1], step: 0.5 } } }),
      ],
      ['expected states of 2 parameters, got "-1"', (d) => ({ ...d, state: { ...d.state, [-1]: d.state[1] } })],
      ["expected 2 parameters in group 0, got undefined", (d) => ({ ...d, paramGroups: [null] })],
      ['expected states of 2 parameters, got "2"', (d) => ({ ...d, state: { ...d.state, 2: d.state[1] } })],
    ];
    for (const [message, spoil] of faults) {
      const spoilt = tidy(() => {
        expect(() => optimizer.loadStateDict(spoil(good()) as never)).toThrow(message);
        return JSON.stringify(plain(optimizer));
      });
      expect(spoilt).toBe(before);
      expect(memory().bytes).toBe(bytes);
    }
  });

  function structuredCloneOf(optimizer: Adam): ReturnType<Adam["stateDict"]> {
    const { state, paramGroups } = optimizer.stateDict();
    return { state: { ...state }, paramGroups: paramGroups.map((g) => ({ ...g })) };
  }
  function plain(optimizer: Adam): unknown {
    const { state, paramGroups } = optimizer.stateDict();
    return [
      Object.values(state).map((s) => Object.values(s).map((v) => (v instanceof Tensor ? v.toArray() : v))),
      paramGroups,
    ];
  }
});

// Modules: names, states, modes, text, and chains of them. Errors inside a model are nn-errors.test.ts.
import "../src/boot.ts";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { backward } from "../src/backward.ts";
import { memory } from "../src/memory.ts";
import { Linear } from "../src/nn/linear.ts";
import { Module } from "../src/nn/module.ts";
import { buffer } from "../src/nn/parameter.ts";
import { Sequential } from "../src/nn/sequential.ts";
import { ones, tensor, variable, zeros } from "../src/ops/create.ts";
import { matmul } from "../src/ops/gemm.ts";
import { sum } from "../src/ops/reduce.ts";
import { tidy } from "../src/scope.ts";
import type { Tensor } from "../src/tensor.ts";
import { Block, NET, Net } from "./nn/models.ts";

describe("names", () => {
  it("are PyTorch's, in its order: a module's own tensors before its children's", () => {
    const net = new Net();
    expect(Object.keys(net.stateDict())).toEqual(NET);
    expect(net.namedParameters().map(([name]) => name)).toEqual(NET.filter((name) => !name.endsWith("calls")));
    expect(net.namedBuffers().map(([name]) => name)).toEqual(["encoder.0.calls", "encoder.1.1.calls"]);
    expect(net.namedModules().map(([name]) => name)).toEqual([
      "",
      "encoder.0",
      "encoder.0.conv",
      "encoder.1",
      "encoder.1.0",
      "encoder.1.1",
      "encoder.1.1.conv",
      "head",
    ]);
    expect(net.namedChildren().map(([name]) => name)).toEqual(["encoder.0", "encoder.1", "head"]);
    expect(net.children()).toEqual([...net.encoder, net.head]);
    expect(net.modules()[0]).toBe(net);
    expect(net.parameters().every((p) => p.requiresGrad && p.isLeaf)).toBe(true);
    expect(net.buffers()).toHaveLength(2);
  });

  it("of shared tensors appear once among the parameters, and everywhere in the state dict", () => {
    class Tied extends Module {
      a = new Linear(3, 3);
      b = new Linear(3, 3);
      c = this.a;
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const tied = new Tied();
    tied.b.weight = tied.a.weight;
    expect(tied.namedParameters().map(([name]) => name)).toEqual(["a.weight", "a.bias", "b.bias"]);
    expect(Object.keys(tied.stateDict())).toEqual(["a.weight", "a.bias", "b.weight", "b.bias", "c.weight", "c.bias"]);
  });

  it("do not follow a reference back to a module around", () => {
    class Child extends Module {
      parent: Module | null = null;
      layer = new Linear(1, 1);
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const child = new Child();
    const root = new Sequential(child);
    child.parent = root;
    expect(Object.keys(root.stateDict())).toEqual(["0.layer.weight", "0.layer.bias"]);
    expect(root.modules()).toHaveLength(3);
    expect(String(root)).toContain("(layer): Linear");
  });

  it("stay a parameter's when it is frozen by hand", () => {
    const layer = new Linear(2, 2);
    layer.weight.requiresGrad = false;
    expect(layer.namedParameters().map(([name]) => name)).toEqual(["weight", "bias"]);
  });
});

describe("buffer", () => {
  it("outlives the scope it was made in", () => {
    const kept = tidy(() => ({ of: new Block() }));
    expect(kept.of.calls.item()).toBe(0);
    expect(kept.of.conv.weight.shape).toEqual([4, 4]);
    expect(() => kept.of.plain.item()).toThrow(/used after its release/);
  });

  it("refuses what is no tensor or is trained", () => {
    expect(() => buffer(3 as never)).toThrow("buffer: expected a tensor, got 3");
    expect(() => buffer(variable([1]))).toThrow("buffer: expected a tensor that requires no gradients");
  });
});

/** All values of a model, as text. */
const snapshot = (model: Module): string => JSON.stringify(Object.values(model.stateDict()).map((t) => t.toArray()));

describe("loadStateDict", () => {
  it("copies every parameter and buffer into a model of its own", () => {
    const [a, b] = [new Net(), new Net()];
    a.encoder[0].calls.data[0] = 7;
    expect(snapshot(b)).not.toBe(snapshot(a));
    expect(b.loadStateDict(a.stateDict())).toEqual({ missing: [], unexpected: [], mismatched: [] });
    expect(snapshot(b)).toBe(snapshot(a));
    a.head.weight.data[0] = 99;
    expect(b.head.weight.data[0]).not.toBe(99);
  });

  it("names what is missing and unexpected; not strict, it loads the rest and returns the names", () => {
    const model = new Sequential(new Linear(2, 2));
    const before = snapshot(model);
    const dict = { "0.weight": ones([2, 2]), "1.weight": ones([1]) };
    expect(() => model.loadStateDict(dict)).toThrow(
      new RangeError(
        "loadStateDict: expected the model's names, got a dict without 0.bias and with unexpected 1.weight; " +
          "pass { strict: false } to load what matches",
      ),
    );
    expect(snapshot(model)).toBe(before);
    expect(model.loadStateDict(dict, { strict: false })).toEqual({
      missing: ["0.bias"],
      unexpected: ["1.weight"],
      mismatched: [],
    });
    expect(model.layers[0].weight.toArray()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it("leaves the model as it was when anything is wrong, strict or not", () => {
    const model = new Net();
    const before = snapshot(model);
    const good = Object.fromEntries(Object.entries(new Net().stateDict()));
    const gone = zeros([2, 4]);
    gone.dispose();
    const faults: [unknown, string][] = [
      [{ ...good, "head.weight": zeros([4, 2]) }, "loadStateDict: expected head.weight of shape [2, 4], got [4, 2]"],
      [
        { ...good, "head.weight": zeros([2]), "encoder.0.scale": zeros([]) },
        "loadStateDict: expected encoder.0.scale of shape [4], got []; head.weight of shape [2, 4], got [2]",
      ],
      [
        { ...good, "head.weight": zeros([2, 4], { dtype: "int32" }) },
        "loadStateDict: expected head.weight to be float32, got int32",
      ],
      [{ ...good, "head.weight": [[1]] }, "loadStateDict: expected head.weight to be a tensor, got [[1]]"],
      [{ ...good, "head.weight": gone }, "was used after its release"],
      [null, "loadStateDict: expected an object of tensors by name, got null"],
      [[], "loadStateDict: expected an object of tensors by name, got []"],
      [model, "loadStateDict: expected an object of tensors by name, got a Net"],
      [new Map(Object.entries(good)), "loadStateDict: expected an object of tensors by name, got a Map"],
    ];
    for (const [dict, message] of faults) {
      for (const strict of [true, false]) {
        expect(() => model.loadStateDict(dict as never, { strict })).toThrow(message);
        expect(snapshot(model)).toBe(before);
      }
    }
    expect(() => model.loadStateDict(good, { stric: false } as never)).toThrow('loadStateDict: unknown option "stric"');
  });

  it("shortens long lists of names", () => {
    expect(() => new Net().loadStateDict({})).toThrow(
      "got a dict without encoder.0.scale, encoder.0.calls, encoder.0.conv.weight, encoder.0.conv.bias, " +
        "encoder.1.0.weight, and 6 more;",
    );
  });

  it("makes a backward over values saved before it throw", () => {
    const model = new Linear(2, 2);
    const loss = sum(model.call(variable([[1, 2]])));
    model.loadStateDict({ weight: ones([2, 2]), bias: ones([2]) });
    expect(() => backward(loss)).toThrow(/overwritten in place/);
  });
});

describe("modes", () => {
  it("train and eval reach every module within", () => {
    const net = new Net();
    expect(net.modules().every((m) => m.training)).toBe(true);
    expect(net.eval()).toBe(net);
    expect(net.modules().some((m) => m.training)).toBe(false);
    expect(
      net
        .train()
        .modules()
        .every((m) => m.training),
    ).toBe(true);
    expect(() => net.train(1 as never)).toThrow("train: expected on to be a boolean, got 1");
  });

  it("freeze and unfreeze parameters by name, and release the gradients of frozen ones", () => {
    const net = new Net();
    backward(sum(net.call(ones([3, 4]))));
    net.freeze((name) => name.startsWith("encoder.0"));
    expect(net.encoder[0].conv.weight.grad).toBe(null);
    expect(net.head.weight.grad).not.toBe(null);
    expect(
      net
        .namedParameters()
        .filter(([, p]) => !p.requiresGrad)
        .map(([name]) => name),
    ).toEqual(["encoder.0.scale", "encoder.0.conv.weight", "encoder.0.conv.bias"]);
    expect(
      net
        .freeze()
        .parameters()
        .some((p) => p.requiresGrad),
    ).toBe(false);
    expect(Object.keys(net.stateDict())).toEqual(NET);
    expect(net.call(ones([3, 4])).requiresGrad).toBe(false);
    expect(
      net
        .unfreeze()
        .parameters()
        .every((p) => p.requiresGrad),
    ).toBe(true);
    expect(() => net.freeze(3 as never)).toThrow(
      'freeze: expected a name as "features.*", a regular expression, or a function of name and parameter, got 3',
    );
  });

  it("zeroGrad releases all gradients", () => {
    const net = new Net();
    const { bytes } = memory();
    tidy(() => backward(sum(net.call(ones([3, 4])))));
    net.zeroGrad();
    expect(net.parameters().every((p) => p.grad === null)).toBe(true);
    expect(memory().bytes).toBe(bytes);
  });

  it("dispose releases parameters, buffers and gradients", () => {
    const { bytes } = memory();
    tidy(() => {
      const net = new Net();
      backward(sum(net.call(ones([3, 4]))));
      net.dispose();
    });
    expect(memory().bytes).toBe(bytes);
  });
});

describe("text", () => {
  it("shows the structure as PyTorch does", () => {
    const named = (x: Tensor): Tensor => x;
    const net = new Sequential(
      new Linear(4, 8),
      named,
      new Sequential(new Linear(8, 2, { bias: false })),
      new Sequential(),
    );
    expect(String(net)).toBe(`Sequential(
  (0): Linear(inFeatures=4, outFeatures=8, bias=true)
  (1): named()
  (2): Sequential(
    (0): Linear(inFeatures=8, outFeatures=2, bias=false)
  )
  (3): Sequential()
)`);
    expect(inspect(net)).toBe(String(net));
    expect(String(new Net())).toContain("\n  (encoder.1): Sequential(\n    (0): Linear(");
  });
});

describe("Sequential", () => {
  it("chains modules and functions, and lets itself be counted, indexed and walked", () => {
    const double = (x: Tensor): Tensor => matmul(x, tensor([[2]]));
    const layer = new Linear(1, 1);
    const model = new Sequential(layer, double);
    layer.loadStateDict({ weight: tensor([[3]]), bias: tensor([1]) });
    expect(model.call(tensor([[1]])).toArray()).toEqual([[8]]);
    expect(new Sequential().call(tensor([5])).toArray()).toEqual([5]);
    expect(model.length).toBe(2);
    expect([...model]).toEqual([layer, double]);
    expect([model.at(0), model.at(-1)]).toEqual([layer, double]);
    expect(() => model.at(2)).toThrow("at: expected a position from -2 to 1, got 2");
    expect(() => model.at(0.5)).toThrow("at: expected i to be an integer, got 0.5");
  });

  it("refuses what is neither module nor function", () => {
    expect(() => new Sequential(new Linear(1, 1), "relu" as never)).toThrow(
      'Sequential: expected layer 1 to be a module or a function, got "relu"',
    );
  });

  it("takes a replaced layer", () => {
    const model = new Sequential(new Linear(2, 3), new Linear(3, 4));
    model.layers[1] = new Linear(3, 1);
    expect(model.call(ones([5, 2])).shape).toEqual([5, 1]);
    expect(model.stateDict()["1.weight"]!.shape).toEqual([1, 3]);
  });
});

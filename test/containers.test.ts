// Containers of modules and parameters, named chains, hooks, lookups by path; and that errors inside carry the path.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { ModuleDict, ModuleList, ParameterDict, ParameterList } from "../src/nn/containers.ts";
import { Linear } from "../src/nn/linear.ts";
import { Module } from "../src/nn/module.ts";
import { Sequential } from "../src/nn/sequential.ts";
import { relu } from "../src/ops/activation.ts";
import { mul } from "../src/ops/binary.ts";
import { ones, variable } from "../src/ops/create.ts";
import type { Tensor } from "../src/tensor.ts";

class Net extends Module {
  blocks = new ModuleList([new Linear(2, 2), new Linear(2, 2)]);
  heads = new ModuleDict({ a: new Linear(2, 3), b: new Linear(2, 4) });
  scales = new ParameterList([variable([2])]);
  shifts = new ParameterDict({ x: variable([1]) });

  forward(x: Tensor, head = "a"): Tensor {
    let y = x;
    for (const block of this.blocks) y = block.call(y);
    return this.heads.get(head).call(mul(y, this.scales.at(0)));
  }
}

const NAMES = [
  ..."blocks.0.weight blocks.0.bias blocks.1.weight blocks.1.bias heads.a.weight heads.a.bias".split(" "),
  ..."heads.b.weight heads.b.bias scales.0 shifts.x".split(" "),
];

describe("containers", () => {
  it("give their parts to the state dict, the parameters and the text", () => {
    const net = new Net();
    expect(Object.keys(net.stateDict())).toEqual(NAMES);
    expect(net.parameters().length).toBe(NAMES.length);
    expect(net.call(ones([1, 2]), "b").shape).toEqual([1, 4]);
    expect(String(net.heads)).toMatch(/^ModuleDict\(\n {2}\(a\): Linear.*\n {2}\(b\): Linear/);
    expect(net.modules().length).toBe(9);
  });

  it("put the path of a part before its errors", () => {
    const net = new Net();
    net.blocks.append(new Linear(5, 2));
    expect(() => net.call(ones([1, 2]))).toThrow(/^blocks\.2: expected x/);
    const other = new Net();
    other.heads.set("a", new Linear(7, 2));
    expect(() => other.call(ones([1, 2]))).toThrow(/^heads\.a: expected x/);
    expect(() => new Sequential({ net: other }).call(ones([1, 2]))).toThrow(/^net\.heads\.a: expected x/);
  });

  it("a list changes as an array does", () => {
    const [a, b, c] = [new Linear(1, 1), new Linear(1, 2), new Linear(1, 3)];
    const list = new ModuleList([a]).extend([c]).insert(-1, b);
    expect([...list]).toEqual([a, b, c]);
    expect([list.at(-1), list.length]).toEqual([c, 3]);
    expect(list.extend(list).length).toBe(6);
  });

  it("a dict changes as a Map does", () => {
    const [a, b] = [new Linear(1, 1), new Linear(1, 2)];
    const dict = new ModuleDict({ b }).set("a", a);
    expect([...dict.keys()]).toEqual(["b", "a"]);
    expect([...dict]).toEqual([...dict.entries()]);
    expect([...dict.values()]).toEqual([b, a]);
    expect([dict.delete("b"), dict.delete("b"), dict.has("b"), dict.size]).toEqual([true, false, false, 1]);
  });
});

describe("a chain", () => {
  it("takes names from an object, for its parameters, its text and its errors", () => {
    const chain = new Sequential({ first: new Linear(2, 3), act: relu, last: new Linear(4, 1) });
    expect(Object.keys(chain.stateDict())).toEqual(["first.weight", "first.bias", "last.weight", "last.bias"]);
    expect(String(chain)).toContain("(act): relu()");
    expect(() => chain.call(ones([1, 2]))).toThrow(/^last: expected x/);
    chain.layers[1] = () => {
      throw new Error("mine");
    };
    expect(() => chain.call(ones([1, 2]))).toThrow(/^act: mine/);
  });

  it("grows and is cut", () => {
    const [a, b] = [new Linear(2, 3), new Linear(3, 1)];
    const chain = new Sequential<never[] | never>().append(a).append(relu).extend([b]);
    expect(chain.call(ones([5, 2])).shape).toEqual([5, 1]);
    expect([...chain.slice(0, -1)]).toEqual([a, relu]);
    const named = new Sequential({ a, b }).insert(1, relu);
    expect(Object.keys(named.stateDict())).toEqual(["a.weight", "a.bias", "b.weight", "b.bias"]);
    expect(Object.keys(named.slice(-1).stateDict())).toEqual(["b.weight", "b.bias"]);
  });
});

describe("hooks", () => {
  it("see what goes in and comes out, in order, until removed", () => {
    const seen: string[] = [];
    const layer = new Linear(2, 3);
    const handles = [
      layer.registerForwardHook((m, [x], y) => void seen.push(`after ${m === layer} ${x.shape} ${y.shape}`)),
      layer.registerForwardPreHook((_, [x]) => void seen.push(`before ${x.shape}`)),
    ];
    layer.call(ones([4, 2]));
    expect(seen).toEqual(["before 4,2", "after true 4,2 4,3"]);
    for (const handle of [...handles, ...handles]) handle.remove();
    layer.call(ones([4, 2]));
    expect(seen.length).toBe(2);
    expect(Object.keys(layer.stateDict())).toEqual(["weight", "bias"]);
    expect(String(layer)).toBe("Linear(inFeatures=2, outFeatures=3, bias=true)");
  });

  it("may replace the inputs and the result", () => {
    const layer = new Linear(2, 2);
    layer.registerForwardPreHook((_, [x]) => mul(x, 0));
    layer.registerForwardHook((_, __, y) => mul(y, 2));
    layer.bias!.data.set([1, 3]);
    expect(new Sequential(layer).call(ones([1, 2])).toArray()).toEqual([[2, 6]]);
  });

  it("that throw are found by the path of their module", () => {
    const layer = new Linear(2, 2);
    layer.registerForwardHook(() => {
      throw new RangeError("hook: too large");
    });
    expect(() => new Sequential(relu, layer).call(ones([1, 2]))).toThrow(/^1: hook: too large/);
    expect(() => layer.registerForwardHook(3 as never)).toThrow("expected hook to be a function, got 3");
  });
});

describe("modules by path", () => {
  it("are found, or the path is refused", () => {
    const net = new Net();
    expect(net.getSubmodule("blocks.1")).toBe(net.blocks.at(1));
    expect(net.getSubmodule("")).toBe(net);
    expect(net.getParameter("heads.b.bias")).toBe(net.heads.get("b").stateDict().bias);
    expect(() => net.getSubmodule("blocks.2")).toThrow(
      'getSubmodule: expected path to be a name within, got "blocks.2"',
    );
    expect(() => net.getParameter("blocks.1")).toThrow("getParameter: expected path");
  });

  it("are all visited by apply, children first", () => {
    const seen: string[] = [];
    const chain = new Sequential(new Sequential(new Linear(1, 1)), relu);
    expect(chain.apply((m) => void seen.push(m.constructor.name))).toBe(chain);
    expect(seen).toEqual(["Linear", "Sequential", "Sequential"]);
  });
});

// Parts of one model in another: loading under other names and shapes, freezing by pattern, new heads, groups of parameters.
import { describe, expect, it } from "vitest";
import { crossEntropy, nn, ones, optim, relu, type Tensor, tensor, zeros } from "../src/entry.ts";

class Net extends nn.Module {
  features = new nn.Sequential(new nn.Linear(2, 3), relu, new nn.Linear(3, 3));
  norm = new nn.BatchNorm1d(3);
  blocks = [new nn.Linear(3, 3), new nn.Linear(3, 3)];
  head: nn.Layer;
  constructor(classes: number) {
    super();
    this.head = new nn.Linear(3, classes);
  }
  forward(x: Tensor) {
    let y = this.norm.call(this.features.call(x));
    for (const block of this.blocks) y = block.call(y);
    return this.head.call(y);
  }
}

const trained = (model: nn.Module): string[] =>
  model.namedParameters().flatMap(([name, t]) => (t.requiresGrad ? [name] : []));

describe("loadStateDict", () => {
  const source = new Net(5);

  it("takes what is under a prefix, and knows nothing of the rest", () => {
    const own = new nn.Sequential(new nn.Linear(2, 3), relu, new nn.Linear(3, 3));
    const result = own.loadStateDict(source.stateDict(), { prefix: "features." });
    expect(result).toEqual({ missing: [], unexpected: [], mismatched: [] });
    expect(own.call(ones([1, 2])).toArray()).toEqual(source.features.call(ones([1, 2])).toArray());
  });

  it("renames, and passes over what is renamed to null", () => {
    const own = new nn.Sequential({ first: new nn.Linear(2, 3) });
    own.loadStateDict(source.stateDict(), {
      rename: (name) => (name.startsWith("features.0.") ? name.replace("features.0", "first") : null),
    });
    expect(own.getParameter("first.weight").toArray()).toEqual(source.getParameter("features.0.weight").toArray());
  });

  it("says that nothing was loaded where rename leaves nothing of what is under a prefix", () => {
    const own = new nn.Sequential(new nn.Linear(2, 3));
    const result = own.loadStateDict(source.stateDict(), { prefix: "features.", rename: () => null, strict: false });
    expect(result.missing).toEqual(["0.weight", "0.bias"]);
  });

  it("skips and reports other shapes when asked, and loads the rest", () => {
    const own = new Net(2);
    const head = own.getParameter("head.weight").toArray();
    expect(() => own.loadStateDict(source.stateDict())).toThrow(
      "loadStateDict: expected head.weight of shape [2, 3], got [5, 3]; head.bias of shape [2], got [5]",
    );
    const result = own.loadStateDict(source.stateDict(), { mismatched: "skip" });
    expect(result).toEqual({ missing: [], unexpected: [], mismatched: ["head.weight", "head.bias"] });
    expect(own.getParameter("head.weight").toArray()).toEqual(head);
    expect(own.getParameter("blocks.1.bias").toArray()).toEqual(source.getParameter("blocks.1.bias").toArray());
  });

  it.each<[object, string]>([
    [{ prefix: 3 }, "loadStateDict: expected prefix to be text, got 3"],
    [{ prefix: "encoder." }, 'loadStateDict: expected prefix to begin some name of the dict, got "encoder."'],
    [{ rename: "x" }, 'loadStateDict: expected rename to be a function of a name, got "x"'],
    [{ rename: () => 3 }, "loadStateDict: expected rename to give a name or null, got 3"],
    [
      { rename: () => "a" },
      'loadStateDict: expected one tensor for each name, not features.0.bias as another, got "a"',
    ],
    [{ mismatched: "ignore" }, 'loadStateDict: expected mismatched to be "error" or "skip", got "ignore"'],
    [{ ignoreMismatched: true }, 'loadStateDict: unknown option "ignoreMismatched"'],
  ])("refuses %o", (options, message) => {
    expect(() => source.loadStateDict(source.stateDict(), options)).toThrow(message);
  });
});

describe("freeze", () => {
  it("takes names with *, regular expressions, and functions of name and parameter", () => {
    const net = new Net(2);
    expect(trained(net.freeze("features.*"))).toEqual(
      "norm.weight norm.bias blocks.0.weight blocks.0.bias blocks.1.weight blocks.1.bias head.weight head.bias".split(
        " ",
      ),
    );
    expect(trained(net.freeze().unfreeze("*.bias")).every((name) => name.endsWith(".bias"))).toBe(true);
    expect(trained(net.freeze().unfreeze(/^(head|norm)\./g))).toEqual([
      "norm.weight",
      "norm.bias",
      "head.weight",
      "head.bias",
    ]);
    expect(trained(net.freeze().unfreeze("blocks.1.weight"))).toEqual(["blocks.1.weight"]);
    expect(trained(net.unfreeze().freeze((_, p) => p.rank < 2)).every((name) => name.endsWith("weight"))).toBe(true);
  });

  it("refuses a pattern that fits no name, and lists the names", () => {
    const net = new Net(2);
    expect(() => net.freeze("head")).toThrow(
      "freeze: expected a pattern that fits some of features.0.weight, features.0.bias, features.2.weight, features.2.bias, " +
        'norm.weight, and 7 more, got "head"; "head.*" means all within',
    );
    expect(() => net.unfreeze("head+*")).toThrow('got "head+*"');
    expect(() => net.freeze(/^tail/)).toThrow("got /^tail/");
    expect(() => new nn.ReLU().freeze("*")).toThrow("freeze: expected a pattern that fits some of no names");
    expect(trained(net)).toHaveLength(12);
  });

  it("leaves modes alone, as PyTorch does: a frozen batch normalisation goes on averaging until eval()", () => {
    const norm = new nn.BatchNorm1d(2).freeze();
    const mean = (): unknown => norm.runningMean!.toArray();
    norm.call(
      tensor([
        [1, 2],
        [3, 6],
      ]),
    );
    expect(mean()).not.toEqual([0, 0]);
    const before = mean();
    norm.eval().call(
      tensor([
        [5, 5],
        [7, 9],
      ]),
    );
    expect(mean()).toEqual(before);
  });
});

describe("setSubmodule", () => {
  it("replaces a head, a layer of a chain, of an array, of a list, and of a dict", () => {
    const net = new Net(5);
    net.setSubmodule("head", new nn.Linear(3, 2)).setSubmodule("features.2", new nn.Linear(3, 3, { bias: false }));
    net.setSubmodule("blocks.1", new nn.Identity());
    expect(net.call(ones([4, 2])).shape).toEqual([4, 2]);
    expect(net.namedParameters().map(([name]) => name)).toEqual(
      "features.0.weight features.0.bias features.2.weight norm.weight norm.bias blocks.0.weight blocks.0.bias head.weight head.bias".split(
        " ",
      ),
    );
    const named = new nn.Sequential({ body: new nn.Linear(2, 3), head: new nn.Linear(3, 5) });
    expect(named.setSubmodule("head", new nn.Linear(3, 1)).call(ones([1, 2])).shape).toEqual([1, 1]);
    const list = new nn.ModuleList([new nn.Linear(2, 2)]);
    expect(list.setSubmodule("0", new nn.Identity()).at(0)).toBeInstanceOf(nn.Identity);
    const dict = new nn.ModuleDict({ a: new nn.Linear(2, 2) });
    expect(dict.setSubmodule("a", new nn.Identity()).get("a")).toBeInstanceOf(nn.Identity);
  });

  it.each<[string, unknown, string]>([
    ["tail", new nn.Identity(), 'setSubmodule: expected path to be a name within, got "tail"'],
    ["", new nn.Identity(), 'setSubmodule: expected path to be a name within, got ""'],
    ["features.1", new nn.Identity(), 'got "features.1"'],
    ["head", nn.Identity, "setSubmodule: expected module to be a Module, got a function"],
    ["head", null, "setSubmodule: expected module to be a Module, got null"],
  ])("refuses %s as %o", (path, module, message) => {
    expect(() => new Net(2).setSubmodule(path, module as never)).toThrow(message);
  });
});

it("modules that are shared are found and replaced under each of their names", () => {
  const inner = new nn.Sequential(new nn.Linear(2, 2));
  const model = new nn.Sequential(inner, inner);
  expect(model.getSubmodule("1.0")).toBe(inner.getSubmodule("0"));
  model.setSubmodule("1.0", new nn.Tanh());
  expect(String(inner)).toContain("Tanh");
});

describe("parameterGroups", () => {
  it("puts each parameter into the first group that means it, with that group's options", () => {
    const net = new Net(2);
    const groups = net.parameterGroups([{ match: "head.*", lr: 1e-2 }, { lr: 1e-4 }]);
    expect(groups.map(({ params, ...options }) => [params.length, options])).toEqual([
      [2, { lr: 1e-2 }],
      [10, { lr: 1e-4 }],
    ]);
    const optimizer = new optim.AdamW(groups, { lr: 1 });
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([1e-2, 1e-4]);
    crossEntropy(net.call(ones([4, 2])), zeros([4], { dtype: "int32" })).backward();
    optimizer.step();
  });

  it("parts weight decay by rank, as GPT needs it", () => {
    const net = new Net(2);
    const [decayed, plain] = net.parameterGroups([
      { match: (_, p) => p.rank >= 2, weightDecay: 0.1 },
      { weightDecay: 0 },
    ]);
    expect(decayed!.params.every((p) => p.rank === 2)).toBe(true);
    expect(plain!.params.every((p) => p.rank === 1)).toBe(true);
    expect(decayed!.params.length + plain!.params.length).toBe(12);
  });

  it("needs no group for what is frozen", () => {
    const net = new Net(2).freeze().unfreeze("head.*");
    expect(net.parameterGroups([{ match: "head.*", lr: 1 }])).toHaveLength(1);
  });

  it.each<[unknown, string]>([
    [[], "parameterGroups: expected a list of groups { match, ... }, got []"],
    [{ lr: 1 }, "parameterGroups: expected a list of groups { match, ... }, got an object"],
    [[null], "parameterGroups: expected group 0 to be an object { match, ... }, got null"],
    [[{ match: "tail.*" }, {}], "parameterGroups: expected a pattern that fits some of features.0.weight"],
    [[{ match: 3 }], 'parameterGroups: expected a name as "features.*", a regular expression'],
    [
      [{ match: "*.weight" }, { match: "features.*" }],
      "expected a group for every parameter that is trained; the last may",
    ],
  ])("refuses %o", (rules, message) => {
    expect(() => new Net(2).parameterGroups(rules as never)).toThrow(message);
  });
});

// Mistakes of whoever comes from PyTorch or plain JavaScript, over the whole public face: each is answered by an error
// that names the function and the argument. The rules of each family's own arguments are tested beside that family.
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as capture from "../src/capture.ts";
import * as datasets from "../src/data.ts";
import * as sedge from "../src/entry.ts";
import * as inspect from "../src/inspect.ts";
import * as node from "../src/node.ts";
import * as plot from "../src/plot.ts";

const { accuracy, arange, Dataset, evaluate, eye, fit, mse, nn, ones, optim, tensor, zeros } = sedge;

/** What a program without types may pass. */
const loose = <F>(fn: F) => fn as (...args: unknown[]) => unknown;
const thisFile = fileURLToPath(import.meta.url);
const x = zeros([2, 3]);
const data = new Dataset([[0], [1]], [[0], [1]]);
const model = new nn.Linear(1, 1);
const training = { loss: mse, optimizer: new optim.SGD(model.parameters()), epochs: 1 };
class Bare extends (nn.Module as unknown as new () => sedge.nn.Layer) {}

describe("misuse is answered by name", () => {
  it.each<[string, () => unknown, string]>([
    ["sizes as arguments", () => loose(zeros)(2, 3), "zeros: expected shape to be an array of sizes, got 2"],
    ["options of another op", () => loose(sedge.onesLike)(x, { shape: [1] }), 'onesLike: unknown option "shape"'],
    ["options of null", () => loose(sedge.variable)(1, null), "variable: expected options to be an object, got null"],
    [
      "an axis as options",
      () => loose(x.sum.bind(x))(1),
      "sum: expected options to be an object, got 1; the options are axis, keepDims",
    ],
    ["an axis as options of max", () => loose(sedge.max)(x, 1), "max: expected options to be an object, got 1"],
    ["a tensor as options", () => loose(sedge.max)(x, x), "max: expected options to be an object, got a Tensor"],
    [
      "options of a layer that has none",
      () => Reflect.construct(nn.ReLU, [{ inplace: true }]),
      "ReLU: expected no arguments, got an object",
    ],
    [
      "neither size nor factor",
      () => loose(sedge.interpolate)(ones([1, 1, 2, 2])),
      "interpolate: expected either size or scaleFactor, one number or 2, got undefined",
    ],
    ["a dtype without prototype", () => loose(x.cast)(Object.create(null)), "cast: expected x to be a tensor"],
    ["a seed in quotes", () => loose(sedge.seed)("1"), 'seed: expected n to be an integer, got "1"'],
    ["leaks of text", () => loose(sedge.trackLeaks)("yes"), 'trackLeaks: expected on to be a boolean, got "yes"'],
    ["fans of a number", () => loose(nn.init.fans)(3), "fans: expected shape to be an array of sizes, got 3"],
    [
      "a layer's class in a chain",
      () => new nn.Sequential(nn.ReLU as never),
      "Sequential: expected layer 0 to be a module or a function, got the class ReLU; write new ReLU(...)",
    ],
    ["a module without forward", () => new Bare().call(x), "Bare: expected the class to define forward(), got none"],
    ["lists to fit", () => loose(fit)(model, [[0]], training), "fit: expected data to be a Dataset, got [[0]]"],
    [
      "a list as validation",
      () => loose(fit)(model, data, { ...training, validation: [1] }),
      "fit: expected validation to be a Dataset, got [1]",
    ],
    [
      "metrics without names",
      () => loose(fit)(model, data, { ...training, metrics: [accuracy] }),
      "fit: expected metrics to be functions by name, as { accuracy }, got [a function]",
    ],
    [
      "a metric that gives text",
      () => loose(fit)(model, data, { ...training, metrics: { grade: () => "A" } }),
      'metric "grade": expected a number or a tensor of one, got "A"',
    ],
    [
      "lists to evaluate",
      () => loose(evaluate)(model, [1], { loss: mse }),
      "evaluate: expected data to be a Dataset, got [1]",
    ],
    [
      "IDX arrays left out",
      () => loose(datasets.idxDataset)(),
      "idxDataset: expected images to be { shape, data }, as parseIdx gives, got undefined",
    ],
    ["no path to an IDX file", () => loose(node.readIdx)(), "readIdx: expected path to be text, got undefined"],
    ["no folder", () => loose(node.loadIdxFolder)(), "loadIdxFolder: expected folder to be text, got undefined"],
    [
      "a file as folder",
      () => node.loadIdxFolder(thisFile),
      `loadIdxFolder: expected a folder, got the file ${thisFile}`,
    ],
    [
      "a lone tensor to save",
      () => loose(node.save)(`${tmpdir()}/never.safetensors`, x),
      "save: expected a model or tensors by name, got a Tensor",
    ],
    [
      "metadata of text",
      () => loose(sedge.encodeSafetensors)({ x }, { metadata: "note" }),
      'encodeSafetensors: expected metadata to be text by name, got "note"',
    ],
    [
      "a stream that is none",
      () => loose(node.progressBar)({ stream: 3 }),
      "progressBar: expected stream to be a writable stream, got 3",
    ],
  ])("%s", async (_, misuse, message) => {
    await expect(async () => misuse()).rejects.toThrow(message);
  });
});

describe("options come last", () => {
  it("after one, two or three numbers of arange", () => {
    const dtype = "float32";
    for (const t of [arange(3, { dtype }), arange(0, 3, { dtype }), arange(0, 3, 1, { dtype })]) {
      expect([t.dtype, t.toArray()]).toEqual(["float32", [0, 1, 2]]);
    }
  });

  it("after one or two numbers of eye", () => {
    expect([eye(2, { dtype: "int32" }).dtype, eye(2, 3, { requiresGrad: true }).shape]).toEqual(["int32", [2, 3]]);
  });
});

/** Values of every kind, most of them wrong for any one argument. */
const released = ones([2]);
released.dispose();
const KINDS: readonly unknown[] = [
  ...[undefined, null, -1, 1.5, 2, NaN, Infinity, 1e12, "a", "", true, 3n, Symbol("s"), () => 1],
  ...[[], [1], [2, 3], [[1]], {}, { axis: 0 }, { axis: "x" }, Object.create(null), new Map(), new Uint8Array(3)],
  ...[
    released,
    model,
    data,
    tensor(1),
    zeros([0, 3]),
    x,
    zeros([3], { dtype: "int32" }),
    zeros([2, 2], { dtype: "bool" }),
  ],
];

/** What no caller should see: the engine's own words, and the traps of WebAssembly. */
const RAW =
  /cannot (read propert|destructure|convert|set|mix|access|create)|is not (a function|iterable|a constructor)|unreachable|memory access|invalid (array|typed)|maximum call/i;

/**
 * Functions of an open end: a scope or a mode of the library, or a base class for subclasses with types; and a model whose
 * defaults are 44 million parameters.
 */
const APART = ["tidy", "trackLeaks", "init", "Tensor", "Module", "Optimizer", "gunzip", "Transformer"];

const everything = Object.entries({
  sedge,
  data: datasets,
  inspect,
  capture,
  node,
  plot,
  nn,
  init: nn.init,
  optim,
  metrics: sedge.metrics,
}).flatMap(([home, names]) =>
  Object.entries(names)
    .filter(([name, value]) => typeof value === "function" && !APART.includes(name))
    .map(([name, value]): [string, unknown] => [`${home}.${name}`, value]),
);

describe("arguments of the wrong kind never reach the engine or the kernels", () => {
  it.each(everything)("%s", async (name, value) => {
    const isClass = Function.prototype.toString.call(value).startsWith("class");
    for (let i = 0; i < KINDS.length * 4; i++) {
      // every kind first and with every distance to the second; saving would leave files behind
      const args = [i, i * 3 + (i >> 5), i * 5 + 1, i * 7 + 2].slice(0, i % 5).map((at) => KINDS[at % KINDS.length]);
      if (name === "node.save") args[0] = "";
      try {
        let result: unknown; // not given to tidy, which refuses promises
        sedge.tidy(() => {
          result = isClass ? new (value as new (...a: unknown[]) => unknown)(...args) : loose(value)(...args);
        });
        await result;
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).message).not.toMatch(RAW);
      }
    }
  });
});

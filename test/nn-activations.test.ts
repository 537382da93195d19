// Layers of activations, of softmax and of dropout against the functions behind them: defaults, options, text, parameters.
import { describe, expect, it } from "vitest";
import * as sedge from "../src/entry.ts";
import { nn, ones, randn, seed, type Tensor, tensor } from "../src/entry.ts";
import type { Layer } from "../src/nn/module.ts";

/** Layer, its text, and the function with the options that it stands for. */
const ROWS: [layer: Layer, text: string, fn: (x: Tensor) => Tensor][] = [
  [new nn.ReLU6(), "ReLU6()", sedge.relu6],
  [new nn.ELU(), "ELU(alpha=1)", (x) => sedge.elu(x)],
  [new nn.ELU(0.5), "ELU(alpha=0.5)", (x) => sedge.elu(x, { alpha: 0.5 })],
  [new nn.CELU(2), "CELU(alpha=2)", (x) => sedge.celu(x, { alpha: 2 })],
  [new nn.SELU(), "SELU()", sedge.selu],
  [new nn.SiLU(), "SiLU()", sedge.silu],
  [new nn.Mish(), "Mish()", sedge.mish],
  [new nn.Softsign(), "Softsign()", sedge.softsign],
  [new nn.Softplus(), "Softplus(beta=1, threshold=20)", (x) => sedge.softplus(x)],
  [new nn.Softplus({ beta: 2 }), "Softplus(beta=2, threshold=20)", (x) => sedge.softplus(x, { beta: 2 })],
  [new nn.Hardsigmoid(), "Hardsigmoid()", sedge.hardsigmoid],
  [new nn.Hardswish(), "Hardswish()", sedge.hardswish],
  [new nn.Hardtanh(), "Hardtanh(minVal=-1, maxVal=1)", (x) => sedge.hardtanh(x)],
  [new nn.Hardtanh({ minVal: 0 }), "Hardtanh(minVal=0, maxVal=1)", (x) => sedge.hardtanh(x, { minVal: 0 })],
  [new nn.Hardshrink(1), "Hardshrink(lambd=1)", (x) => sedge.hardshrink(x, { lambd: 1 })],
  [new nn.Softshrink(), "Softshrink(lambd=0.5)", (x) => sedge.softshrink(x)],
  [new nn.LogSigmoid(), "LogSigmoid()", sedge.logSigmoid],
  [new nn.Tanhshrink(), "Tanhshrink()", sedge.tanhshrink],
  [new nn.Threshold(0.1, 20), "Threshold(threshold=0.1, value=20)", (x) => sedge.threshold(x, 0.1, 20)],
  [new nn.GLU(), "GLU(axis=-1)", (x) => sedge.glu(x)],
  [new nn.GLU({ axis: 1 }), "GLU(axis=1)", (x) => sedge.glu(x, { axis: 1 })],
  [new nn.PReLU(), "PReLU(numParameters=1)", (x) => sedge.leakyRelu(x, { negativeSlope: 0.25 })],
  [
    new nn.PReLU({ numParameters: 4, init: 0.5 }),
    "PReLU(numParameters=4)",
    (x) => sedge.leakyRelu(x, { negativeSlope: 0.5 }),
  ],
  [new nn.RReLU().eval(), "RReLU(lower=0.125, upper=0.3333333333333333)", (x) => sedge.rrelu(x)],
  [
    new nn.RReLU({ upper: 0.5 }),
    "RReLU(lower=0.125, upper=0.5)",
    (x) => sedge.rrelu(x, { upper: 0.5, training: true }),
  ],
  [new nn.Softmin(), "Softmin(axis=-1)", (x) => sedge.softmin(x)],
  [new nn.LogSoftmax({ axis: 0 }), "LogSoftmax(axis=0)", (x) => sedge.logSoftmax(x, { axis: 0 })],
  [new nn.Softmax2d(), "Softmax2d()", (x) => sedge.softmax(x, { axis: 1 })],
  [new nn.Dropout1d(0.2), "Dropout1d(p=0.2)", (x) => sedge.dropout1d(x, { p: 0.2 })],
  [new nn.Dropout2d(), "Dropout2d(p=0.5)", (x) => sedge.dropout2d(x)],
  [new nn.Dropout3d(), "Dropout3d(p=0.5)", (x) => sedge.dropout3d(x)],
  [new nn.AlphaDropout(), "AlphaDropout(p=0.5)", (x) => sedge.alphaDropout(x)],
  [new nn.FeatureAlphaDropout(), "FeatureAlphaDropout(p=0.5)", (x) => sedge.featureAlphaDropout(x)],
];

describe("a layer computes its function and shows its options", () => {
  it.each(ROWS.map(([layer, text, fn]) => ({ layer, text, fn })))("$text", ({ layer, text, fn }) => {
    const x = randn(
      text.startsWith("Dropout1d") ? [2, 4, 6] : text.startsWith("Dropout3d") ? [1, 2, 4, 3, 2] : [2, 4, 3, 2],
    );
    seed(5);
    const got = layer.call(x);
    seed(5);
    expect(got.data).toEqual(fn(x).data);
    expect(String(layer)).toBe(text);
  });
});

describe("in evaluation", () => {
  it.each(ROWS.filter(([, text]) => text.includes("Dropout")).map(([layer, text]) => ({ layer, text })))(
    "$text hands its input on",
    ({ layer, text }) => {
      const x = randn(
        text.startsWith("Dropout1d") ? [2, 3, 4] : text.startsWith("Dropout3d") ? [1, 2, 4, 3, 2] : [2, 3, 4, 2],
      );
      expect(layer.eval().call(x).toArray()).toEqual(x.toArray());
      layer.train();
    },
  );
});

describe("PReLU", () => {
  it("learns its weights, which are in its state", () => {
    const layer = new nn.PReLU({ numParameters: 2 });
    expect(layer.namedParameters().map(([name, t]) => [name, t.toArray()])).toEqual([["weight", [0.25, 0.25]]]);
    layer
      .call(
        tensor([
          [-1, -2],
          [3, -4],
        ]),
      )
      .backward({ gradient: ones([2, 2]) });
    expect(layer.weight.grad!.toArray()).toEqual([-1, -6]);
  });
});

// The layers of convolution and pooling over one to three axes: what they compute, their parameters, options and text. Those over two
// axes that were there first are in nn-layers.test.ts; what they refuse is in refusals/conv.ts.
import { describe, expect, it } from "vitest";
import * as sedge from "../src/entry.ts";
import { nn, randn, type Tensor } from "../src/entry.ts";

type Pair = [layer: sedge.nn.Module, op: (x: Tensor) => Tensor];

const x1 = (): Tensor => randn([2, 4, 11]);
const x2 = (): Tensor => randn([2, 4, 7, 9]);
const x3 = (): Tensor => randn([2, 4, 5, 6, 7]);
const xs = [x1, x2, x3];

/** A layer's result and the op's, on the same input, with a batch and without. */
function expectSame([layer, op]: Pair, x: Tensor): void {
  const call = (t: Tensor) => (layer as sedge.nn.Linear).call(t);
  expect(call(x).shape).toEqual(op(x).shape);
  expect([...call(x).data]).toEqual([...op(x).data]);
  expect([...call(x.select(0)).data]).toEqual([...op(x.select(0)).data]);
}

describe("a layer computes its op", () => {
  it("convolutions, with every option", () => {
    const options = { stride: 2, padding: 1, dilation: 2, groups: 2 } as const;
    const [a, b, c] = [
      new nn.Conv1d(4, 6, 3, options),
      new nn.Conv2d(4, 6, [3, 2], options),
      new nn.Conv3d(4, 6, 2, options),
    ];
    expectSame([a, (x) => sedge.conv1d(x, a.weight, a.bias, options)], x1());
    expectSame([b, (x) => sedge.conv2d(x, b.weight, b.bias, options)], x2());
    expectSame([c, (x) => sedge.conv3d(x, c.weight, c.bias, options)], x3());
  });

  it("transposed convolutions, with every option", () => {
    const options = { stride: 2, padding: 1, outputPadding: 1, dilation: 2, groups: 2 } as const;
    const a = new nn.ConvTranspose1d(4, 6, 3, options);
    const b = new nn.ConvTranspose2d(4, 6, [3, 2], { ...options, bias: false });
    const c = new nn.ConvTranspose3d(4, 6, 2, options);
    expectSame([a, (x) => sedge.convTranspose1d(x, a.weight, a.bias, options)], x1());
    expectSame([b, (x) => sedge.convTranspose2d(x, b.weight, null, options)], x2());
    expectSame([c, (x) => sedge.convTranspose3d(x, c.weight, c.bias, options)], x3());
  });

  it("pools, with every option", () => {
    const max = { stride: 2, padding: 1, dilation: 2, ceilMode: true } as const;
    const mean = { stride: 2, padding: 1, ceilMode: true, countIncludePad: false } as const;
    const divided = { ...mean, divisorOverride: 3 };
    const lp = { stride: 2, ceilMode: true } as const;
    const rows: Pair[][] = [
      [
        [new nn.MaxPool1d(3, max), (x) => sedge.maxPool1d(x, 3, max)],
        [new nn.AvgPool1d(3, mean), (x) => sedge.avgPool1d(x, 3, mean)],
        [new nn.LPPool1d(2, 3, lp), (x) => sedge.lpPool1d(x, 2, 3, lp)],
        [new nn.AdaptiveAvgPool1d(3), (x) => sedge.adaptiveAvgPool1d(x, 3)],
        [new nn.AdaptiveMaxPool1d(3), (x) => sedge.adaptiveMaxPool1d(x, 3)],
      ],
      [
        [new nn.MaxPool2d([3, 2], max), (x) => sedge.maxPool2d(x, [3, 2], max)],
        [new nn.AvgPool2d(3, divided), (x) => sedge.avgPool2d(x, 3, divided)],
        [new nn.LPPool2d(2, 3, lp), (x) => sedge.lpPool2d(x, 2, 3, lp)],
        [new nn.AdaptiveAvgPool2d([3, null]), (x) => sedge.adaptiveAvgPool2d(x, [3, null])],
        [new nn.AdaptiveMaxPool2d([3, null]), (x) => sedge.adaptiveMaxPool2d(x, [3, null])],
      ],
      [
        [new nn.MaxPool3d(2, { ...max, dilation: 1 }), (x) => sedge.maxPool3d(x, 2, { ...max, dilation: 1 })],
        [new nn.AvgPool3d(3, divided), (x) => sedge.avgPool3d(x, 3, divided)],
        [new nn.LPPool3d(2, 3, lp), (x) => sedge.lpPool3d(x, 2, 3, lp)],
        [new nn.AdaptiveAvgPool3d(2), (x) => sedge.adaptiveAvgPool3d(x, 2)],
        [new nn.AdaptiveMaxPool3d(2), (x) => sedge.adaptiveMaxPool3d(x, 2)],
      ],
    ];
    rows.forEach((list, dims) => {
      for (const row of list) expectSame(row, xs[dims]!().abs());
    });
  });

  it("pools that return indices, and layers that undo them", () => {
    const [y, indices] = new nn.MaxPool2d(2, { returnIndices: true }).call(x2());
    expect(indices.dtype).toBe("int32");
    const even = new nn.MaxPool1d(2, { returnIndices: true }).call(randn([2, 4, 6]));
    expect(new nn.MaxUnpool1d(2).call(...even).shape).toEqual([2, 4, 6]);
    expect(new nn.MaxUnpool2d(2).call(y, indices, [7, 9]).shape).toEqual([2, 4, 7, 9]);
    const [sameY, sameIndices] = x2().maxPool2d(2, { returnIndices: true });
    expect([sameY.shape, sameIndices.shape]).toEqual([y.shape, indices.shape]);
    expect(x2().maxPool2d(2, { stride: 3 }).shape).toEqual([2, 4, 2, 3]);
    const [z, at] = new nn.AdaptiveMaxPool1d(2, { returnIndices: true }).call(x1());
    expect([z.shape, at.shape]).toEqual([
      [2, 4, 2],
      [2, 4, 2],
    ]);
  });
});

describe("padding made of the input:", () => {
  it.each(["reflect", "replicate", "circular"] as const)("%s is the op on what pad() gives", (paddingMode) => {
    const [x, y] = [x1(), x2()];
    const a = new nn.Conv1d(4, 3, 4, { padding: "same", paddingMode });
    expectSame([a, (t) => sedge.conv1d(sedge.pad(t, [1, 2], { mode: paddingMode }), a.weight, a.bias)], x);
    const b = new nn.Conv2d(4, 3, 3, { padding: [2, 1], stride: 2, paddingMode });
    const padded = (t: Tensor) => sedge.pad(t, [1, 1, 2, 2], { mode: paddingMode });
    expectSame([b, (t) => sedge.conv2d(padded(t), b.weight, b.bias, { stride: 2 })], y);
    expect(String(b)).toContain(`paddingMode=${paddingMode}`);
  });

  it("leaves nothing behind under no scope", () => {
    const layer = new nn.Conv2d(4, 3, 3, { padding: 1, paddingMode: "circular" });
    const x = x2();
    const before = sedge.memory().tensors;
    layer.call(x).dispose();
    expect(sedge.memory().tensors).toBe(before);
  });
});

describe("parameters", () => {
  it("have PyTorch's names, shapes and bounds", () => {
    const bound = (t: Tensor): number => Math.max(...t.data.map(Math.abs));
    const layers: [sedge.nn.Module, number[], fanIn: number][] = [
      [new nn.Conv1d(6, 8, 5, { groups: 2 }), [8, 3, 5], 15],
      [new nn.Conv3d(4, 8, [1, 2, 3]), [8, 4, 1, 2, 3], 24],
      [new nn.ConvTranspose1d(6, 8, 5, { groups: 2 }), [6, 4, 5], 20],
      [new nn.ConvTranspose2d(6, 8, 3), [6, 8, 3, 3], 72],
      [new nn.ConvTranspose3d(4, 8, 2), [4, 8, 2, 2, 2], 64],
    ];
    for (const [layer, shape, fanIn] of layers) {
      const { weight, bias } = layer.stateDict();
      expect([weight!.shape, bias!.shape]).toEqual([shape, [8]]);
      const limit = 1 / Math.sqrt(fanIn);
      expect(bound(weight!)).toBeLessThanOrEqual(limit);
      expect(bound(weight!)).toBeGreaterThan(0.8 * limit);
      expect(bound(bias!)).toBeLessThanOrEqual(limit);
    }
  });
});

describe("transposed layers", () => {
  it("give every output size that the stride leaves open", () => {
    const layer = new nn.ConvTranspose2d(2, 1, 3, { stride: [3, 2], padding: 1 });
    for (const size of [
      [7, 7],
      [8, 7],
      [9, 8],
    ]) {
      expect(layer.call(randn([1, 2, 3, 4]), size).shape).toEqual([1, 1, ...size]);
      expect(layer.call(randn([1, 2, 3, 4]), [1, 1, ...size]).shape).toEqual([1, 1, ...size]);
    }
    expect(() => layer.call(randn([1, 2, 3, 4]), [10, 7])).toThrow(
      "expected outputSize from [7, 7] to [9, 8], got [10, 7]",
    );
  });
});

it("text shows the options", () => {
  const rows: [sedge.nn.Module, string][] = [
    [new nn.Conv1d(1, 8, 5, { padding: 2 }), "Conv1d(1, 8, kernelSize=[5], stride=[1], padding=[2])"],
    [
      new nn.ConvTranspose1d(2, 4, 3, { stride: 2, outputPadding: 1, bias: false }),
      "ConvTranspose1d(2, 4, kernelSize=[3], stride=[2], bias=false, outputPadding=[1])",
    ],
    [new nn.MaxPool3d([1, 2, 2]), "MaxPool3d(kernelSize=[1, 2, 2], stride=[1, 2, 2])"],
    [new nn.LPPool2d(1.5, 2), "LPPool2d(normType=1.5, kernelSize=[2, 2], stride=[2, 2])"],
    [new nn.MaxUnpool1d(2, { padding: 1 }), "MaxUnpool1d(kernelSize=[2], stride=[2], padding=[1])"],
    [new nn.AdaptiveAvgPool2d([1, null]), "AdaptiveAvgPool2d(outputSize=[1, null])"],
  ];
  for (const [layer, text] of rows) expect(String(layer)).toBe(text);
});

// Layers that pad, resize and rearrange, against their ops.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import * as nn from "../src/nn.ts";
import { interpolate } from "../src/ops/interpolate.ts";
import { type PadOptions, pad } from "../src/ops/pad.ts";
import { channelShuffle, pixelShuffle, pixelUnshuffle } from "../src/ops/pixels.ts";
import { unflatten } from "../src/ops/shape.ts";
import { fold, unfold } from "../src/ops/windows.ts";
import type { Tensor } from "../src/tensor.ts";
import { random } from "./check-op.ts";

function expectSame(layer: nn.Layer, op: (x: Tensor) => Tensor, x: Tensor): void {
  const [got, want] = [layer.call(x), op(x)];
  expect(got.shape).toEqual(want.shape);
  expect([...got.data]).toEqual([...want.data]);
}

describe("padding layers", () => {
  const kinds: [string, PadOptions, unknown[]][] = [
    ["Zero", {}, []],
    ["Constant", { value: 1.5 }, [1.5]],
    ["Reflection", { mode: "reflect" }, []],
    ["Replication", { mode: "replicate" }, []],
    ["Circular", { mode: "circular" }, []],
  ];
  it.each(kinds)("%s pads in its mode, by one width or by all", (kind, options, more) => {
    for (const axes of [1, 2, 3]) {
      const Layer = Reflect.get(nn, `${kind}Pad${axes}d`) as new (...args: unknown[]) => nn.Layer;
      const x = random([2, ...[4, 5, 6].slice(0, axes + 1)]);
      const each = [1, 2, 2, 0, -1, 1].slice(0, 2 * axes);
      expectSame(new Layer(1, ...more), (v) => pad(v, new Array<number>(2 * axes).fill(1), options), x);
      expectSame(new Layer(each, ...more), (v) => pad(v, each, options), x);
    }
  });

  it("show their settings", () => {
    expect(String(new nn.ReflectionPad1d(2))).toBe("ReflectionPad1d(padding=[2, 2], mode=reflect)");
    expect(String(new nn.ConstantPad1d([1, 0], 0.5))).toBe("ConstantPad1d(padding=[1, 0], value=0.5)");
    expect(String(new nn.ZeroPad2d(1))).toBe("ZeroPad2d(padding=[1, 1, 1, 1])");
  });
});

describe("resizing and rearranging layers", () => {
  it("call their ops with the options they were made with", () => {
    const image = random([1, 4, 4, 6]);
    const up = { scaleFactor: [2, 1.5], mode: "bilinear", alignCorners: true } as const;
    expectSame(new nn.Upsample(up), (x) => interpolate(x, up), image);
    expectSame(new nn.PixelShuffle(2), (x) => pixelShuffle(x, 2), image);
    expectSame(new nn.PixelUnshuffle(2), (x) => pixelUnshuffle(x, 2), image);
    expectSame(new nn.ChannelShuffle(2), (x) => channelShuffle(x, 2), image);
    const windows = { dilation: [1, 2], padding: 1, stride: [2, 1] } as const;
    expectSame(new nn.Unfold([2, 3], windows), (x) => unfold(x, [2, 3], windows), image);
    expectSame(new nn.Fold([4, 6], [2, 3], windows), (x) => fold(x, [4, 6], [2, 3], windows), random([1, 24, 12]));
    expectSame(new nn.Unflatten(1, [2, -1]), (x) => unflatten(x, 1, [2, -1]), image);
  });

  it("show their settings", () => {
    expect(String(new nn.Upsample({ size: [4, 4] }))).toBe("Upsample(size=[4, 4])");
    expect(String(new nn.PixelShuffle(3))).toBe("PixelShuffle(upscaleFactor=3)");
    expect(String(new nn.Unfold(2, { stride: 2 }))).toBe("Unfold(kernelSize=[2, 2], stride=2)");
    expect(String(new nn.Unflatten(1, [2, 3]))).toBe("Unflatten(axis=1, shape=[2, 3])");
  });
});

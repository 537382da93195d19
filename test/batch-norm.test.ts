// Batch and instance norm: values and running statistics against a float64 reference, both ways of laying out a batch,
// gradients in training and evaluation, layers and their state.
import { describe, expect, it } from "vitest";
import "../src/boot.ts";
import { backward } from "../src/backward.ts";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d } from "../src/nn/batch-norm.ts";
import { batchNorm, instanceNorm } from "../src/ops/batch-norm.ts";
import { ones, tensor, variable, zeros } from "../src/ops/create.ts";
import { randn } from "../src/ops/create-random.ts";
import { sum } from "../src/ops/reduce.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random, values } from "./check-op.ts";

/** Values of each channel of [N, C, size], by their places. */
function placesOf(n: number, c: number, size: number): number[][] {
  return Array.from({ length: c }, (_, channel) =>
    Array.from({ length: n * size }, (_, i) => (Math.floor(i / size) * c + channel) * size + (i % size)),
  );
}

function moments(line: number[]): { mean: number; variance: number } {
  const mean = line.reduce((s, v) => s + v, 0) / line.length;
  return { mean, variance: line.reduce((s, v) => s + (v - mean) ** 2, 0) / line.length };
}

function expectClose(y: Tensor, want: readonly number[], tolerance = 3e-6): void {
  expect(y.size).toBe(want.length);
  Array.from(y.data).forEach((v, i) => {
    expect(Math.abs(v - want[i]!), `element ${i}: ${v}, not ${want[i]}`).toBeLessThanOrEqual(tolerance);
  });
}

/** Sizes that take either layout: short rows of values are brought together first. */
const SHAPES = [
  [6, 3],
  [5, 4, 2],
  [2, 3, 15],
  [2, 3, 16],
  [3, 2, 5, 7],
  [1, 3, 5],
  [2, 2, 3, 3, 3],
  [2, 3, 40, 41],
] as const;

describe("batchNorm", () => {
  it.each(SHAPES.map((shape) => ({ shape })))(
    "is its float64 reference for $shape, values around 10,000 too",
    ({ shape }) => {
      const [n, c, ...rest] = shape;
      const size = rest.reduce((a, b) => a * b, 1);
      for (const center of [0, 1e4]) {
        const x = tensor(
          values(n * c * size, 3).map((v) => center + 2 * v),
          { shape },
        );
        const [weight, bias, mean, variance] = [random([c], 3), random([c], 4), zeros([c]), ones([c])];
        const want = new Array<number>(x.size);
        const after: number[][] = [];
        placesOf(n, c, size).forEach((places, channel) => {
          const m = moments(places.map((at) => x.data[at]!));
          for (const at of places) {
            const normal = (x.data[at]! - m.mean) / Math.sqrt(m.variance + 1e-5);
            want[at] = normal * weight.data[channel]! + bias.data[channel]!;
          }
          after.push([0.3 * m.mean, 0.7 + (0.3 * m.variance * n * size) / (n * size - 1)]);
        });
        expectClose(batchNorm(x, mean, variance, weight, bias, { training: true, momentum: 0.3 }), want);
        expectClose(
          mean,
          after.map(([m]) => m!),
          center === 0 ? 1e-6 : 1e-3,
        );
        expectClose(
          variance,
          after.map(([, v]) => v!),
          1e-6,
        );
      }
    },
  );

  it("takes the running statistics outside of training, and leaves them as they are", () => {
    for (const shape of SHAPES) {
      const c = shape[1];
      const x = random(shape, 2, 3);
      const [mean, variance] = [random([c], 5), tensor(values(c, 6).map((v) => v + 1.5))];
      const before = [...mean.data, ...variance.data];
      const size = x.size / shape[0] / c;
      const want = Array.from(x.data, (v, i) => {
        const channel = Math.floor(i / size) % c;
        return (v - mean.data[channel]!) / Math.sqrt(variance.data[channel]! + 1e-5);
      });
      expectClose(batchNorm(x, mean, variance), want);
      expect([...mean.data, ...variance.data]).toEqual(before);
    }
  });

  it("has the gradient of its reference, in training and outside", () => {
    for (const shape of [
      [5, 3],
      [3, 2, 4],
      [2, 2, 17],
      [1, 2, 6],
    ] as const) {
      const c = shape[1];
      const operands = [random(shape, 2, 2), random([c], 3), random([c], 4)];
      const [mean, variance] = [random([c], 5), ones([c])];
      checkOp("training", (x, w, b) => batchNorm(x, null, null, w, b, { training: true }), operands);
      checkOp("without weights", (x) => batchNorm(x, null, null, null, null, { training: true }), [operands[0]!]);
      checkOp("evaluation", (x, w, b) => batchNorm(x, mean, variance, w, b), operands);
    }
  });

  it("may be run backward after the running statistics were updated again", () => {
    const [x, mean, variance] = [
      variable([
        [1, 2],
        [3, 5],
      ]),
      zeros([2]),
      ones([2]),
    ];
    const y = batchNorm(x, mean, variance);
    batchNorm(x, mean, variance, null, null, { training: true });
    backward(sum(y));
    expect(x.grad!.data[0]).toBeCloseTo(1, 4);
  });

  it("of no samples has none, and updates nothing", () => {
    const [mean, variance] = [zeros([3]), ones([3])];
    expect(batchNorm(random([0, 3, 4]), mean, variance, null, null, { training: true }).shape).toEqual([0, 3, 4]);
    expect(variance.toArray()).toEqual([1, 1, 1]);
  });
});

describe("instanceNorm", () => {
  it("is batchNorm of each sample, and tracks the mean of their statistics", () => {
    const [x, weight, bias] = [random([3, 2, 5], 2, 3), random([2], 3), random([2], 4)];
    const [mean, variance] = [zeros([2]), ones([2])];
    const y = instanceNorm(x, mean, variance, weight, bias, { momentum: 0.5 });
    const total = [0, 0, 0, 0];
    for (let n = 0; n < 3; n++) {
      const sample = tensor(x.data.slice(n * 10, (n + 1) * 10), { shape: [1, 2, 5] });
      const [m, v] = [zeros([2]), zeros([2])];
      const want = batchNorm(sample, m, v, weight, bias, { training: true, momentum: 1 });
      expectClose(want, [...y.data.slice(n * 10, (n + 1) * 10)]);
      [...m.data, ...v.data].forEach((value, i) => {
        total[i] = total[i]! + value / 3;
      });
    }
    expectClose(mean, [total[0]! / 2, total[1]! / 2]);
    expectClose(variance, [0.5 + total[2]! / 2, 0.5 + total[3]! / 2]);
  });

  it("has the gradient of its reference", () => {
    const operands = [random([2, 3, 5], 2, 2), random([3], 3), random([3], 4)];
    checkOp("instanceNorm", (x, w, b) => instanceNorm(x, null, null, w, b), operands);
    const [mean, variance] = [zeros([3]), ones([3])];
    checkOp("given", (x) => instanceNorm(x, mean, variance, null, null, { useInputStats: false }), [operands[0]!]);
  });
});

describe("the layers", () => {
  it("keep their statistics under PyTorch's names, and load them", () => {
    const layer = new BatchNorm2d(3);
    layer.call(randn([4, 3, 5, 5]));
    const state = layer.stateDict();
    expect(Object.keys(state)).toEqual(["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]);
    expect(state.num_batches_tracked!.item()).toBe(1);
    const copy = new BatchNorm2d(3);
    copy.loadStateDict(state);
    expect([...copy.runningVar!.data]).toEqual([...layer.runningVar!.data]);
    expect(layer.parameters()).toEqual([layer.weight, layer.bias]);
    expect(layer.buffers().length).toBe(3);
  });

  it("use them after eval(), and then leave them alone", () => {
    const layer = new BatchNorm1d(2, { eps: 0 }).eval();
    const x = tensor([[1, 2]]);
    expect(layer.call(x).toArray()).toEqual([[1, 2]]);
    expect(layer.numBatchesTracked!.item()).toBe(0);
  });

  it("take the mean over all batches for a momentum of null", () => {
    const layer = new BatchNorm1d(1, { momentum: null });
    for (const shift of [0, 2, 7]) layer.call(tensor([[shift - 1], [shift + 1]]));
    expect(layer.runningMean!.item()).toBeCloseTo(3, 5);
    expect(layer.runningVar!.item()).toBeCloseTo(2, 5);
  });

  it("keep none and learn none if told so", () => {
    const layer = new BatchNorm3d(2, { affine: false, trackRunningStats: false }).eval();
    expect(layer.stateDict()).toEqual({});
    const y = layer.call(randn([2, 2, 3, 3, 3]));
    expect(Math.abs(sum(y).item())).toBeLessThan(1e-3);
  });

  it("refuse a single value for each channel while training, and take it after eval()", () => {
    const layer = new BatchNorm1d(2);
    expect(() => layer.call(ones([1, 2]))).toThrow(RangeError);
    expect(layer.eval().call(ones([1, 2])).shape).toEqual([1, 2]);
    expect(layer.numBatchesTracked!.item()).toBe(0);
  });

  it("normalise one instance without an axis for samples", () => {
    const x = randn([3, 4, 4]);
    const layer = new InstanceNorm2d(3);
    const [alone, batch] = [layer.call(x), layer.call(tensor(x.data.slice(), { shape: [1, 3, 4, 4] }))];
    expect([...alone.data]).toEqual([...batch.data]);
    expect(alone.shape).toEqual([3, 4, 4]);
    expect(layer.stateDict()).toEqual({});
    const tracked = new InstanceNorm1d(3, { trackRunningStats: true, affine: true });
    tracked.call(randn([2, 3, 9]));
    expect(tracked.runningMean!.toArray()).not.toEqual([0, 0, 0]);
    expect(tracked.eval().call(randn([2, 3, 1])).shape).toEqual([2, 3, 1]);
  });
});

// Cross-entropy against a float64 reference: hard and soft targets, weights, smoothing, ignored labels, and every refusal.
import { describe, expect, it, test } from "vitest";
import "../src/boot.ts";
import { backward } from "../src/backward.ts";
import { memory } from "../src/memory.ts";
import { mul } from "../src/ops/binary.ts";
import { tensor } from "../src/ops/create.ts";
import { type CrossEntropyOptions, crossEntropy } from "../src/ops/cross-entropy.ts";
import { softmax } from "../src/ops/softmax.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random, values } from "./check-op.ts";

const labels = (list: readonly number[], shape: Shape = [list.length]): Tensor =>
  tensor(Int32Array.from(list), { shape });

/** Labels 0 .. classes - 1 in an irregular order. */
const someLabels = (shape: Shape, classes: number): Tensor =>
  labels(
    Array.from(values(sizeOf(shape), 5), (v) => Math.floor(((v + 1) / 2) * classes)),
    shape,
  );

/** PyTorch's formula in float64, element by element: losses, and the divisor of their mean. */
function reference(logits: Tensor, target: Tensor, o: CrossEntropyOptions): { each: number[]; divisor: number } {
  const axis = logits.rank === 1 ? 0 : 1;
  const classes = logits.shape[axis]!;
  const inner = sizeOf(logits.shape.slice(axis + 1));
  const n = logits.size / classes;
  const { ignoreIndex = -100, labelSmoothing: s = 0 } = o;
  const w = o.weight ? Array.from(o.weight.data) : new Array<number>(classes).fill(1);
  let divisor = 0;
  const each = Array.from({ length: n }, (_, i) => {
    const at = (c: number): number => (Math.floor(i / inner) * classes + c) * inner + (i % inner);
    const line = Array.from({ length: classes }, (_, c) => logits.data[at(c)]!);
    const max = Math.max(...line);
    const log = Math.log(line.reduce((sum, v) => sum + Math.exp(v - max), 0));
    const logp = line.map((v) => v - max - log);
    if (target.dtype === "float32") {
      divisor++;
      return -logp.reduce((sum, lp, c) => sum + w[c]! * (target.data[at(c)]! * (1 - s) + s / classes) * lp, 0);
    }
    const t = target.data[i]!;
    if (t === ignoreIndex) return 0;
    divisor += w[t]!;
    const uniform = s === 0 ? 0 : logp.reduce((sum, lp, c) => sum - w[c]! * lp, 0);
    return -(1 - s) * w[t]! * logp[t]! + (s / classes) * uniform;
  });
  return { each, divisor };
}

function expectAsReference(logits: Tensor, target: Tensor, options: CrossEntropyOptions): void {
  const { each, divisor } = reference(logits, target, options);
  const total = each.reduce((sum, v) => sum + v, 0);
  const close = (got: number, want: number): void => {
    if (Number.isNaN(want)) expect(got).toBeNaN();
    else expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(want)));
  };
  const none = crossEntropy(logits, target, { ...options, reduction: "none" });
  expect(none.shape).toEqual(logits.shape.filter((_, i) => i !== (logits.rank === 1 ? 0 : 1)));
  Array.from(none.data).forEach((v, i) => {
    close(v, each[i]!);
  });
  close(crossEntropy(logits, target, { ...options, reduction: "sum" }).item(), total);
  close(crossEntropy(logits, target, options).item(), total / divisor);
}

const SHAPES: readonly Shape[] = [[6, 10], [1, 3], [7, 1], [5, 37], [3, 130], [10], [2, 5, 3], [3, 4, 2, 3]];
const sampleShape = (shape: Shape): Shape => (shape.length === 1 ? [] : [shape[0]!, ...shape.slice(2)]);

describe("crossEntropy with class indices", () => {
  it.each(SHAPES.map((shape) => ({ shape, name: shape.join("x") })))("is PyTorch's formula for $name", ({ shape }) => {
    const classes = shape[shape.length === 1 ? 0 : 1]!;
    const target = someLabels(sampleShape(shape), classes);
    const weight = tensor(values(classes, 3).map((v) => v + 1.1));
    for (const scale of [1, 100]) {
      const logits = random(shape, 2, scale);
      for (const labelSmoothing of [0, 0.1, 1]) {
        expectAsReference(logits, target, { labelSmoothing });
        expectAsReference(logits, target, { labelSmoothing, weight });
        expectAsReference(logits, target, { labelSmoothing, weight, ignoreIndex: 0 });
        expectAsReference(logits, target, { labelSmoothing, ignoreIndex: classes - 1 });
      }
    }
  });

  it("does not lose a loss whose probability is 0 in float32", () => {
    expect(crossEntropy(tensor([[1e4, 0]]), labels([1])).item()).toBe(1e4);
    expect(crossEntropy(tensor([[0, -Infinity]]), labels([0])).item()).toBe(0);
    expect(crossEntropy(tensor([[0, -Infinity]]), labels([1])).item()).toBe(Infinity);
  });

  it("has the gradient of its reference", () => {
    for (const shape of SHAPES) {
      const classes = shape[shape.length === 1 ? 0 : 1]!;
      const target = someLabels(sampleShape(shape), classes);
      const weight = tensor(values(classes, 3).map((v) => v + 1.1));
      for (const reduction of ["mean", "sum", "none"] as const) {
        for (const options of [
          {},
          { weight },
          { labelSmoothing: 0.2 },
          { weight, labelSmoothing: 0.2, ignoreIndex: 1 },
        ]) {
          if (classes === 1) continue; // the loss is constant
          if (classes > 100 && reduction !== "mean") continue; // slow by differences
          // A mean whose only label is ignored is NaN.
          if (shape.length === 1 && reduction === "mean" && target.item() === 1 && "ignoreIndex" in options) continue;
          checkOp("crossEntropy", (x) => crossEntropy(x, target, { ...options, reduction }), [random(shape, 4)]);
        }
      }
    }
  });

  it("has the gradient (softmax - one-hot) / samples", () => {
    const logits = random([4, 3]);
    logits.requiresGrad = true;
    backward(crossEntropy(logits, labels([0, 2, 1, 1])));
    const p = softmax(logits).data;
    [0, 2, 1, 1].forEach((t, i) => {
      for (let c = 0; c < 3; c++) {
        expect(logits.grad!.data[i * 3 + c]).toBeCloseTo((p[i * 3 + c]! - (c === t ? 1 : 0)) / 4, 6);
      }
    });
  });

  it("counts an ignored sample as 0, even where its logits are NaN, and gives it no gradient", () => {
    const logits = tensor([[1, 2], [NaN, 1], [3, 1]]); // biome-ignore format: a matrix
    const target = labels([0, -100, -100]);
    expect((crossEntropy(logits, target, { reduction: "none" }).toArray() as number[]).slice(1)).toEqual([0, 0]);
    logits.requiresGrad = true;
    backward(crossEntropy(logits, target));
    expect((logits.grad!.toArray() as number[][])[2]).toEqual([0, 0]);
  });

  it("has NaN for the mean of nothing, with a gradient of 0; the sum is 0", () => {
    for (const options of [{}, { labelSmoothing: 0.1 }, { weight: tensor([1, 2]) }]) {
      const logits = tensor([[1, 2], [3, 4]], { requiresGrad: true }); // biome-ignore format: a matrix
      const loss = crossEntropy(logits, labels([-100, -100]), options);
      expect(loss.item()).toBeNaN();
      backward(loss);
      expect(Array.from(logits.grad!.data)).toEqual([0, 0, 0, 0]);
    }
    for (const labelSmoothing of [0, 0.1]) {
      const options = { weight: tensor([0, 1]), labelSmoothing };
      expect(crossEntropy(random([2, 2]), labels([0, 0]), options).item()).toBeNaN();
    }
    expect(crossEntropy(random([0, 3]), labels([])).item()).toBeNaN();
    expect(crossEntropy(random([0, 3]), labels([]), { reduction: "sum" }).item()).toBe(0);
    expect(crossEntropy(random([0, 3]), labels([]), { reduction: "none" }).shape).toEqual([0]);
    expect(crossEntropy(random([2, 3, 0]), labels([], [2, 0]), { reduction: "none" }).shape).toEqual([2, 0]);
  });

  it("keeps nothing but the loss, and what the gradient needs until backward", () => {
    const [x, trained] = [random([2, 3, 4]), random([2, 3, 4])];
    trained.requiresGrad = true;
    const target = someLabels([2, 4], 3);
    const before = memory().tensors;
    const loss = crossEntropy(x, target);
    expect(memory().tensors - before).toBe(1);
    loss.dispose();
    const recorded = crossEntropy(trained, target);
    expect(memory().tensors - before).toBe(3); // the loss, probabilities, norm
    backward(recorded);
    expect(memory().tensors - before).toBe(2); // the loss, the gradient
  });

  it("has infinities where its own gradient is infinite, NaN where two of them meet", () => {
    const gradient = (target: Tensor, options = {}): number[] => {
      const logits = tensor([[1, 2, 0]], { requiresGrad: true });
      backward(mul(crossEntropy(logits, target, options), Infinity));
      return Array.from(logits.grad!.data);
    };
    expect(gradient(labels([0]))).toEqual([NaN, Infinity, Infinity]);
    expect(gradient(labels([0]), { labelSmoothing: 0.1 })).toEqual([NaN, NaN, NaN]);
    expect(gradient(tensor([[0.5, 0.25, 0.25]]))).toEqual([NaN, NaN, NaN]);
  });

  it("lets NaN logits through", () => {
    expect(crossEntropy(tensor([[NaN, 1]]), labels([1])).item()).toBeNaN();
    expect(crossEntropy(tensor([[-Infinity, -Infinity]]), labels([1])).item()).toBeNaN();
  });
});

test.each(["mean", "sum", "none"] as const)("%s: the same bits with and without a gradient to come", (reduction) => {
  const logits = random([5, 37]);
  const target = labels([3, 36, -100, 0, 11]);
  const options = { reduction, labelSmoothing: 0.1 };
  const without = crossEntropy(logits, target, options);
  logits.requiresGrad = true;
  expect(without.data).toEqual(crossEntropy(logits, target, options).data);
});

describe("crossEntropy with probabilities", () => {
  it.each(SHAPES.map((shape) => ({ shape, name: shape.join("x") })))("is PyTorch's formula for $name", ({ shape }) => {
    const classes = shape[shape.length === 1 ? 0 : 1]!;
    const target = tensor(
      values(sizeOf(shape), 6).map((v) => (v + 1) / 2),
      { shape },
    );
    const weight = tensor(values(classes, 3).map((v) => v + 1.1));
    const logits = random(shape, 2, 3);
    for (const labelSmoothing of [0, 0.1]) {
      expectAsReference(logits, target, { labelSmoothing });
      expectAsReference(logits, target, { labelSmoothing, weight });
    }
  });

  it("has gradients for logits and target", () => {
    for (const shape of [[4, 5], [3], [2, 3, 2]]) {
      const classes = shape[shape.length === 1 ? 0 : 1]!;
      const weight = tensor(values(classes, 3).map((v) => v + 1.1));
      for (const reduction of ["mean", "sum", "none"] as const) {
        for (const options of [{}, { weight, labelSmoothing: 0.3 }]) {
          const fn = (x: Tensor, t: Tensor): Tensor => crossEntropy(x, t, { ...options, reduction });
          checkOp("crossEntropy", fn, [random(shape, 4), random(shape, 5)]);
        }
      }
    }
  });

  it("has the gradient of the target alone where the logits need none", () => {
    const t = tensor([[0.5, 0.5]], { requiresGrad: true });
    backward(crossEntropy(tensor([[0, 0]]), t));
    expect(Array.from(t.grad!.data).map((v) => Math.abs(v - Math.log(2)) < 1e-6)).toEqual([true, true]);
  });
});

describe("crossEntropy refuses", () => {
  const logits = random([2, 3]);
  const cases: [string, () => unknown, Error][] = [
    [
      "a label out of range",
      () => crossEntropy(logits, labels([0, 3])),
      new RangeError("crossEntropy: expected labels from 0 to 2 (3 classes) or -100 to ignore, got 3 at [1]"),
    ],
    [
      "a label out of range, by its place",
      () => crossEntropy(random([2, 3, 4]), labels([0, 0, 0, 0, 0, 0, -1, 0], [2, 4])),
      new RangeError("crossEntropy: expected labels from 0 to 2 (3 classes) or -100 to ignore, got -1 at [1, 2]"),
    ],
    [
      "labels of another shape",
      () => crossEntropy(logits, labels([0])),
      new RangeError(
        "crossEntropy: expected class indices of shape [2] for logits [2, 3], got [1]; class indices are int32, probabilities float32",
      ),
    ],
    [
      "integer probabilities",
      () => crossEntropy(logits, labels([0, 0, 0, 0, 0, 1], [2, 3])),
      new RangeError(
        "crossEntropy: expected class indices of shape [2] for logits [2, 3], got [2, 3]; class indices are int32, probabilities float32",
      ),
    ],
    [
      "float labels",
      () => crossEntropy(logits, tensor([0, 1])),
      new RangeError(
        "crossEntropy: expected probabilities of shape [2, 3] for logits [2, 3], got [2]; class indices are int32, probabilities float32",
      ),
    ],
    [
      "boolean targets",
      () => crossEntropy(logits, tensor([true, false])),
      new TypeError("crossEntropy: expected target to be int32 or float32, got bool"),
    ],
    [
      "integer logits",
      () => crossEntropy(labels([0, 1]), labels([0], [])),
      new TypeError("crossEntropy: expected logits to be float32, got int32"),
    ],
    [
      "scalar logits",
      () => crossEntropy(tensor(1), labels([0], [])),
      new RangeError("crossEntropy: expected logits of at least one axis and one class, got []"),
    ],
    [
      "no classes",
      () => crossEntropy(random([2, 0]), labels([0, 0])),
      new RangeError("crossEntropy: expected logits of at least one axis and one class, got [2, 0]"),
    ],
    [
      "a weight of another length",
      () => crossEntropy(logits, labels([0, 0]), { weight: tensor([1, 2]) }),
      new RangeError("crossEntropy: expected weight of shape [3], got [2]"),
    ],
    [
      "a trainable weight",
      () => crossEntropy(logits, labels([0, 0]), { weight: tensor([1, 2, 3], { requiresGrad: true }) }),
      new TypeError("crossEntropy: expected weight to require no gradient, which has no formula; use weight.detach()"),
    ],
    [
      "an unknown reduction",
      () => crossEntropy(logits, labels([0, 0]), { reduction: "avg" as "sum" }),
      new RangeError('crossEntropy: expected reduction "mean", "sum" or "none", got "avg"'),
    ],
    [
      "a smoothing above 1",
      () => crossEntropy(logits, labels([0, 0]), { labelSmoothing: 1.5 }),
      new RangeError("crossEntropy: expected labelSmoothing from 0 to 1, got 1.5"),
    ],
    [
      "a NaN smoothing",
      () => crossEntropy(logits, labels([0, 0]), { labelSmoothing: NaN }),
      new TypeError("crossEntropy: expected labelSmoothing to be a number, got NaN"),
    ],
    [
      "an ignored class of probabilities",
      () => crossEntropy(logits, logits, { ignoreIndex: 1 }),
      new RangeError("crossEntropy: expected no ignoreIndex with probabilities, got 1"),
    ],
    [
      "an unknown option",
      () => crossEntropy(logits, labels([0, 0]), { smoothing: 1 } as object),
      new TypeError(
        'crossEntropy: unknown option "smoothing"; expected one of weight, ignoreIndex, reduction, labelSmoothing',
      ),
    ],
  ];
  it.each(cases)("%s", (_name, fn, error) => {
    expect(fn).toThrow(error);
  });
});

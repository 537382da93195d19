// Accuracy against counting by hand, ties and NaN, and refusals.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { memory } from "../src/memory.ts";
import { accuracy } from "../src/metrics/accuracy.ts";
import { tensor, zeros } from "../src/ops/create.ts";

const labels = (values: number[], shape = [values.length]) => tensor(values, { dtype: "int32", shape });

describe("accuracy", () => {
  it("counts the rows whose largest logit is the target's", () => {
    const logits = tensor([
      [2, 1, 0],
      [0, 3, 1],
      [5, 4, 9],
    ]);
    expect(accuracy(logits, labels([0, 1, 1]))).toBe(2 / 3);
    expect(accuracy(logits, labels([0, 1, 2]))).toBe(1);
    expect(accuracy(logits, labels([1, 0, 0]))).toBe(0);
  });

  it("takes the first of equal logits, and NaN as the largest, as argmax does", () => {
    expect(accuracy(tensor([[1, 1]]), labels([0]))).toBe(1);
    expect(accuracy(tensor([[1, NaN, 2]]), labels([1]))).toBe(1);
  });

  it("looks along axis 1 of logits with more axes", () => {
    const logits = tensor([
      [
        [1, 5],
        [2, 4],
      ],
    ]);
    expect(logits.shape).toEqual([1, 2, 2]);
    expect(accuracy(logits, labels([1, 0], [1, 2]))).toBe(1);
    expect(accuracy(logits, labels([1, 1], [1, 2]))).toBe(0.5);
  });

  it("compares labels with labels, of integers or booleans", () => {
    expect(accuracy(labels([1, 2, 3, 4]), labels([1, 2, 3, 5]))).toBe(0.75);
    expect(accuracy(tensor([true, false]), tensor([true, true]))).toBe(0.5);
    expect(accuracy(tensor([true, false]), labels([1, 0]))).toBe(1);
  });

  it("holds no memory", () => {
    const [logits, targets] = [zeros([10, 3]), labels(new Array(10).fill(0))];
    const before = memory().bytes;
    for (let i = 0; i < 10; i++) accuracy(logits, targets);
    expect(memory().bytes).toBe(before);
  });

  const bad = (value: unknown): never => value as never;
  const rows: [() => unknown, string][] = [
    [() => accuracy(zeros([0, 3]), labels([], [0])), "accuracy: expected at least one target, got shape [0]"],
    [() => accuracy(bad([1]), labels([1])), "accuracy: expected predictions to be a tensor, got [1]"],
    [() => accuracy(zeros([1, 2]), zeros([1])), "accuracy: expected targets to be int32 or bool, got float32"],
    [
      () => accuracy(zeros([2, 3]), labels([0, 1, 2])),
      "accuracy: expected logits of shape [3, classes] for targets [3], got [2, 3]",
    ],
    [
      () => accuracy(zeros([3]), labels([0, 1, 2])),
      "accuracy: expected logits of shape [3, classes] for targets [3], got [3]",
    ],
    [
      () => accuracy(zeros([]), labels([0], [])),
      "accuracy: expected logits of shape [n, classes] for targets [], got []",
    ],
    [() => accuracy(labels([1, 2]), labels([1])), "accuracy: expected predictions of the targets' shape [1], got [2]"],
    [() => accuracy(zeros([2, 3]), labels([0, 3])), "accuracy: expected targets from 0 to 2, got 3"],
    [() => accuracy(zeros([2, 3]), labels([0, -1])), "accuracy: expected targets from 0 to 2, got -1"],
  ];
  for (const [call, message] of rows) it(`refuses: ${message}`, () => expect(call).toThrow(message));
});

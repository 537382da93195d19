// What conv2d, maxPool2d and avgPool2d refuse, and the text they refuse it with.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { avgPool2d } from "../src/ops/avg-pool.ts";
import { conv2d } from "../src/ops/conv.ts";
import { ones, zeros } from "../src/ops/create.ts";
import { maxPool2d } from "../src/ops/max-pool.ts";
import type { Tensor } from "../src/tensor.ts";

type Refusal = [what: string, run: () => unknown, kind: typeof TypeError | typeof RangeError, text: string];

/** Runs what the types forbid, as a JavaScript caller may. */
const loosely = (op: unknown, ...args: unknown[]): unknown => (op as (...args: unknown[]) => unknown)(...args);

function refuses(rows: readonly Refusal[]): void {
  it.each(rows)("refuses %s", (_, run, kind, text) => {
    let error: unknown;
    try {
      run();
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toBe(text);
  });
}

describe("conv2d", () => {
  const x = zeros([32, 8, 14, 14]);
  const conv = (input: Tensor, weight: Tensor, options = {}) => conv2d(input, weight, null, options);
  const same = zeros([16, 8, 3, 3]);
  refuses([
    ["a number for x", () => loosely(conv2d, 3, same), TypeError, "conv2d: expected x to be a tensor, got 3"],
    [
      "integers",
      () => conv(ones([1, 8, 4, 4], { dtype: "int32" }), same),
      TypeError,
      "conv2d: expected x to be float32, got int32",
    ],
    [
      "an integer weight",
      () => conv(x, ones([16, 8, 3, 3], { dtype: "int32" })),
      TypeError,
      "conv2d: expected weight to be float32, got int32",
    ],
    [
      "a matrix",
      () => conv(zeros([3, 4]), same),
      RangeError,
      "conv2d: expected x of shape [N, C, H, W] or [C, H, W], got [3, 4]",
    ],
    [
      "a weight of rank 3",
      () => conv(x, zeros([16, 8, 3])),
      RangeError,
      "conv2d: expected weight of shape [O, C / groups, kh, kw], got [16, 8, 3]",
    ],
    [
      "an empty kernel",
      () => conv(x, zeros([16, 8, 0, 3])),
      RangeError,
      "conv2d: expected weight of shape [O, C / groups, kh, kw], got [16, 8, 0, 3]",
    ],
    [
      "other channels than the weight's",
      () => conv(x, zeros([16, 16, 3, 3])),
      RangeError,
      "conv2d: expected 16 channels, got 8 (input shape [32, 8, 14, 14])",
    ],
    [
      "other channels than the groups'",
      () => conv(x, same, { groups: 2 }),
      RangeError,
      "conv2d: expected 16 channels, got 8 (input shape [32, 8, 14, 14])",
    ],
    [
      "groups that do not divide the output channels",
      () => conv(x, zeros([16, 8, 3, 3]), { groups: 3 }),
      RangeError,
      "conv2d: expected groups to divide the 16 output channels, got 3",
    ],
    ["no groups", () => conv(x, same, { groups: 0 }), RangeError, "conv2d: expected groups at least 1, got 0"],
    [
      "a fraction of groups",
      () => conv(x, same, { groups: 1.5 }),
      TypeError,
      "conv2d: expected groups to be an integer, got 1.5",
    ],
    [
      "a bias of another size",
      () => conv2d(x, same, zeros([8])),
      RangeError,
      "conv2d: expected bias of shape [16], got [8]",
    ],
    [
      "a bias of two axes",
      () => conv2d(x, same, zeros([1, 16])),
      RangeError,
      "conv2d: expected bias of shape [16], got [1, 16]",
    ],
    [
      "options in the bias's place",
      () => loosely(conv2d, x, same, { stride: 2 }),
      TypeError,
      "conv2d: expected bias to be a tensor or null, got an object; options come after the bias",
    ],
    [
      "a kernel larger than the input",
      () => conv(zeros([1, 8, 2, 9]), same),
      RangeError,
      "conv2d: expected a kernel no larger than the padded input [2, 9], got [3, 3]",
    ],
    [
      "a dilated kernel larger than the padded input",
      () => conv(zeros([1, 8, 2, 9]), same, { padding: 1, dilation: 2 }),
      RangeError,
      "conv2d: expected a kernel no larger than the padded input [4, 11], got [5, 5] with its dilation",
    ],
    ["a stride of 0", () => conv(x, same, { stride: 0 }), RangeError, "conv2d: expected stride at least 1, got 0"],
    [
      "a fractional stride",
      () => conv(x, same, { stride: [1, 1.5] }),
      TypeError,
      "conv2d: expected stride to be an integer, got 1.5",
    ],
    [
      "three strides",
      () => loosely(conv2d, x, same, null, { stride: [1, 1, 1] }),
      RangeError,
      "conv2d: expected stride to be an integer or a pair, got [1, 1, 1]",
    ],
    [
      "a negative padding",
      () => conv(x, same, { padding: [0, -1] }),
      RangeError,
      "conv2d: expected padding at least 0, got -1",
    ],
    [
      "an unknown padding",
      () => conv(x, same, { padding: "full" }),
      RangeError,
      'conv2d: expected padding to be a number, a pair, "same" or "valid", got "full"',
    ],
    [
      "'same' with a stride",
      () => conv(x, same, { padding: "same", stride: [1, 2] }),
      RangeError,
      'conv2d: expected stride 1 with padding "same", got [1, 2]',
    ],
    [
      "a dilation of 0",
      () => conv(x, same, { dilation: 0 }),
      RangeError,
      "conv2d: expected dilation at least 1, got 0",
    ],
    [
      "an unknown option",
      () => conv(x, same, { strides: 2 }),
      TypeError,
      'conv2d: unknown option "strides"; expected one of stride, padding, dilation, groups',
    ],
    [
      "options that are no object",
      () => loosely(conv2d, x, same, null, 2),
      TypeError,
      "conv2d: expected options to be an object, got 2; the options are stride, padding, dilation, groups",
    ],
  ]);

  it("says that memory is short rather than counting bytes past 32 bits", () => {
    // four taps around one pixel: a padded copy of 20,001 x 20,001
    const far = { padding: 10_000, dilation: 20_000 };
    expect(() => conv2d(zeros([1, 1, 1, 1]), zeros([1, 1, 2, 2]), null, far)).toThrow(
      /^out of memory: the working memory of an op needs/,
    );
  });
});

describe.each([
  ["maxPool2d", maxPool2d],
  ["avgPool2d", avgPool2d],
] as const)("%s", (name, pool) => {
  const x = zeros([2, 3, 8, 8]);
  refuses([
    ["no tensor", () => loosely(pool, [1], 2), TypeError, `${name}: expected x to be a tensor, got [1]`],
    [
      "integers",
      () => pool(ones([1, 1, 4, 4], { dtype: "int32" }), 2),
      TypeError,
      `${name}: expected x to be float32, got int32`,
    ],
    [
      "a matrix",
      () => pool(zeros([4, 4]), 2),
      RangeError,
      `${name}: expected x of shape [N, C, H, W] or [C, H, W], got [4, 4]`,
    ],
    ["no kernel", () => loosely(pool, x), TypeError, `${name}: expected kernelSize to be an integer, got undefined`],
    ["a kernel of 0", () => pool(x, [2, 0]), RangeError, `${name}: expected kernelSize at least 1, got 0`],
    ["a stride of 0", () => pool(x, 2, { stride: 0 }), RangeError, `${name}: expected stride at least 1, got 0`],
    [
      "a negative padding",
      () => pool(x, 2, { padding: -1 }),
      RangeError,
      `${name}: expected padding at least 0, got -1`,
    ],
    [
      "a padding over half the kernel",
      () => pool(x, [3, 3], { padding: [1, 2] }),
      RangeError,
      `${name}: expected padding at most half the kernel [3, 3], got [1, 2]`,
    ],
    [
      "a window larger than the input",
      () => pool(x, [9, 2]),
      RangeError,
      `${name}: expected a window no larger than the padded input [8, 8], got [9, 2]`,
    ],
    [
      "a ceilMode that is no boolean",
      () => loosely(pool, x, 2, { ceilMode: 1 }),
      TypeError,
      `${name}: expected ceilMode to be a boolean, got 1`,
    ],
  ]);
});

describe("maxPool2d and avgPool2d", () => {
  const x = zeros([2, 3, 8, 8]);
  refuses([
    [
      "a dilation of 0",
      () => maxPool2d(x, 2, { dilation: 0 }),
      RangeError,
      "maxPool2d: expected dilation at least 1, got 0",
    ],
    [
      "a dilated window larger than the input",
      () => maxPool2d(x, 3, { dilation: 4 }),
      RangeError,
      "maxPool2d: expected a window no larger than the padded input [8, 8], got [9, 9]",
    ],
    [
      "an option of the other",
      () => loosely(maxPool2d, x, 2, { countIncludePad: true }),
      TypeError,
      'maxPool2d: unknown option "countIncludePad"; expected one of stride, padding, dilation, ceilMode, returnIndices',
    ],
    [
      "a dilated mean",
      () => loosely(avgPool2d, x, 2, { dilation: 2 }),
      TypeError,
      'avgPool2d: unknown option "dilation"; expected one of stride, padding, ceilMode, countIncludePad, divisorOverride',
    ],
    [
      "a countIncludePad that is no boolean",
      () => loosely(avgPool2d, x, 2, { countIncludePad: "yes" }),
      TypeError,
      'avgPool2d: expected countIncludePad to be a boolean, got "yes"',
    ],
    [
      "a divisor of 0",
      () => avgPool2d(x, 2, { divisorOverride: 0 }),
      RangeError,
      "avgPool2d: expected divisorOverride other than 0, got 0",
    ],
    [
      "a fractional divisor",
      () => avgPool2d(x, 2, { divisorOverride: 0.5 }),
      TypeError,
      "avgPool2d: expected divisorOverride to be an integer, got 0.5",
    ],
  ]);
});

// gradcheck() and gradgradcheck(): they accept what is right, and name what is wrong. Over all ops they run in
// op-gradcheck.test.ts.
import { describe, expect, it } from "vitest";
import { record } from "../src/autograd.ts";
import { exp, memory, mul, type Tensor, tensor } from "../src/entry.ts";
import { gradcheck, gradgradcheck } from "../src/inspect.ts";

/** 2 x with a gradient of its own. */
const doubled = (x: Tensor, slope: number, second = slope): Tensor =>
  record(
    "doubled",
    mul(x.detach(), 2),
    [x],
    [],
    (dy) => [mul(dy, slope)],
    (dy) => [mul(dy, second)],
  );

describe("gradcheck", () => {
  it("accepts right gradients of several inputs and results, and leaves the inputs as they were", () => {
    const [a, b] = [tensor([0.5, -1, 2]), tensor([[1], [3]])];
    const before = memory().tensors;
    expect(gradcheck((a, b) => [mul(a!, b!), exp(a!)], [a, b])).toBe(true);
    expect(memory().tensors).toBe(before);
    expect([a.toArray(), a.requiresGrad]).toEqual([[0.5, -1, 2], false]);
  });

  it("names the entry whose gradient is wrong", () => {
    expect(() => gradcheck((x) => doubled(x!, 3), [tensor([[1, 2]])])).toThrow(
      /^gradcheck: inputs\[0\], element \[0, 0\]: expected the gradient -?\S+ that differences give, got/,
    );
    expect(gradcheck((x) => doubled(x!, 3), [tensor([1])], { raiseException: false })).toBe(false);
  });

  it("finds a gradient that does not arrive, and one that is NaN", () => {
    const quiet = { raiseException: false };
    expect(gradcheck((x) => mul(x!.detach(), 2), [tensor([1])], quiet)).toBe(false);
    expect(gradcheck((x) => doubled(x!, Number.NaN), [tensor([1])], quiet)).toBe(false);
  });

  it("refuses what it cannot check", () => {
    expect(() => gradcheck(3 as never, [])).toThrow("gradcheck: expected a function, got 3");
    expect(() => gradcheck((x) => x!, [1 as never])).toThrow("gradcheck: expected inputs[0] to be a tensor, got 1");
    expect(() => gradcheck(() => 1 as never, [])).toThrow("gradcheck: expected fn to return tensors, got 1");
    expect(() => gradcheck((x) => x!, [], { tol: 1 } as never)).toThrow('gradcheck: unknown option "tol"');
  });
});

describe("gradgradcheck", () => {
  it("accepts right second gradients and finds wrong ones", () => {
    const x = tensor([0.5, -1]);
    expect(gradgradcheck((x) => exp(x!).mul(x!), [x])).toBe(true);
    const wrong = (x: Tensor): Tensor => exp(doubled(x, 2, 3)); // the second order takes another slope
    expect(gradcheck((x) => wrong(x!), [x])).toBe(true);
    expect(() => gradgradcheck((x) => wrong(x!), [x])).toThrow(
      "gradgradcheck: inputs[0]: expected the same gradient with createGraph and without",
    );
  });
});

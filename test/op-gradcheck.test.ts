// Every differentiable op's gradient, and its gradient of gradients, against differences of its values. The table of
// calls is op-calls.ts.
import { describe, expect, it } from "vitest";
import { seed, type Tensor, tidy } from "../src/entry.ts";
import { gradcheck, gradgradcheck } from "../src/inspect.ts";
import { type Call, FIRST_ORDER, OWN_GRADIENT, rowsOf, withGradient } from "./op-calls.ts";

/** The float32 results of a call; it draws the same random numbers each time. */
const floats =
  (apply: (...operands: Tensor[]) => Tensor | Tensor[]) =>
  (...operands: Tensor[]): Tensor[] => {
    seed(1);
    return [apply(...operands)].flat().filter((y) => y.dtype === "float32");
  };

/** Whether the call has a float32 result that depends on a float32 operand. */
function isDifferentiable([operands, apply]: Call): boolean {
  return tidy(() => {
    const given = operands();
    for (const x of given) if (x.dtype === "float32") x.requiresGrad = true;
    return floats(apply)(...given).some((y) => y.requiresGrad);
  });
}

const ops = rowsOf(withGradient).filter(({ name, call }) => !OWN_GRADIENT.includes(name) && isDifferentiable(call));
/** By the op's name, or by that and the place of the call where others of its calls have a second order. */
const isFirstOrder = (name: string): boolean => FIRST_ORDER.some((op) => op === name || op === name.split(" ")[0]);

describe("the gradient that differences give:", () => {
  it.each(ops)("$name", ({ call: [operands, apply] }) => {
    const inputs = tidy(operands);
    // a smaller step where a kink is near
    if (gradcheck(floats(apply), inputs, { raiseException: false })) return;
    expect(gradcheck(floats(apply), inputs, { eps: 1e-3, rtol: 5e-2, atol: 5e-3 })).toBe(true);
  });
});

describe("the gradient of the gradient that differences give:", () => {
  it.each(ops.filter(({ name }) => !isFirstOrder(name)))("$name", ({ call: [operands, apply] }) => {
    expect(gradgradcheck(floats(apply), tidy(operands), { rtol: 2e-2, atol: 2e-3 })).toBe(true);
  });
});

describe("an op without second order says so by name:", () => {
  it.each(ops.filter(({ name }) => isFirstOrder(name)))("$name", ({ call: [operands, apply] }) => {
    const run = () => gradgradcheck(floats(apply), tidy(operands));
    expect(run).toThrow(/^grad: expected ops with second-order gradients for createGraph, got \w+, which has none/);
  });
});

// grad(): gradients as values, of parts of a graph, and of gradients.
import { describe, expect, it } from "vitest";
import { add, exp, grad, memory, mul, noGrad, relu, sum, type Tensor, tensor, tidy, variable } from "../src/entry.ts";

const values = (t: Tensor | null): unknown => t?.toArray() ?? null;

describe("grad", () => {
  it("returns gradients in the order of the inputs and leaves the leaves alone", () => {
    const [a, b] = [variable([1, 2]), variable([3, 4])];
    const [db, da] = grad(sum(mul(a, b)), [b, a]);
    expect([values(da!), values(db!)]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect([a.grad, b.grad]).toEqual([null, null]);
  });

  it("gives one tensor for one input", () => {
    const x = variable([1, 2]);
    expect(values(grad(sum(x.mul(x)), x))).toEqual([2, 4]);
  });

  it("adds over several outputs, each with its own gradient to start from", () => {
    const x = variable([1, 2]);
    const outputs = [x.mul(2), x.mul(x)];
    const [dx] = grad(outputs, [x], { gradOutputs: [tensor([1, 1]), tensor([10, 10])] });
    expect(values(dx!)).toEqual([2 + 20, 2 + 40]);
  });

  it("reaches results on the way, and an input that is itself an output", () => {
    const x = variable([2, 3]);
    const y = x.mul(x);
    const z = sum(y.mul(y));
    const [dz, dy, dx] = grad(z, [z, y, x]);
    expect([values(dz!), values(dy!), values(dx!)]).toEqual([1, [8, 18], [32, 108]]);
  });

  it("computes only what lies between", () => {
    const [x, w] = [variable([[1, 2]]), variable([[3], [4]])];
    const before = memory().peakBytes;
    const loss = sum(x.matmul(w));
    expect(values(grad(loss, x))).toEqual([[3, 4]]);
    expect(memory().peakBytes - before).toBeLessThan(1000);
  });

  it("gives null for what has no part, if that is allowed, and an error that says how otherwise", () => {
    const [x, other] = [variable([1]), variable([2])];
    const loss = sum(x.mul(2));
    expect(grad(loss, [x, other], { allowUnused: true, retainGraph: true })[1]).toBeNull();
    expect(() => grad(loss, [other])).toThrow("grad: expected inputs[0] to have a part in the outputs");
  });

  it("releases the graph, unless told to retain it", () => {
    const x = variable([1]);
    const loss = sum(exp(x));
    grad(loss, x, { retainGraph: true });
    grad(loss, x);
    expect(() => grad(loss, x)).toThrow("was released by an earlier backward()");
  });

  it("leaves nothing behind", () => {
    const [x, other] = [variable([1, 2]), variable([1])];
    const before = memory().tensors;
    tidy(() => {
      const y = sum(exp(x).mul(x));
      const dx = grad(y, x, { createGraph: true });
      sum(dx.mul(dx)).backward();
      expect(() => grad(sum(relu(x)), [other])).toThrow("grad: expected inputs[0]");
    });
    x.zeroGrad();
    expect(memory().tensors).toBe(before);
  });
});

describe("gradients of gradients", () => {
  it("give the third derivative of a power", () => {
    const x = variable(2);
    const y = x.mul(x).mul(x).mul(x);
    const d1 = grad(y, x, { createGraph: true });
    const d2 = grad(d1, x, { createGraph: true });
    const d3 = grad(d2, x);
    expect([d1.item(), d2.item(), d3.item()]).toEqual([32, 48, 48]);
  });

  it("flow into leaves by backward, as a gradient penalty needs", () => {
    const [x, w] = [variable([1, 2]), variable([3, 4])];
    const score = sum(exp(mul(w, 0)).mul(x).mul(w)); // x · w
    const dx = grad(score, x, { createGraph: true }); // w
    sum(dx.mul(dx)).backward();
    expect(values(w.grad)).toEqual([6, 8]);
  });

  it("flow through the gradient that a walk starts from", () => {
    const [x, v] = [variable([1, 2]), variable([5, 7])];
    const dx = grad(x.mul(x), x, { gradOutputs: v, createGraph: true }); // 2 x v
    expect(values(grad(sum(dx), v))).toEqual([2, 4]);
  });

  it("give a Hessian, row by row", () => {
    const x = variable([1, 2]);
    const y = sum(x.mul(x)).mul(sum(x)); // (a² + b²)(a + b)
    const g = grad(y, x, { createGraph: true });
    const rows = [
      [1, 0],
      [0, 1],
    ].map((e) => values(grad(g, x, { gradOutputs: tensor(e), retainGraph: true })));
    expect(rows).toEqual([
      [10, 6],
      [6, 14],
    ]);
  });

  it("are recorded within noGrad too", () => {
    const x = variable(3);
    const y = x.mul(x);
    const d = noGrad(() => grad(y, x, { createGraph: true }));
    expect(grad(d, x).item()).toBe(2);
  });

  it("name the op that has no second order", () => {
    const x = variable([1, -1]);
    const y = sum(add(x, 1).layerNorm([2]));
    expect(() => grad(y, x, { createGraph: true })).toThrow(
      "grad: expected ops with second-order gradients for createGraph, got layerNorm, which has none",
    );
  });
});

describe("grad refuses", () => {
  const x = variable([1, 2]);
  it.each<[string, () => unknown, string]>([
    ["outputs that are no tensor", () => grad(3 as never, x), "grad: expected outputs to be a tensor, got 3"],
    ["no inputs", () => grad(sum(x), []), "grad: expected at least one tensor in inputs, got none"],
    ["an output without graph", () => grad(tensor(1), x), "nothing that this tensor was computed from requires"],
    ["an input without gradients", () => grad(sum(x), tensor([1])), "grad: expected inputs[0] to require gradients"],
    ["an output of several elements", () => grad(x.mul(2), x), "expected a scalar, got shape [2]"],
    [
      "a start of another shape",
      () => grad(x.mul(2), x, { gradOutputs: tensor([1]) }),
      "grad: expected gradOutputs of shape [2], got [1]",
    ],
    [
      "starts of another number",
      () => grad([x.mul(2)], x, { gradOutputs: [] }),
      "grad: expected gradOutputs to be a list of 1",
    ],
    ["an unknown option", () => grad(sum(x), x, { create: true } as never), 'grad: unknown option "create"'],
    [
      "a flag that is none",
      () => grad(sum(x), x, { createGraph: 1 } as never),
      "grad: expected createGraph to be a boolean, got 1",
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

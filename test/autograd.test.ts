// The graph: what backward computes, adds up, keeps, releases and refuses. Gradients of single ops are in their own tests.
import { describe, expect, it } from "vitest";
import { add, exp, matmul, memory, mul, noGrad, relu, sum, tensor, tidy, variable } from "../src/entry.ts";

const grad = (x: { grad: { toArray(): unknown } | null }): unknown => x.grad?.toArray() ?? null;

describe("backward", () => {
  it("gives the gradient of a product of sums", () => {
    const x = variable([1, 2, 3]);
    x.mul(x).sum().backward();
    expect(grad(x)).toEqual([2, 4, 6]);
  });

  it("adds up over a shared sub-graph", () => {
    const x = variable([3]);
    const y = x.mul(x); // 9
    y.mul(y).add(y).sum().backward(); // x^4 + x^2
    expect(grad(x)).toEqual([4 * 27 + 6]);
  });

  it("accumulates over calls until zeroGrad", () => {
    const x = variable([2]);
    x.mul(3).sum().backward();
    x.mul(3).sum().backward();
    expect(grad(x)).toEqual([6]);
    x.zeroGrad();
    expect(x.grad).toBeNull();
    x.mul(5).sum().backward();
    expect(grad(x)).toEqual([5]);
  });

  it("gives both operands of an addition gradients of their own", () => {
    const [a, b] = [variable([1, 2]), variable([3, 4])];
    a.add(b).sum().backward();
    a.grad!.data[0] = 99;
    expect(grad(b)).toEqual([1, 1]);
  });

  it("sums the gradient of a broadcast operand to its shape", () => {
    const row = variable([1, 2, 3]);
    const column = variable([[1], [2]]);
    row.mul(column).sum().backward();
    expect(grad(row)).toEqual([3, 3, 3]);
    expect(grad(column)).toEqual([[6], [6]]);
  });

  it("takes a gradient to start from", () => {
    const x = variable([1, 2]);
    x.mul(2).backward({ gradient: tensor([1, 10]) });
    expect(grad(x)).toEqual([2, 20]);
  });

  it("reaches a leaf that is itself the loss", () => {
    const x = variable(5);
    x.backward();
    expect(grad(x)).toBe(1);
  });

  it("walks a chain of 20,000 nodes without exhausting the stack", () => {
    const x = variable([1]);
    tidy(() => {
      let y = x.add(0);
      for (let i = 0; i < 20000; i++) y = y.add(1);
      y.sum().backward();
    });
    expect(grad(x)).toEqual([1]);
  });

  it("is exact when intermediate handles were released before", () => {
    const x = variable([2]);
    const loss = tidy(() => exp(mul(x, x)).log().mul(x).sum());
    loss.backward();
    expect((grad(x) as number[])[0]).toBeCloseTo(12, 4);
  });

  it("skips leaves that require none, and detached paths", () => {
    const [x, c] = [variable([2]), tensor([3])];
    x.mul(c).add(x.detach().mul(x)).sum().backward();
    expect(grad(x)).toEqual([5]);
    expect(c.grad).toBeNull();
  });

  it("passes through a graph twice with retainGraph", () => {
    const x = variable([3]);
    const y = x.mul(x).sum();
    y.backward({ retainGraph: true });
    y.backward();
    expect(grad(x)).toEqual([12]);
  });

  it("releases all that the graph kept", () => {
    const x = variable([1, 2, 3]);
    const before = memory().tensors;
    const loss = tidy(() => exp(x).mul(x).sum());
    expect(memory().tensors).toBeGreaterThan(before + 1);
    loss.backward();
    expect(memory().tensors).toBe(before + 2); // the loss and the gradient
    loss.dispose();
    x.zeroGrad();
    expect(memory().tensors).toBe(before);
  });

  it("releases a graph that is never walked, with its last tensor", () => {
    const x = variable([1, 2, 3]);
    const before = memory().tensors;
    tidy(() => exp(x).mul(x).sum()).dispose();
    expect(memory().tensors).toBe(before);
  });
});

describe("backward refuses", () => {
  it("a second walk through a released graph", () => {
    const x = variable([3]);
    const y = x.mul(x).sum();
    y.backward();
    expect(() => y.backward()).toThrow(
      "backward: the graph behind this sum was released by an earlier backward() or with its tensors; " +
        "pass { retainGraph: true } to the earlier call, or compute the result anew",
    );
  });

  it("a second walk through a shared part, and leaves gradients as they were", () => {
    const x = variable([3]);
    const shared = x.mul(x);
    const [a, b] = [shared.sum(), shared.mul(2).sum()];
    a.backward();
    expect(() => b.backward()).toThrow("the graph behind this mul was released");
    expect(grad(x)).toEqual([6]);
  });

  it("a loss of more than one element", () => {
    expect(() => variable([1, 2]).mul(2).backward()).toThrow(
      "backward: expected a scalar, got shape [2]; reduce it by sum() or mean(), or pass { gradient }",
    );
  });

  it("a gradient of another shape, an unknown option, and a tensor without a graph", () => {
    const x = variable([1, 2]);
    expect(() => x.mul(2).backward({ gradient: tensor([1]) })).toThrow(
      "backward: expected gradient of shape [2], got [1]",
    );
    const unknown = { retain: true } as object;
    expect(() => x.sum().backward(unknown)).toThrow(
      'backward: unknown option "retain"; expected one of gradient, retainGraph',
    );
    expect(() => x.sum().backward({ retainGraph: 1 as never })).toThrow("expected retainGraph to be a boolean, got 1");
    expect(() => tensor([1]).sum().backward()).toThrow(
      "backward: nothing that this sum was computed from requires gradients",
    );
  });

  it("a graph whose saved value was overwritten", () => {
    const x = variable([1, 2]);
    const loss = x.mul(x).sum();
    x.assign([5, 5]);
    expect(() => loss.backward()).toThrow(
      "backward: a value of shape [2] that mul saved was overwritten in place since",
    );
  });
});

describe("recording", () => {
  it("stops inside noGrad and resumes after an error in it", () => {
    const x = variable([1]);
    expect(noGrad(() => relu(x)).requiresGrad).toBe(false);
    expect(() =>
      noGrad(() => {
        throw new Error("inner");
      }),
    ).toThrow("inner");
    expect(relu(x).requiresGrad).toBe(true);
  });

  it("refuses an asynchronous function in noGrad", () => {
    expect(() => noGrad(async () => 1)).toThrow("noGrad: expected a synchronous function");
    expect(() => noGrad(() => Promise.resolve(1))).toThrow("noGrad: expected a synchronous function");
    expect(relu(variable([1])).requiresGrad).toBe(true);
  });

  it("gives gradients only to leaves", () => {
    const x = variable([1, 2]);
    const y = x.mul(2);
    y.sum().backward();
    expect(y.grad).toBeNull();
    expect(y.isLeaf).toBe(false);
    expect(x.isLeaf).toBe(true);
  });

  it("lets requiresGrad be set on float leaves only", () => {
    expect(() => {
      tensor([1], { dtype: "int32" }).requiresGrad = true;
    }).toThrow("requiresGrad: expected a float32 tensor, got int32 [1]");
    expect(() => {
      variable([1]).mul(2).requiresGrad = false;
    }).toThrow("requiresGrad: expected a leaf, got a result of mul; use detach()");
  });

  it("keeps matmul's operands for backward after they were released", () => {
    const w = variable([
      [1, 2],
      [3, 4],
    ]);
    const loss = tidy(() => sum(matmul(add(w, 0), add(w, 0))));
    loss.backward();
    expect(grad(w)).toEqual([
      [7, 11],
      [9, 13],
    ]);
  });

  it("replaces a gradient by a user's own", () => {
    const x = variable([1, 2]);
    x.sum().backward();
    x.grad = tensor([5, 6]);
    expect(grad(x)).toEqual([5, 6]);
    expect(() => {
      x.grad = tensor([1]);
    }).toThrow("grad: expected a float32 tensor of shape [2] or null");
  });
});

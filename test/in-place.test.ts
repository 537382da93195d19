// Storage that several see: writes in place between forward and backward, views, memory that grows under a copy.
import { describe, expect, it } from "vitest";
import { nn, ones, optim, type Tensor, tensor, tidy, variable } from "../src/entry.ts";

describe("a write in place between forward and backward is noticed:", () => {
  const message = "saved was overwritten in place since";

  it.each<[string, (w: Tensor) => void]>([
    ["assign", (w) => w.assign([7, 7])],
    ["assign to a slice", (w) => w.detach().slice({ start: 1 }).assign([7])],
    [
      "assign to a slice of a reshaped slice",
      (w) => w.detach().reshape([2, 1]).slice({ stop: 1 }).reshape([1]).assign([7]),
    ],
    ["SGD", (w) => step(w, new optim.SGD([w]))],
    ["SGD with momentum", (w) => step(w, new optim.SGD([w], { momentum: 0.9 }))],
    ["Adam", (w) => step(w, new optim.Adam([w]))],
    ["AdamW", (w) => step(w, new optim.AdamW([w]))],
    ["an initialiser", (w) => nn.init.ones(w)],
  ])("%s", (_, write) => {
    const w = variable([1, 2]);
    const loss = w.square().sum();
    write(w);
    expect(() => loss.backward()).toThrow(message);
  });

  it("loadStateDict", () => {
    const layer = new nn.Linear(1, 1);
    const x = variable([[2]]);
    const loss = layer.call(x).sum();
    layer.loadStateDict({ weight: ones([1, 1]), bias: ones([1]) });
    expect(() => loss.backward()).toThrow(message);
  });

  it("an accumulated gradient", () => {
    const [w, v] = [variable([1, 2]), variable([3, 4])];
    w.square().sum().backward();
    const loss = v.mul(w.grad!).sum();
    w.square().sum().backward();
    expect(() => loss.backward()).toThrow(message);
  });

  function step(w: Tensor, optimizer: { step(): void }): void {
    w.grad = ones([2]);
    optimizer.step();
  }
});

describe("views", () => {
  it("carry gradients to the leaf through slices of reshaped slices, whatever is disposed of first", () => {
    const x = variable([1, 2, 3, 4, 5, 6]);
    const a = x.slice({ start: 1, stop: 5 });
    const b = a.reshape([2, 2]);
    const c = b.slice({ start: 1 });
    const loss = c.square().sum();
    for (const t of [a, c, b]) t.dispose();
    loss.backward();
    expect(x.grad!.toArray()).toEqual([0, 0, 0, 8, 10, 0]);
  });

  it("of a leaf, once detached, are other leaves over the same elements", () => {
    const x = variable([1, 2, 3]);
    const part = x.detach().slice({ start: 1 });
    part.requiresGrad = true;
    part.square().sum().backward();
    expect([part.grad!.toArray(), x.grad]).toEqual([[4, 6], null]);
    part.assign([8, 9]);
    expect(x.toArray()).toEqual([1, 8, 9]);
  });
});

describe("growing memory", () => {
  /** More than the core has in one piece, so that making as much again grows it. */
  const large = () => tensor(new Float32Array(2 ** 21).fill(2));

  it.each<[string, (x: Tensor) => Tensor]>([
    ["variable of a tensor", (x) => variable(x)],
    ["tensor of a tensor's data", (x) => tensor(x.data)],
    ["tensor of a part of a tensor's data", (x) => tensor(x.data.subarray(5))],
  ])("does not disturb %s", (_, copy) => {
    tidy(() => {
      const x = large();
      const capacity = () => x.data.buffer.byteLength;
      const before = capacity();
      const copies: Tensor[] = [];
      while (capacity() === before) copies.push(copy(x));
      for (const y of copies) {
        expect([y.data[0], y.data.at(-1)]).toEqual([2, 2]);
        y.dispose();
      }
    });
  });
});

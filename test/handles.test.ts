// What becomes of handles: gradients that outlive their leaves, what is garbage, what tidy returns, turns of batches. tidy
// and keep in general are scope.test.ts; writes in place and views are in-place.test.ts.
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  batches,
  crossEntropy,
  Dataset,
  decodeSafetensors,
  encodeSafetensors,
  fit,
  keep,
  memory,
  nn,
  ones,
  optim,
  randint,
  randn,
  type Tensor,
  tensor,
  tidy,
  variable,
  zeros,
} from "../src/entry.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;
const live = (): number => memory().tensors;

/** A leaf of a scope with the gradient [2, 4]. */
function squared(): Tensor {
  const x = tensor([1, 2], { requiresGrad: true });
  x.square().sum().backward();
  return x;
}

describe("a gradient", () => {
  it("is returned from tidy without its leaf, into the scope around or out of all", () => {
    const before = live();
    const g = tidy(() => {
      const inner = tidy(() => squared().grad!);
      expect(live()).toBe(before + 1);
      return inner;
    });
    expect(g.toArray()).toEqual([2, 4]);
    tidy(() => void tidy(() => squared().grad!));
    g.dispose();
    expect(live()).toBe(before);
  });

  it("is returned from tidy with its leaf, and stays its gradient", () => {
    const [x, g] = tidy(() => {
      const leaf = squared();
      return [leaf, leaf.grad!];
    });
    expect(x!.grad).toBe(g);
    const w = variable([3]);
    const own = tidy(() => {
      w.square().sum().backward();
      return w.grad;
    });
    expect(w.grad).toBe(own);
    expect(own?.toArray()).toEqual([6]);
  });

  it("outlives its leaf, and zeroGrad, where it was kept", () => {
    const before = live();
    const g = tidy(() => keep(squared().grad!));
    expect(g.toArray()).toEqual([2, 4]);
    g.dispose();
    const x = tidy(squared);
    const kept = keep(x.grad!);
    x.zeroGrad();
    expect(x.grad).toBeNull();
    tidy(() => x.square().sum().backward());
    expect(kept.toArray()).toEqual([2, 4]);
    kept.dispose();
    expect(x.grad!.toArray()).toEqual([2, 4]);
    x.dispose();
    expect(live()).toBe(before);
  });

  it("that is refused leaves the one before it in place", () => {
    const x = squared();
    const released = ones([2]);
    released.dispose();
    expect(() => {
      x.grad = released;
    }).toThrow("used after its release");
    expect(() => {
      x.grad = ones([3]);
    }).toThrow("grad: expected a float32 tensor of shape [2] or null, got float32 [3]");
    expect(x.grad!.toArray()).toEqual([2, 4]);
  });

  it("is refused by a released leaf", () => {
    const x = squared();
    x.dispose();
    expect(() => {
      x.grad = ones([2]);
    }).toThrow("tensor of shape [2] made by tensor was used after its release");
  });

  it("of the user's own is not written to by backward", () => {
    const gradient = tensor([1, 1]);
    const [a, b] = [variable([1, 2]), variable([3, 4])];
    a.backward({ gradient });
    a.backward({ gradient });
    a.add(b).backward({ gradient });
    b.sum().backward();
    expect([gradient, a.grad!, b.grad!].map((t) => t.toArray())).toEqual([
      [1, 1],
      [3, 3],
      [2, 2],
    ]);
  });
});

describe("what nobody can reach any more is released, once:", () => {
  async function collected(): Promise<number> {
    // until nothing changes any more: on a busy machine finalizers take their time
    let now = live();
    for (let same = 0, turn = 0; same < 5 && turn < 200; turn++) {
      gc();
      await setTimeout(2);
      same = live() === now ? same + 1 : 0;
      now = live();
    }
    return now;
  }

  const model = async () => {
    const net = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Linear(4, 2));
    const data = new Dataset(randn([8, 3]), randint(0, 2, [8]));
    const optimizer = new optim.Adam(net.parameters(), { amsgrad: true });
    await fit(net, data, { loss: crossEntropy, optimizer, epochs: 2, batchSize: 4 });
  };
  const chain = (): Tensor => {
    let y = variable([1]).add(0);
    for (let i = 0; i < 500; i++) y = y.mul(2).add(1);
    return y.sum();
  };

  it.each<[string, () => unknown]>([
    ["a leaf with its gradient", () => variable([1]).square().sum().backward()],
    ["a gradient that was kept, with its leaf", () => keep(squared().grad!)],
    ["a gradient that left its leaf", () => tidy(() => squared().grad!)],
    ["a gradient kept in a scope that its leaf ended with", () => tidy(() => void keep(squared().grad!))],
    [
      "a gradient that was replaced",
      () => {
        const x = squared();
        x.grad = ones([2]);
        x.square().sum().backward();
        x.grad = null;
      },
    ],
    ["a long graph that is never walked", () => void chain()],
    ["a long graph made in a scope", () => void tidy(chain)],
    ["a long graph that was walked and retained", () => tidy(chain).backward({ retainGraph: true })],
    ["a view of a view of what was disposed of", () => ones([4]).slice({ start: 2 }).reshape([1, 2])],
    ["a model, its optimizer and its data", model],
  ])("%s", async (_, make) => {
    const before = await collected();
    for (let i = 0; i < 3; i++) make();
    expect(live()).toBeGreaterThan(before);
    expect(await collected()).toBe(before);
  });

  it("not a leaf whose gradient somebody holds", async () => {
    const grad = (() => {
      const w = variable([1, 2]);
      w.square().sum().backward();
      return w.grad!;
    })();
    await collected();
    expect(grad.toArray()).toEqual([2, 4]);
  });
});

describe("what tidy returns", () => {
  it("is found in an object without a prototype, as files give", () => {
    const bytes = encodeSafetensors({ a: ones([2]) });
    expect(tidy(() => decodeSafetensors(bytes)).a?.toArray()).toEqual([1, 1]);
  });

  it("may refer to itself", () => {
    const before = live();
    const result = tidy(() => {
      const list: unknown[] = [ones([1])];
      list.push(list, zeros([1]).add(1));
      return list;
    });
    expect(live()).toBe(before + 2);
    (result[0] as Tensor).dispose();
    (result[2] as Tensor).dispose();
  });

  it("may throw when it is looked at: the scope ends all the same", () => {
    const before = live();
    const careless = () => ({
      made: ones([1]),
      get value(): Tensor {
        throw new Error("mine");
      },
    });
    expect(() => tidy(careless)).toThrow("mine");
    expect(live()).toBe(before);
  });
});

describe("batches", () => {
  const data = new Dataset([[1], [2], [3]], [[1], [2], [3]]);

  it("nest, and end by break and by errors, with nothing left behind", () => {
    const before = live();
    const seen: number[] = [];
    for (const [x] of batches(data, { batchSize: 1 })) {
      for (const [y] of batches(data, { batchSize: 2, shuffle: true })) {
        seen.push(x.add(y).size);
        break;
      }
    }
    expect(() => {
      for (const [x] of batches(data, { batchSize: 1 }))
        for (const [y] of batches(data, { batchSize: 1 })) x.matmul(y.sum());
    }).toThrow("matmul");
    expect(seen).toHaveLength(3);
    expect(live()).toBe(before);
  });

  it("of two iterators in turn are refused, and both can be ended", () => {
    const before = live();
    const [a, b] = [1, 1].map((batchSize) => batches(data, { batchSize })[Symbol.iterator]());
    a!.next();
    b!.next();
    expect(() => a!.next()).toThrow("scopes closed out of order");
    b!.return(undefined);
    expect(live()).toBe(before);
    expect(tidy(() => ones([1]).add(1)).item()).toBe(2);
  });

  it("take bodies that wait", async () => {
    const before = live();
    for (const [x] of batches(data, { batchSize: 1 })) {
      const y = x.mul(2);
      await setTimeout(1);
      expect(y.sub(x).toArray()).toEqual(x.toArray());
    }
    expect(live()).toBeLessThanOrEqual(before); // less where the collector had a turn
  });
});

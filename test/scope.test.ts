// Lifetimes: tidy as a function and as a block, keep, dispose, nesting, and every misuse.
import { describe, expect, it } from "vitest";
import { keep, memory, noGrad, ones, tensor, tidy, trackLeaks, variable, zeros } from "../src/entry.ts";

const live = (): number => memory().tensors;

describe("tidy", () => {
  it("releases what was made and not returned", () => {
    const before = live();
    const y = tidy(() => ones([3]).add(1).mul(2));
    expect(live()).toBe(before + 1);
    expect(y.toArray()).toEqual([4, 4, 4]);
    y.dispose();
    expect(live()).toBe(before);
  });

  it("finds returned tensors in arrays, objects, maps and sets", () => {
    const before = live();
    const kept = tidy(() => {
      zeros([1]);
      return { list: [ones([1]), [ones([2])]], map: new Map([["a", ones([3])]]), set: new Set([ones([4])]) };
    });
    expect(live()).toBe(before + 4);
    expect(kept.map.get("a")?.toArray()).toEqual([1, 1, 1]);
  });

  it("passes returned tensors to the scope around it", () => {
    const before = live();
    tidy(() => {
      const inner = tidy(() => ones([2]).add(1));
      expect(inner.toArray()).toEqual([2, 2]);
    });
    expect(live()).toBe(before);
  });

  it("leaves kept tensors, variables and their gradients alone", () => {
    const before = live();
    const found = tidy(() => {
      const w = variable([1, 2]);
      w.mul(w).sum().backward();
      return [() => w, () => keep(ones([1]))] as const;
    });
    expect(found[0]().grad?.toArray()).toEqual([2, 4]);
    expect(live()).toBe(before + 2);
    const kept: ReturnType<typeof ones>[] = [];
    tidy(() => tidy(() => void kept.push(keep(ones([5])))));
    expect(kept[0]?.size).toBe(5);
    expect(kept[0]?.toArray()).toEqual([1, 1, 1, 1, 1]);
  });

  it("keeps a view's storage until the last view goes", () => {
    const before = memory().bytes;
    const view = tidy(() => ones([4, 4]).reshape([16]));
    expect(view.toArray()).toHaveLength(16);
    expect(memory().bytes).toBe(before + 64);
    view.dispose();
    expect(memory().bytes).toBe(before);
  });

  it("closes when its function throws, and passes the error on", () => {
    const before = live();
    expect(() =>
      tidy(() => {
        ones([3]);
        throw new Error("mine");
      }),
    ).toThrow("mine");
    expect(live()).toBe(before);
  });

  it("ends with its block by using, or by close()", () => {
    const before = live();
    {
      using scope = tidy();
      ones([3]);
      expect(scope).toBeDefined();
      expect(live()).toBe(before + 1);
    }
    expect(live()).toBe(before);
    const scope = tidy();
    ones([3]);
    scope.close();
    scope.close();
    expect(live()).toBe(before);
  });

  it("forgets what was released by hand in a long loop, and releases the rest", () => {
    const before = live();
    tidy(() => {
      const first = ones([2]);
      for (let i = 0; i < 5000; i++) first.add(i).dispose();
      for (let i = 0; i < 1000; i++) first.add(i);
      expect(live()).toBe(before + 1001);
    });
    expect(live()).toBe(before);
  });

  it("refuses asynchronous functions", () => {
    const message = "tidy: expected a synchronous function, got an asynchronous one";
    expect(() => tidy(async () => ones([1]))).toThrow(message);
    expect(() => tidy(() => Promise.resolve(ones([1])))).toThrow(message);
    expect(() => tidy(3 as unknown as () => void)).toThrow("tidy: expected a function, got 3");
  });

  it("refuses to close out of order, and is usable afterwards", () => {
    const before = live();
    const outer = tidy();
    tidy();
    ones([1]);
    expect(() => outer.close()).toThrow("tidy: scopes closed out of order");
    expect(live()).toBe(before);
    tidy(() => void ones([1]));
    expect(live()).toBe(before);
  });
});

describe("a released tensor", () => {
  it("throws on use, naming its shape, its maker and the cure", () => {
    const x = ones([2, 3]).mul(2);
    x.dispose();
    x.dispose();
    expect(x.disposed).toBe(true);
    const message =
      "tensor of shape [2, 3] made by mul was used after its release; " +
      "return it from tidy(), keep() it, or do not dispose() it before its last use";
    expect(() => x.data).toThrow(message);
    expect(() => x.add(1)).toThrow(`add: a: ${message}`);
    expect(() => x.toArray()).toThrow(message);
    expect(String(x)).toBe("tensor(released, shape [2, 3], float32, made by mul)");
  });

  it("is released at the end of a using block", () => {
    const before = live();
    {
      using x = ones([2]);
      expect(x.size).toBe(2);
    }
    expect(live()).toBe(before);
  });
});

describe("leak tracking", () => {
  it("names the line of each survivor, largest first", () => {
    trackLeaks();
    const small = ones([10]);
    const large = [ones([100]), ones([100])];
    const list = memory().survivors ?? [];
    expect(list.map(({ bytes }) => bytes)).toEqual(expect.arrayContaining([400, 40]));
    expect(list[0]?.where).toMatch(/scope\.test\.ts:\d+:\d+/);
    for (const t of [small, ...large]) t.dispose();
    expect(memory().survivors).toBeUndefined();
    trackLeaks(false);
  });
});

describe("memory", () => {
  it("counts bytes, a peak, and shared storage once", () => {
    const { bytes, tensors } = memory({ resetPeak: true });
    const x = tensor([1, 2, 3, 4]);
    const y = noGrad(() => x.reshape([2, 2]));
    expect(memory().bytes).toBe(bytes + 16);
    expect(memory().tensors).toBe(tensors + 1);
    x.dispose();
    expect(y.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    y.dispose();
    expect(memory()).toMatchObject({ bytes, tensors, peakBytes: bytes + 16 });
  });
});

describe("tidy refuses data of a tensor that ends with it", () => {
  it("for its memory would be another's", () => {
    const message = "tidy: expected fn to return a tensor, or a copy as x.toArray() gives, got";
    expect(() => tidy(() => ones([4]).add(1).data)).toThrow(message);
    expect(() => tidy(() => ones([4]).add(1).reshape([2, 2]).data)).toThrow(message);
    expect(() => tidy(() => ones([4]).data.subarray(1))).toThrow(message);
  });

  it("but not data of what lives on, nor copies", () => {
    const outside = ones([4]);
    expect([...tidy(() => outside.data)]).toEqual([1, 1, 1, 1]);
    expect([...tidy(() => outside.reshape([2, 2]).data)]).toEqual([1, 1, 1, 1]);
    expect([...tidy(() => keep(ones([2])).data)]).toEqual([1, 1]);
    expect([...tidy(() => ones([3]).data.slice())]).toEqual([1, 1, 1]);
  });
});

// What holds for the bits of every op, forward and backward: they follow from the operands' values alone. Neither what lies
// in memory beside the operands or was there before the results, nor which of its many bit patterns a NaN has, reaches
// them. The table of calls is op-calls.ts.
import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import * as sedge from "../src/entry.ts";
import { copysign, ones, seed, type Tensor, tensor, tidy } from "../src/entry.ts";
import { boot, k, u8 } from "../src/wasm.ts";
import { type Call, rowsOf, trainable, withGradient, withoutGradient } from "./op-calls.ts";

/** What every block holds when it is handed out: the bits of each word. */
let garbage = 0;

/** Boots the core anew, with an allocator that fills what it hands out. */
function bootWithGarbage(): void {
  const { Instance } = WebAssembly;
  class Spoilt {
    readonly exports: unknown;
    constructor(module: WebAssembly.Module) {
      const core = new Instance(module).exports as typeof k;
      const alloc = (bytes: number): number => {
        const ptr = core.alloc(bytes) >>> 0;
        const words = (Math.ceil(bytes / 16) * 16 + 12) / 4; // as assembly/memory.ts rounds
        new Uint32Array(core.memory.buffer, ptr, words).fill(garbage);
        return ptr;
      };
      this.exports = { ...core, alloc };
    }
  }
  WebAssembly.Instance = Spoilt as unknown as typeof Instance;
  try {
    boot(readFileSync(new URL("../build/core.wasm", import.meta.url)));
  } finally {
    WebAssembly.Instance = Instance;
  }
}
bootWithGarbage();

/** A tensor's values by their bits, those of NaN but for one. */
function bits(x: Tensor): string {
  const { data, dtype } = x;
  if (dtype !== "float32") return `${dtype} ${x.shape}: ${data.join(" ")}`;
  const words = new Uint32Array(data.slice().buffer);
  return `${x.shape}: ${Array.from(words, (word, i) => (Number.isNaN(data[i]) ? "NaN" : word.toString(16))).join(" ")}`;
}

/** Bits of a call's results and gradients, or why it is refused; `change` alters the operands. */
function outcome(call: Call, change: (operands: Tensor[]) => void = () => {}): string[] {
  return tidy(() => {
    seed(1);
    const operands = trainable(call);
    change(operands);
    try {
      const results = [call[1](...operands)].flat();
      for (const [i, y] of results.entries()) {
        // results may share their graph
        if (y.requiresGrad) y.backward({ gradient: ones(y.shape), retainGraph: i < results.length - 1 });
      }
      const gradients = operands.flatMap((x) => x.grad ?? []);
      const found = [...results, ...gradients].map(bits);
      for (const x of gradients) x.dispose();
      return found;
    } catch (error) {
      for (const x of operands) x.grad?.dispose();
      return [String(error)];
    }
  });
}

const rows = rowsOf({ ...withGradient, ...withoutGradient });

describe("what lies in memory reaches no result:", () => {
  /** 0, a NaN, and a number that is large as a float and as an integer. */
  const [blank, ...others] = [0, 0x7fc00000, 0x4b800001] as const;
  it.each(rows)("$name", ({ call }) => {
    garbage = blank;
    const expected = outcome(call);
    for (garbage of others) expect(outcome(call)).toEqual(expected);
  });

  type Constructor = new (params: Tensor[], options: { lr: number }) => sedge.optim.Optimizer;
  const optimizers = Object.entries(sedge.optim).filter(
    ([, value]) => value.prototype instanceof sedge.optim.Optimizer,
  );
  it.each(optimizers)("optim.%s", (_, value) => {
    const Optimizer = value as unknown as Constructor;
    const trained = (word: number) => {
      garbage = word;
      return tidy(() => {
        const w = sedge.variable([1, -2, 3, -4, 5]);
        const optimizer = new Optimizer([w], { lr: 0.1 });
        for (let step = 0; step < 3; step++) {
          optimizer.step(() => {
            optimizer.zeroGrad();
            const loss = w.mul(w).sum();
            loss.backward();
            return loss;
          });
        }
        optimizer.dispose();
        return bits(w);
      });
    };
    const expected = trained(blank);
    for (const word of others) expect(trained(word)).toEqual(expected);
  });

  test("(and it is there)", () => {
    garbage = 0x7fc00000;
    const { ptr } = tensor([1, 2, 3, 4, 5]);
    expect([...new Float32Array(u8(ptr, 32).slice().buffer)]).toEqual([
      1,
      2,
      3,
      4,
      5,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });
});

describe("all NaN are alike:", () => {
  /** Those of ARM and of x86 CPUs, one of all ones, and one that signals. */
  const [usual, ...others] = [0x7fc00000, 0xffc00000, 0xffffffff, 0xff800001] as const;

  /** Puts a NaN into the first and the last element of each operand, past any op that may change it. */
  const withNaN = (word: number) => (operands: Tensor[]) => {
    for (const { dtype, ptr, size } of operands) {
      if (dtype !== "float32" || size === 0) continue;
      const view = new DataView(k.memory.buffer, ptr, 4 * size);
      view.setUint32(0, word, true);
      view.setUint32(4 * (size - 1), word, true);
    }
  };

  it.each(rows)("$name", ({ call }) => {
    garbage = 0;
    const expected = outcome(call, withNaN(usual));
    for (const word of others) expect(outcome(call, withNaN(word))).toEqual(expected);
  });

  test("(and the rows see them)", () => {
    const given = rows.filter(({ call }) => outcome(call, withNaN(usual)).some((text) => /NaN/.test(text)));
    expect(given.length).toBeGreaterThan(rows.length / 2);
  });

  test("copysign takes a NaN's sign for +, whatever its bits", () => {
    for (const word of [usual, ...others]) {
      const b = tensor([1, -1, -0]);
      withNaN(word)([b]);
      expect([...copysign(tensor([-3, 3, 3]), b).data]).toEqual([3, -3, 3]);
    }
  });

  test("a file has one NaN", () => {
    const file = (word: number) => {
      const w = tensor([1, -1, 2]);
      withNaN(word)([w]);
      return sedge.encodeSafetensors({ w });
    };
    for (const word of others) expect(file(word)).toEqual(file(usual));
    expect([...sedge.decodeSafetensors(file(others[0])).w!.data]).toEqual([Number.NaN, -1, Number.NaN]);
  });
});

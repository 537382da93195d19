// What holds for every op: its graph keeps no handle alive, it leaves nothing behind, and neither does a call that it
// refuses. The table of calls is op-calls.ts.
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { record } from "../src/autograd.ts";
import * as sedge from "../src/entry.ts";
import { memory, mul, ones, seed, sum, Tensor, tidy, zeros } from "../src/entry.ts";
import { type Call, OTHERS, REFUSED, rowsOf, trainable, withGradient, withoutGradient } from "./op-calls.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

it("every exported function is in one of the tables", () => {
  const functions = Object.entries(sedge).filter(([, value]) => typeof value === "function");
  const known = [...Object.keys(withGradient), ...Object.keys(withoutGradient), ...OTHERS];
  expect(functions.map(([name]) => name).sort()).toEqual(known.sort());
});

describe("the graph keeps no handle alive:", () => {
  type Op = Call[1];

  /** The sum of all results, twice, computed through handles that are not leaves. */
  function lossOf(apply: Op, inputs: Tensor[]): Tensor {
    const between = inputs.map((x) => (x.dtype === "float32" ? mul(x, 1) : x.clone()));
    const parts = [apply(...between)].flat().map((y) => sum(mul(y, 2)));
    return parts.reduce((a, b) => a.add(b));
  }

  /** The loss, and all handles that were handed to the finalizer on the way to it. */
  function watched(apply: Op, inputs: Tensor[]): [Tensor, WeakRef<Tensor>[]] {
    const made: WeakRef<Tensor>[] = [];
    const { leave } = Tensor.prototype;
    Tensor.prototype.leave = function (this: Tensor) {
      made.push(new WeakRef(this));
      leave.call(this);
    };
    try {
      return [lossOf(apply, inputs), made];
    } finally {
      Tensor.prototype.leave = leave;
    }
  }

  /** The ops that made those handles which are alive, without the loss. */
  const originsOf = (made: readonly WeakRef<Tensor>[], loss: Tensor): string[] =>
    made.flatMap((ref) => {
      const t = ref.deref();
      return t === undefined || t === loss ? [] : [t.origin];
    });

  /** A loss computed anew, and the ops whose handles are alive although only the loss is held. */
  async function aliveBehind(apply: Op, inputs: Tensor[]): Promise<[Tensor, string[]]> {
    let found: [Tensor, string[]];
    // A handle that the graph captures is alive behind every loss. Now and then, mostly on a busy machine, V8 itself holds
    // one (a collection that had begun while it was in use, code just compiled): that one is not behind the next loss.
    for (let attempt = 1; ; attempt++) {
      seed(1);
      const [loss, made] = watched(apply, inputs);
      for (let collection = 0; collection < 3; collection++) {
        await setImmediate(); // a WeakRef that was just made, or looked at, keeps its target until then
        gc();
      }
      found = [loss, originsOf(made, loss)];
      if (found[1].length === 0 || attempt === 8) return found;
      loss.dispose();
    }
  }

  it.each(rowsOf(withGradient))("$name", async ({ call }) => {
    const inputs = trainable(call);
    const gradients = () => inputs.map((x) => x.grad?.toArray() ?? null);
    seed(1);
    const direct = tidy(() => lossOf(call[1], inputs));
    if (direct.requiresGrad) direct.backward();
    const expected = gradients();
    for (const x of inputs) x.zeroGrad();

    const [loss, alive] = await aliveBehind(call[1], inputs);
    expect(alive).toEqual([]);
    for (const retainGraph of [true, false]) {
      if (loss.requiresGrad) loss.backward({ retainGraph });
      expect(gradients()).toEqual(expected); // the second time too: nothing saved was written to
      for (const x of inputs) x.zeroGrad();
    }
  });

  it("(an op that did would be found)", async () => {
    const captures = (x: Tensor) => record("captures", ones([2]), [x], [], () => [mul(x, 1)]);
    const [, alive] = await aliveBehind(captures, [sedge.variable([1, 2])]);
    expect(alive).toEqual(["mul"]);
  });
});

describe("nothing is left behind, in a scope and out of any:", () => {
  it.each(rowsOf({ ...withGradient, ...withoutGradient }))("$name", ({ call }) => {
    const run = () => {
      const inputs = trainable(call);
      const results = [call[1](...inputs)].flat();
      for (const [i, y] of results.entries()) {
        const gradient = ones(y.shape);
        // results may share their graph
        if (y.requiresGrad) y.backward({ gradient, retainGraph: i < results.length - 1 });
        gradient.dispose();
        y.dispose();
      }
      for (const x of inputs) x.dispose();
    };
    const before = memory().tensors;
    tidy(run);
    expect(memory().tensors, "in a scope").toBe(before);
    run();
    expect(memory().tensors, "out of any").toBe(before);
  });
});

describe("a call that is refused leaves nothing behind:", () => {
  it.each(REFUSED)("%s", (_, make, apply, message) => {
    const operands = tidy(make);
    const before = memory().tensors;
    expect(() => apply(...operands)).toThrow(message);
    expect(memory().tensors).toBe(before);
  });
});

it("a gradient that fails leaves nothing behind, and the engine usable", () => {
  const x = sedge.variable([1, 2]);
  const fails = (backward: (dy: Tensor) => (Tensor | null)[]) =>
    tidy(() => sum(mul(record("fails", ones([2]), [mul(x, 1), mul(x, 2)], [], backward), 3)));
  const broken = [
    fails(() => {
      ones([5]);
      throw new Error("mine");
    }),
    fails((dy) => [mul(dy, 2), zeros([3])]),
    fails((dy) => {
      const released = mul(dy, 2);
      released.dispose();
      return [mul(dy, 2), released];
    }),
    fails((dy) => {
      tidy(); // never closed
      return [dy, dy];
    }),
  ];
  const before = memory().tensors;
  const messages = [
    "mine",
    "fails gave a gradient of shape [3] for an input of [2]",
    "after its release",
    "out of order",
  ];
  for (const [i, loss] of broken.entries()) {
    expect(() => loss.backward({ retainGraph: true })).toThrow(messages[i]);
    expect(memory().tensors, messages[i]).toBe(before);
  }
  expect(x.grad).toBeNull();
  sum(mul(x, x)).backward();
  expect(x.grad!.toArray()).toEqual([2, 4]);
});

it("a gradient may be computed by another backward", () => {
  const [x, y] = [sedge.variable([1, 2]), sedge.variable([3, 4])];
  const inner = sum(mul(y, y));
  const nested = record("nested", ones([2]), [x], [], (dy) => {
    inner.backward();
    return [mul(dy, y.grad!)];
  });
  sum(nested).backward();
  expect(x.grad!.toArray()).toEqual([6, 8]);
});

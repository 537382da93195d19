// Running out of memory in the middle of any op or of its gradient: an error, and nothing left behind. The table of ops
// is op-calls.ts.
import { describe, expect, it } from "vitest";
import { init, memory, tidy, zeros } from "../src/entry.ts";
import { rowsOf, trainable, withGradient, withoutGradient } from "./op-calls.ts";

/** Bytes that tensors may hold here. */
const LIMIT = 2 ** 20;
init({ maxMemory: LIMIT });

/** Calls `fn` with 0, 4, 8 ... bytes left, until it succeeds; `after` each failure. */
function withLittle(fn: () => void, after: (left: number) => void): void {
  for (let left = 0; ; left += 4) {
    const filler = zeros([LIMIT - memory().bytes - left], { dtype: "bool" });
    try {
      fn();
      return;
    } catch (error) {
      expect(String(error)).toContain("out of memory");
    } finally {
      filler.dispose();
    }
    after(left);
  }
}

describe.each(rowsOf({ ...withGradient, ...withoutGradient }))("$name", ({ call }) => {
  it("forward", () => {
    const inputs = trainable(call);
    const before = memory().tensors;
    withLittle(
      () => tidy(() => void call[1](...inputs)),
      (left) => expect(memory().tensors, `with ${left} bytes left`).toBe(before),
    );
    for (const t of inputs) t.dispose();
  });

  it("backward", () => {
    const inputs = trainable(call);
    for (const y of [call[1](...inputs)].flat()) {
      const gradient = zeros(y.shape);
      const during = memory().tensors;
      const clear = () => {
        for (const x of inputs) x.zeroGrad();
      };
      if (y.requiresGrad) {
        withLittle(
          () => y.backward({ gradient, retainGraph: true }),
          (left) => {
            clear();
            expect(memory().tensors, `with ${left} bytes left`).toBe(during);
          },
        );
      }
      clear();
      expect(memory().tensors).toBe(during);
      gradient.dispose();
      y.dispose();
    }
    for (const x of inputs) x.dispose();
  });
});

// Values of the elementwise ops whose rows of op-calls.ts state a reference for single numbers. Other ops are tested in
// files of their own.
import { describe, expect, it } from "vitest";
import { tidy } from "../src/entry.ts";
import { references, rowsOf, withGradient, withoutGradient } from "./op-calls.ts";

describe("the values of its reference:", () => {
  const rows = rowsOf({ ...withGradient, ...withoutGradient }).filter(({ call }) => references.has(call));
  it.each(rows)("$name", ({ call }) => {
    const [operands, apply] = call;
    const reference = references.get(call)!;
    tidy(() => {
      const [x] = operands();
      const y = [apply(x!)].flat()[0]!;
      expect(y.shape).toEqual(x!.shape);
      Array.from(y.data).forEach((v, i) => {
        const want = reference(x!.data[i]!);
        expect(Math.abs(v - want), `element ${i}: ${v}, expected ${want}`).toBeLessThanOrEqual(
          2e-6 * Math.abs(want) + 1e-12,
        );
      });
    });
  });
});

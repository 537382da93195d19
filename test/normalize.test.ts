// Lines of length 1 (src/ops/normalize.ts): norms, the axis, lines of zeros.
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { tensor, variable } from "../src/ops/create.ts";
import { normalize } from "../src/ops/normalize.ts";
import { checkOp, random } from "./check-op.ts";

describe("normalize", () => {
  test.each([1, 2, 3, 2.5, Infinity])("brings every line to length 1 by p = %s", (p) => {
    const y = normalize(random([3, 4, 2], 3), { p });
    for (const [i, k] of [0, 1, 2].flatMap((i) => [0, 1].map((k) => [i, k] as const))) {
      const line = [0, 1, 2, 3].map((j) => Math.abs(y.data[8 * i! + 2 * j + k]!));
      const length = p === Infinity ? Math.max(...line) : line.reduce((a, v) => a + v ** p, 0) ** (1 / p);
      expect(length).toBeCloseTo(1, 5);
    }
  });

  test("has the gradient that differences show", () => {
    for (const p of [1, 2, 3]) checkOp(`normalize ${p}`, (x) => normalize(x, { p, axis: -1 }), [random([3, 5], 3)]);
  });

  test("leaves zeros, divides by eps where a line is shorter, and has no NaN in the gradient", () => {
    const x = variable([
      [0, 0],
      [3e-3, 4e-3],
    ]);
    const y = normalize(x, { eps: 0.01 });
    expect(y.toArray()).toEqual([
      [0, 0],
      [expect.closeTo(0.3, 5), expect.closeTo(0.4, 5)],
    ]);
    y.backward({
      gradient: tensor([
        [1, 1],
        [1, 1],
      ]),
    });
    for (const v of x.grad!.data) expect(v).toBeCloseTo(100, 4);
  });
});

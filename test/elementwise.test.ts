// The whole-array kernels of assembly/elementwise.ts, and the loops of assembly/map.ts under them: every length,
// exact ends. The elementwise functions are tested in unary.test.ts, activation.test.ts, binary.test.ts and kin.
import { describe, expect, test } from "vitest";
import "../src/boot.ts";
import { scratch } from "../src/memory.ts";
import { f32, k } from "../src/wasm.ts";

const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 67];
/** Elements around a slice that must stay as they are. */
const MARGIN = 5;
const MARK = -77;

/** Runs `kernel` on a slice that begins at an odd element, and returns the slice; its neighbours must not change. */
function onSlice(n: number, kernel: (ptr: number) => void): number[] {
  const size = n + 2 * MARGIN;
  const base = scratch(1024);
  f32(base, size).fill(MARK);
  kernel(base + 4 * MARGIN);
  const all = Array.from(f32(base, size));
  expect([...all.slice(0, MARGIN), ...all.slice(MARGIN + n)]).toEqual(Array(2 * MARGIN).fill(MARK));
  return all.slice(MARGIN, MARGIN + n);
}

describe.each(LENGTHS)("of %i elements", (n) => {
  const ramp = Float32Array.from({ length: n }, (_, i) => i + 0.5);

  test("fill writes the slice and nothing around it", () => {
    expect(onSlice(n, (y) => k.fill(y, n, 2.5))).toEqual(Array(n).fill(2.5));
  });

  test("accumulate adds to the slice and nothing around it", () => {
    const x = scratch(2048) + 1024;
    f32(x, n).set(ramp);
    expect(
      onSlice(n, (y) => {
        k.fill(y, n, 1);
        k.accumulate(y, x, n);
      }),
    ).toEqual(Array.from(ramp, (v) => v + 1));
  });

  test("scale multiplies in place", () => {
    expect(
      onSlice(n, (y) => {
        f32(y, n).set(ramp);
        k.scale(y, y, n, -2);
      }),
    ).toEqual(Array.from(ramp, (v) => v * -2));
  });

  test("functions of one and two vectors write exactly n elements", () => {
    const x = scratch(2048) + 1024;
    f32(x, n).set(ramp);
    expect(onSlice(n, (y) => k.neg(y, x, n))).toEqual(Array.from(ramp, (v) => -v));
    expect(onSlice(n, (y) => k.mul(y, x, x, n, 0))).toEqual(Array.from(ramp, (v) => v * v));
    expect(onSlice(n, (y) => k.maximumGrad(y, x, x, x, n, 0))).toEqual(Array.from(ramp, (v) => v / 2));
  });

  test("comparisons write exactly n bytes", () => {
    const x = scratch(2048) + 1024;
    f32(x, n).set(ramp);
    const base = x - 1024;
    const bytes = new Uint8Array(k.memory.buffer, base, n + 2 * MARGIN).fill(9);
    k.eq(base + MARGIN, x, x, n, 0);
    expect(Array.from(bytes)).toEqual([...Array(MARGIN).fill(9), ...Array(n).fill(1), ...Array(MARGIN).fill(9)]);
  });
});

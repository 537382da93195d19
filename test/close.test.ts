// Closeness, replacement of NaN and infinities, fractions, signs and rounded quotients (src/ops/close.ts, frac of round.ts,
// copysign of remainder.ts, div of binary.ts).
import { describe, expect, test } from "vitest";
import "../src/entry.ts";
import { div } from "../src/ops/binary.ts";
import { allclose, isclose, nanToNum } from "../src/ops/close.ts";
import { ones, tensor, variable } from "../src/ops/create.ts";
import { copysign } from "../src/ops/remainder.ts";
import { frac } from "../src/ops/round.ts";

describe("isclose and allclose", () => {
  test("take infinities and NaN as PyTorch does", () => {
    const a = tensor([Infinity, Infinity, 1, NaN, NaN, -Infinity]);
    const b = tensor([Infinity, -Infinity, Infinity, NaN, 1, 1]);
    expect(isclose(a, b).toArray()).toEqual([true, false, false, false, false, false]);
    expect(isclose(a, b, { equalNan: true }).toArray()).toEqual([true, false, false, true, false, false]);
  });

  test("measure by the second operand, and broadcast", () => {
    expect(isclose(tensor([100, 110]), tensor([[110], [100]]), { rtol: 0.095, atol: 0 }).toArray()).toEqual([
      [true, true],
      [true, false],
    ]);
    expect([allclose(ones([2, 3]), 1), allclose(ones([2]), 1.1), allclose(ones([0]), 5)]).toEqual([true, false, true]);
  });

  test("take int32", () => {
    expect(isclose(tensor(new Int32Array([1, 2])), 1).toArray()).toEqual([true, false]);
  });
});

test("nanToNum replaces by the float32 bounds, and has no gradient there", () => {
  const x = variable([NaN, Infinity, -Infinity, 2]);
  const y = nanToNum(x);
  expect(y.toArray()).toEqual([0, 3.4028234663852886e38, -3.4028234663852886e38, 2]);
  y.backward({ gradient: ones([4]) });
  expect(x.grad!.toArray()).toEqual([0, 0, 0, 1]);
  const whole = nanToNum(tensor(new Int32Array([3])));
  expect([whole.dtype, whole.toArray()]).toEqual(["int32", [3]]);
});

test("frac keeps the sign", () => {
  expect(frac(tensor([1.75, -1.75, 2])).toArray()).toEqual([0.75, -0.75, 0]);
});

test("copysign sees the sign of a zero, and has gradient 0 at 0", () => {
  const a = variable([2, -2, 0, 3]);
  const y = copysign(a, tensor([-0, 0, 1, -1]));
  expect(y.toArray()).toEqual([-2, 2, 0, -3]);
  y.backward({ gradient: ones([4]) });
  expect(a.grad!.toArray()).toEqual([-1, -1, 0, -1]);
});

describe("div with a rounding mode", () => {
  const [a, b] = [
    [7, -7, 7, -7, 1, 6],
    [2, 2, -2, -2, 0.1, -3],
  ];
  test("rounds the exact quotient of floats", () => {
    expect(div(tensor(a!), tensor(b!), { roundingMode: "floor" }).toArray()).toEqual([3, -4, -4, 3, 9, -2]);
    expect(div(tensor(a!), tensor(b!), { roundingMode: "trunc" }).toArray()).toEqual([3, -3, -3, 3, 9, -2]);
    expect(div(tensor([1, -1, 0]), 0, { roundingMode: "floor" }).toArray()).toEqual([Infinity, -Infinity, NaN]);
    expect(div(tensor([-2, 2]), Infinity, { roundingMode: "floor" }).toArray()).toEqual([-1, 0]);
  });

  test("keeps int32, beyond the digits of float32", () => {
    const whole = tensor(new Int32Array([2147483647, -2147483647, 16777217, -(2 ** 31), 5]));
    const floor = div(whole, 2, { roundingMode: "floor" });
    expect([floor.dtype, floor.toArray()]).toEqual(["int32", [1073741823, -1073741824, 8388608, -(2 ** 30), 2]]);
    const trunc = div(whole, tensor(new Int32Array([3])), { roundingMode: "trunc" });
    expect([trunc.dtype, trunc.toArray()]).toEqual(["int32", [715827882, -715827882, 5592405, -715827882, 1]]);
  });

  test("has gradient 0", () => {
    const x = variable([7]);
    div(x, 2, { roundingMode: "floor" }).backward();
    expect(x.grad!.toArray()).toEqual([0]);
  });
});

// The mathematics of assembly/math.ts, trig.ts, transcendental.ts and pow.ts against float64 on a dense sample of all
// float32 values: the errors written above each function hold, and special values are right. The ops around them are
// tested in unary.test.ts and kin.
import { describe, expect, test } from "vitest";
import "../src/boot.ts";
import { scratch } from "../src/memory.ts";
import { f32, i32, k } from "../src/wasm.ts";
import { erf, erfc } from "./reference.ts";

/** Values computed at a time. */
const CHUNK = 65536;
/**
 * Every so many of the 2^32 float32 values is tried, 4,000 of each exponent: a prime, so that all significands come up.
 * The bounds are those of every 61st value, which takes minutes; of exp, log, tanh, sigmoid and erf, of every value where they
 * are worst.
 */
const STRIDE = 2053;

/** A unit in the last place of the float32 nearest to x. */
function ulp(x: number): number {
  const a = Math.abs(x);
  return a < 2 ** -126 ? 2 ** -149 : 2 ** (Math.floor(Math.log2(a)) - 23);
}

/**
 * y = kernel(x) in scratch memory, for chunks that `fill` writes as bits until it returns 0; calls `visit` on each
 * value.
 */
function sweep(
  kernel: (y: number, x: number, n: number) => void,
  fill: (bits: Int32Array, chunk: number) => number,
  visit: (x: number, y: number) => void,
): void {
  const x = scratch(8 * CHUNK);
  const y = x + 4 * CHUNK;
  for (let chunk = 0; ; chunk++) {
    const n = fill(i32(x, CHUNK), chunk);
    if (n === 0) return;
    kernel(y, x, n);
    const xs = f32(x, n);
    const ys = f32(y, n);
    for (let i = 0; i < n; i++) visit(xs[i]!, ys[i]!);
  }
}

/** Every STRIDE-th float32. */
function everyFloat(bits: Int32Array, chunk: number): number {
  let n = 0;
  for (let b = chunk * CHUNK * STRIDE; n < CHUNK && b < 2 ** 32; b += STRIDE) bits[n++] = b;
  return n;
}

/** Largest error in ULP; infinities, NaN and zeros that are not the reference's count as infinitely wrong. */
function worst(
  kernel: (y: number, x: number, n: number) => void,
  reference: (x: number) => number,
  domain: (x: number) => boolean = () => true,
): { error: number; at: number } {
  let error = 0;
  let at = 0;
  sweep(kernel, everyFloat, (x, y) => {
    if (!domain(x)) return;
    const want = reference(x);
    const rounded = Math.fround(want);
    const exact = !Number.isFinite(rounded) || !Number.isFinite(y);
    const e = exact ? (Object.is(rounded, y) ? 0 : Infinity) : Math.abs(y - want) / ulp(want);
    if (e > error) {
      error = e;
      at = x;
    }
  });
  return { error, at };
}

/** Near 0, where the difference would lose all digits, by its series. */
function tanhshrink(x: number): number {
  const s = x * x;
  return s < 1e-3 ? x * s * (1 / 3 - s * (2 / 15 - s * (17 / 315 - (s * 62) / 2835))) : x - Math.tanh(x);
}
const logit = (x: number): number => Math.log(x / (1 - x));
/** The normal distribution's function and its density. */
const normal = (x: number): number => erfc(-x / Math.SQRT2) / 2;
const density = (x: number): number => (Math.abs(x) > 40 ? 0 : Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI));
const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

describe("errors over all of float32, in units in the last place", () => {
  test.each<[string, (y: number, x: number, n: number) => void, (x: number) => number, number]>([
    ["exp", (y, x, n) => k.exp(y, x, n), Math.exp, 1.2],
    ["log", (y, x, n) => k.log(y, x, n), Math.log, 0.83],
    ["tanh", (y, x, n) => k.tanh(y, x, n), Math.tanh, 2.5],
    ["sigmoid", (y, x, n) => k.sigmoid(y, x, n), sigmoid, 2.5],
    ["erf", (y, x, n) => k.erf(y, x, n), erf, 1.3],
    ["sin", (y, x, n) => k.sin(y, x, n), Math.sin, 0.51],
    ["cos", (y, x, n) => k.cos(y, x, n), Math.cos, 0.51],
    ["expm1", (y, x, n) => k.expm1(y, x, n), Math.expm1, 0.51],
    ["log1p", (y, x, n) => k.log1p(y, x, n), Math.log1p, 0.51],
    ["log2", (y, x, n) => k.log2(y, x, n), Math.log2, 0.51],
    ["log10", (y, x, n) => k.log10(y, x, n), Math.log10, 0.51],
    ["tan", (y, x, n) => k.tan(y, x, n), Math.tan, 0.51],
    ["asin", (y, x, n) => k.asin(y, x, n), Math.asin, 0.51],
    ["acos", (y, x, n) => k.acos(y, x, n), Math.acos, 0.51],
    ["atan", (y, x, n) => k.atan(y, x, n), Math.atan, 0.51],
    ["sinh", (y, x, n) => k.sinh(y, x, n), Math.sinh, 0.51],
    ["cosh", (y, x, n) => k.cosh(y, x, n), Math.cosh, 0.51],
    ["asinh", (y, x, n) => k.asinh(y, x, n), Math.asinh, 0.51],
    ["acosh", (y, x, n) => k.acosh(y, x, n), Math.acosh, 0.51],
    ["atanh", (y, x, n) => k.atanh(y, x, n), Math.atanh, 0.51],
    ["logit", (y, x, n) => k.logit(y, x, n), logit, 0.51],
    ["erfc", (y, x, n) => k.erfc(y, x, n), erfc, 0.6],
    ["softsign", (y, x, n) => k.softsign(y, x, n), (x) => x / (1 + Math.abs(x)), 0.51],
    ["tanhshrink", (y, x, n) => k.tanhshrink(y, x, n), tanhshrink, 0.51],
  ])("%s", (_name, kernel, reference, bound) => {
    const { error, at } = worst(kernel, reference);
    expect(error, `at ${at}`).toBeLessThan(bound);
  });

  test("softplus and logSigmoid: log(1 + e^±x)", () => {
    const softplus = (y: number, x: number, n: number): void => k.softplus(y, x, n, 1, Infinity);
    const reference = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    const { error, at } = worst(softplus, reference);
    expect(error, `at ${at}`).toBeLessThan(2);
  });

  test("elu", () => {
    const elu = (y: number, x: number, n: number): void => k.elu(y, x, n, 1, 1);
    const { error, at } = worst(elu, (x) => (x > 0 ? x : Math.expm1(x)));
    expect(error, `at ${at}`).toBeLessThan(1.2);
  });

  test.each([
    ["gelu", (x: number) => x * normal(x)],
    ["geluTanh", (x: number) => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))],
  ] as const)("%s: within 2e-7 of |x|", (name, reference) => {
    let worst = 0;
    sweep(
      (y, x, n) => k[name](y, x, n),
      everyFloat,
      (x, y) => {
        if (Number.isFinite(x) && Math.abs(x) > 1e-30) {
          worst = Math.max(worst, Math.abs(y - reference(x)) / Math.abs(x));
        }
      },
    );
    expect(worst).toBeLessThan(2e-7);
  });

  test("gelu has the sign of x, where the normal distribution function ends", () => {
    const [first, last] = new Int32Array(Float32Array.of(-4.5, -6).buffer) as unknown as [number, number];
    let wrong = 0;
    sweep(
      (y, x, n) => k.gelu(y, x, n),
      (bits, chunk) => {
        const from = first + chunk * CHUNK;
        const n = Math.max(0, Math.min(CHUNK, last - from));
        for (let i = 0; i < n; i++) bits[i] = from + i;
        return n;
      },
      (_x, y) => {
        if (y > 0) wrong++;
      },
    );
    expect(wrong).toBe(0);
  });

  test("gelu's slope: within 7e-7", () => {
    let worst = 0;
    sweep(
      (y, x, n) => {
        const ones = scratch(12 * CHUNK) + 8 * CHUNK;
        f32(ones, n).fill(1);
        k.geluGrad(y, ones, x, n);
      },
      everyFloat,
      (x, y) => {
        if (Number.isFinite(x)) worst = Math.max(worst, Math.abs(y - normal(x) - x * density(x)));
      },
    );
    expect(worst).toBeLessThan(7e-7);
  });

  test("mish, where e^x is normal", () => {
    const mish = (y: number, x: number, n: number): void => k.mish(y, x, n);
    const reference = (x: number): number => {
      const e = Math.exp(Math.min(x, 300));
      return (x * e * (e + 2)) / (e * (e + 2) + 2);
    };
    const { error, at } = worst(mish, reference, (x) => x > -87 && x < 1e30);
    expect(error, `at ${at}`).toBeLessThan(5);
  });
});

/** What goes wrong first: NaN, infinities, zeros, subnormals, integers odd and even, halves, and where those end. */
// biome-ignore format: a list of numbers
const SPECIAL = [
  NaN, Infinity, -Infinity, 0, -0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -1.5, 7, -7, 1e-45, -1e-45, 1e-40,
  3.4e38, -3.4e38, 16777215, 16777216, -16777217, 33554432, 1e20, 123456.7,
].map(Math.fround);

/** Operands: special values each with each, any bits, moderate numbers. */
function pairs(mode: "special" | "bits" | "moderate"): [Float32Array, Float32Array] {
  if (mode === "special") {
    const a = SPECIAL.flatMap((v) => SPECIAL.map(() => v));
    return [Float32Array.from(a), Float32Array.from(SPECIAL.flatMap(() => SPECIAL))];
  }
  const n = 8 * CHUNK;
  const bits = new Uint32Array(2 * n);
  let state = 1;
  for (let i = 0; i < bits.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bits[i] = state ^ (state >>> 15);
  }
  if (mode === "bits") return [new Float32Array(bits.buffer, 0, n), new Float32Array(bits.buffer, 4 * n, n)];
  const moderate = Float32Array.from(bits, (b, i) => (b / 2 ** 31 - 1) * (i < n ? 100 : 9));
  return [moderate.subarray(0, n), moderate.subarray(n)];
}

/** Largest error over the pairs. Zeros, infinities and NaN must be the reference's very own. */
function worstOfPairs(
  kernel: (y: number, a: number, b: number, n: number, layout: number) => void,
  reference: (a: number, b: number) => number,
  [a, b]: [Float32Array, Float32Array],
): { error: number; at: string } {
  const n = a.length;
  const bytes = 4 * (n + 4);
  const ptr = scratch(3 * bytes);
  f32(ptr, n).set(a);
  f32(ptr + bytes, n).set(b);
  kernel(ptr + 2 * bytes, ptr, ptr + bytes, n, 0);
  const y = f32(ptr + 2 * bytes, n);
  let error = 0;
  let at = "";
  for (let i = 0; i < n; i++) {
    const want = reference(a[i]!, b[i]!);
    const rounded = Math.fround(want);
    const exact = !Number.isFinite(rounded) || !Number.isFinite(y[i]!) || rounded === 0;
    const e = exact ? (Object.is(rounded, y[i]) ? 0 : Infinity) : Math.abs(y[i]! - want) / ulp(want);
    if (e > error) {
      error = e;
      at = `${a[i]}, ${b[i]}: got ${y[i]}, expected ${rounded}`;
    }
  }
  return { error, at };
}

/** C's pow, where JavaScript's differs: a base of 1, and -1 to an infinite power. */
function pow(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  return x ** y;
}

/** An infinity wins over NaN, which Math.hypot has too. */
const hypot = (a: number, b: number): number => Math.hypot(a, b);

function remainder(a: number, b: number): number {
  const r = a % b;
  return r !== 0 && r < 0 !== b < 0 ? Math.fround(r) + b : r;
}

describe.each(["special", "bits", "moderate"] as const)("functions of two operands on %s pairs", (mode) => {
  test.each<[string, (y: number, a: number, b: number, n: number, l: number) => void, typeof pow, number]>([
    ["pow", (y, a, b, n, l) => k.pow(y, a, b, n, l), pow, 0.51],
    ["atan2", (y, a, b, n, l) => k.atan2(y, a, b, n, l), Math.atan2, 0.51],
    ["hypot", (y, a, b, n, l) => k.hypot(y, a, b, n, l), hypot, 0.51],
    ["fmod", (y, a, b, n, l) => k.fmod(y, a, b, n, l), (a, b) => a % b, 1e-9],
    ["remainder", (y, a, b, n, l) => k.remainder(y, a, b, n, l), remainder, 0.51],
  ])("%s", (_name, kernel, reference, bound) => {
    const { error, at } = worstOfPairs(kernel, reference, pairs(mode));
    expect(error, at).toBeLessThan(bound);
  });
});

describe("special values", () => {
  const special = (kernel: (y: number, x: number, n: number) => void, xs: readonly number[]): number[] => {
    const x = scratch(256);
    f32(x, xs.length).set(xs);
    kernel(x + 128, x, xs.length);
    return Array.from(f32(x + 128, xs.length));
  };
  const inputs = [NaN, Infinity, -Infinity, 0, -0, 1e-45, -1e-45];
  const least = Math.fround(1e-45);

  test("are exact, zeros with their sign", () => {
    const table: Record<string, number[]> = {
      exp: [NaN, Infinity, 0, 1, 1, 1, 1],
      log: [NaN, Infinity, NaN, -Infinity, -Infinity, Math.fround(Math.log(least)), NaN],
      tanh: [NaN, 1, -1, 0, -0, least, -least],
      sigmoid: [NaN, 1, 0, 0.5, 0.5, 0.5, 0.5],
      erf: [NaN, 1, -1, 0, -0, least, -least],
      sin: [NaN, NaN, NaN, 0, -0, least, -least],
      cos: [NaN, NaN, NaN, 1, 1, 1, 1],
      sqrt: [NaN, Infinity, NaN, 0, -0, Math.fround(Math.sqrt(least)), NaN],
      relu: [NaN, Infinity, 0, 0, -0, least, 0],
      sign: [0, 1, -1, 0, 0, 1, -1],
    };
    for (const [name, want] of Object.entries(table)) {
      const kernel = k[name as "exp"];
      expect(special(kernel, inputs), name).toEqual(want);
    }
  });

  test("gelu and silu are 0 for huge negative values and NaN at -Infinity, as PyTorch computes them", () => {
    for (const kernel of [k.gelu, k.geluTanh, k.silu]) {
      expect(special(kernel, [-3.4e38, -1e30, -Infinity, Infinity, NaN])).toEqual([-0, -0, NaN, Infinity, NaN]);
    }
  });

  test("no value depends on its neighbours in a vector", () => {
    const alone = special(k.sin, [0.5, 0.5, 0.5, 0.5])[0];
    expect(special(k.sin, [0.5, 1e30, Infinity, NaN])[0]).toBe(alone);
  });

  test.each(["exp", "sigmoid", "log", "gelu", "geluTanh", "silu"] as const)("nor %s in a block of 16", (name) => {
    const usual = Array.from({ length: 16 }, (_, i) =>
      Math.fround(0.37 + i * 1.7 * (name === "log" || i % 2 ? 1 : -1)),
    );
    const alone = special(k[name], usual);
    const rare = [NaN, Infinity, -Infinity, 0, -0, 1e-45, -1e-45, 1e-40, 88, -88, 100, -100, 3e38, -3e38];
    for (const [i, value] of rare.entries()) {
      const mixed = Object.assign([...usual], { [i]: value });
      const [want] = special(k[name], [value]);
      expect(special(k[name], mixed), `${value}`).toEqual(Object.assign([...alone], { [i]: want }));
    }
  });
});

// The deterministic scalar functions against Math's, which are within a ULP of the truth.
import { describe, expect, it } from "vitest";
import { cosPi, exp, log, pow, power } from "../src/numbers.ts";
import { numbers } from "./optim/gradients.ts";

/** The distance in units in the last place of `expected`. */
const ulps = (got: number, expected: number): number =>
  got === expected ? 0 : Math.abs(got - expected) / 2 ** (Math.floor(Math.log2(Math.abs(expected))) - 52);

const worst = (n: number, measure: (next: () => number) => number): number => {
  const next = numbers(3);
  return Math.max(...Array.from({ length: n }, () => measure(next)));
};

describe("exp", () => {
  it("is within 2 ULP of Math.exp", () => {
    for (const range of [1e-9, 0.5, 5, 700]) {
      expect(
        worst(2000, (next) => {
          const x = next() * range;
          return ulps(exp(x), Math.exp(x));
        }),
      ).toBeLessThan(2);
    }
  });

  it("has its limits", () => {
    expect([exp(0), exp(-Infinity), exp(Infinity), exp(-750), exp(711), exp(Number.NaN)]).toEqual([
      1,
      0,
      Infinity,
      0,
      Infinity,
      Number.NaN,
    ]);
    expect(exp(709.7) / Math.exp(709.7)).toBeCloseTo(1, 14);
    expect(exp(-740)).toBe(Math.exp(-740));
  });
});

describe("log", () => {
  it("is within 3 ULP of Math.log", () => {
    for (const range of [0.001, 0.5, 10, 700]) {
      expect(
        worst(2000, (next) => {
          const x = Math.exp(next() * range);
          return ulps(log(x), Math.log(x));
        }),
      ).toBeLessThan(3);
    }
  });

  it("has its limits", () => {
    expect([log(1), log(0), log(Infinity), log(-1), log(Number.NaN)]).toEqual([0, -Infinity, Infinity, NaN, NaN]);
    expect(log(5e-324)).toBeCloseTo(Math.log(5e-324), 12);
    expect(log(2 ** 1000)).toBeCloseTo(Math.log(2 ** 1000), 12);
  });
});

describe("pow", () => {
  it("is near Math.pow, by as many units as the logarithm of the result", () => {
    const next = numbers(5);
    for (let i = 0; i < 2000; i++) {
      const [x, y] = [Math.exp(3 * next()), 20 * next()];
      const expected = x ** y;
      expect(Math.abs(pow(x, y) / expected - 1)).toBeLessThan(1e-15 * (2 + Math.abs(Math.log(expected))));
    }
  });

  it("is exact for whole exponents of whole numbers, and takes 0", () => {
    expect([pow(2, 10), pow(2, -2), pow(-3, 3), pow(0, 0), pow(0, 0.5), pow(0, -0.5)]).toEqual([
      1024,
      0.25,
      -27,
      1,
      0,
      Infinity,
    ]);
  });
});

describe("cosPi", () => {
  it("is within 1.5 ULP of Math.cos up to pi / 4, and 2^-51 beyond, where pi x is not exact", () => {
    const near = worst(2000, (next) => {
      const x = next() / 4;
      return ulps(cosPi(x), Math.cos(Math.PI * x));
    });
    expect(near).toBeLessThan(1.5);
    const far = worst(2000, (next) => {
      const x = next();
      return Math.abs(cosPi(x) - Math.cos(Math.PI * x));
    });
    expect(far).toBeLessThan(2 ** -51);
  });

  it("is near Math.cos far out, even and of period 2", () => {
    const next = numbers(7);
    for (let i = 0; i < 2000; i++) {
      const x = 50 * next();
      expect(Math.abs(cosPi(x) - Math.cos(Math.PI * x))).toBeLessThan(5e-14);
      expect(cosPi(-x)).toBe(cosPi(x));
    }
  });

  it("is exact at halves, thirds nearly", () => {
    expect([0, 0.5, 1, 1.5, 2, 3, 101, -1].map((x) => cosPi(x) + 0)).toEqual([1, 0, -1, 0, 1, -1, -1, -1]);
    expect(cosPi(1 / 3)).toBeCloseTo(0.5, 15);
  });
});

describe("power", () => {
  it("multiplies exactly what repeated multiplication would", () => {
    expect([0, 1, 2, 3, 10].map((n) => power(2, n))).toEqual([1, 2, 4, 8, 1024]);
    expect(power(0, 0)).toBe(1);
    for (const beta of [0.9, 0.95, 0.999]) {
      let product = 1;
      for (let t = 1; t <= 5000; t++) {
        product *= beta;
        expect(Math.abs(power(beta, t) - product)).toBeLessThanOrEqual(1e-12 * product);
      }
    }
  });
});

// Reference functions in float64 that JavaScript lacks, for tests.

/** The error function: its power series near 0, its complement beyond. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a >= 2.5) return Math.sign(x) * (1 - tail(a));
  if (Number.isNaN(x)) return NaN;
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** 1 - erf(x), to all digits also where that is small. */
export const erfc = (x: number): number => (x >= 2.5 ? tail(x) : 1 - erf(x));

/** 1 - erf(a) for a >= 2.5, by its continued fraction. */
function tail(a: number): number {
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction));
}

// Reference functions in float64 that JavaScript lacks, for tests.

/** The error function: its power series near 0, the continued fraction of its complement beyond. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6 || Number.isNaN(x)) return Number.isNaN(x) ? NaN : Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}

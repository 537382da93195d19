// Functions of float64 numbers, for hyperparameters and schedules: `Math.exp` and kin differ between engines in the last
// bit, so these are made of + - * / and sqrt alone, which are exact to rounding everywhere. Tensors' functions are
// assembly/math.ts. Accuracy is what test/numbers.test.ts measures, in units in the last place (ULP).

/** The first 33 bits of ln(2), so that its product with an exponent is exact, and the rest. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** base^n for an integer n, by squaring: relative error about |n| units of 2^-53 at most. */
export function power(base: number, n: number): number {
  let result = 1;
  let square = base;
  for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return n < 0 ? 1 / result : result;
}

/** e^x: 1 ULP. */
export function exp(x: number): number {
  if (!(x > -746)) return Math.max(x, 0); // a NaN stays
  if (x > 710) return Infinity;
  const n = Math.floor(x / Math.LN2 + 0.5);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let sum = 1; // Taylor's series: |r| <= ln(2) / 2
  for (let i = 14; i > 0; i--) sum = 1 + (r / i) * sum;
  const half = Math.floor(n / 2); // in two factors, since 2^1024 is infinite and 2^-1074 the least
  return sum * power(2, half) * power(2, n - half);
}

/** The natural logarithm: 2 ULP. */
export function log(x: number): number {
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : x > 0 ? x : Number.NaN;
  let n = 0;
  for (; x < Math.SQRT1_2; n--) x *= 2;
  for (; x > Math.SQRT2; n++) x /= 2;
  const f = (x - 1) / (x + 1);
  let sum = 0; // log(x) = 2 (f + f³ / 3 + f⁵ / 5 ...), |f| < 0.172
  for (let i = 23; i > 1; i -= 2) sum = f * f * (sum + 1 / i);
  return n * LN2_HIGH + (2 * f + (2 * f * sum + n * LN2_LOW));
}

/** x^y: exact factors for an integer y; otherwise x is at least 0, and the relative error about 2^-53 * |y log x|. */
export function pow(x: number, y: number): number {
  return Number.isInteger(y) ? power(x, y) : x === 0 ? (y > 0 ? 0 : Infinity) : exp(y * log(x));
}

/** cos(pi x): 1 ULP, and exact where the cosine is -1, 0 or 1. */
export function cosPi(x: number): number {
  let t = Math.abs(x) % 2;
  if (t > 1) t = 2 - t;
  if (t > 0.5) return -cosPi(1 - t);
  // Taylor's series of the cosine, and beyond pi / 4 that of the sine of the complement
  const odd = t > 0.25 ? 1 : 0;
  const a = Math.PI * (odd ? 0.5 - t : t);
  let sum = 1;
  for (let i = 18 + odd; i > 1; i -= 2) sum = 1 - ((a * a) / (i * (i - 1))) * sum;
  return odd ? a * sum : sum;
}

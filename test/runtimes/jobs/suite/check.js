// What the checks of the shared suite are made of: plain comparisons that throw. No test framework runs in every runtime.

/** Whether two values are the same: numbers to the bit of their sign, arrays and typed arrays by elements, objects by keys. */
function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  return keys.length === others.length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/** A value as a message shows it. */
function show(x) {
  if (Object.is(x, -0)) return "-0";
  if (typeof x !== "object" || x === null) return typeof x === "string" ? JSON.stringify(x) : String(x);
  const text = JSON.stringify(x, (_, v) => (typeof v === "number" && !Number.isFinite(v) ? String(v) : v));
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

export function equal(got, expected, what = "value") {
  if (!same(got, expected)) throw new Error(`${what}: expected ${show(expected)}, got ${show(got)}`);
}

export function ok(condition, expected) {
  if (!condition) throw new Error(`expected ${expected}`);
}

/** A tensor, or nested lists, as one flat list of numbers. */
const flat = (x) => (x?.data !== undefined ? [...x.data] : typeof x === "number" ? [x] : x.flat(Infinity));

/** Numbers within `tolerance` of what they should be, relative to those above 1. */
export function close(got, expected, tolerance = 1e-5) {
  const [a, b] = [flat(got), flat(expected)];
  equal(a.length, b.length, "number of elements");
  a.forEach((x, i) => {
    const near = Math.abs(x - b[i]) <= tolerance * Math.max(1, Math.abs(b[i]));
    if (!near) throw new Error(`element ${i}: expected ${b[i]} within ${tolerance}, got ${x}`);
  });
}

/** The error that `fn` throws, which must be of a type and say what the pattern says. */
export function throws(fn, type, pattern) {
  let error;
  try {
    fn();
  } catch (thrown) {
    error = thrown;
  }
  if (error === undefined) throw new Error(`expected an error, got none: ${pattern}`);
  if (!(error instanceof type) || !pattern.test(error.message)) {
    throw new Error(`expected a ${type.name} that says ${pattern}, got ${error}`);
  }
  return error;
}

/** Numbers that repeat late, have both signs and no pattern that a kernel could meet by accident. */
export const values = (n, seed = 1) =>
  Float32Array.from({ length: n }, (_, i) => (((i + seed) * 7919) % 997) / 498.5 - 1);

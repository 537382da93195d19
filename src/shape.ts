// Pure shape arithmetic and argument checks. Imports nothing; knows neither tensors nor memory.

/** Sizes of a tensor's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Most axes a tensor may have: what the kernels' descriptors hold. */
export const MAX_RANK = 8;

/** Longest axis: kernels count in 32 bits with a sign. */
const MAX_SIZE = 2 ** 31 - 1;

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i]!;
  return n;
}

/** Row-major strides of a contiguous tensor, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let n = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = n;
    n *= shape[i]!;
  }
  return strides;
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The shape with another size for one axis. */
export const replaced = (shape: Shape, axis: number, size: number): number[] =>
  shape.map((d, i) => (i === axis ? size : d));

/** The shape without one axis. */
export const without = (shape: Shape, axis: number): number[] => shape.filter((_, i) => i !== axis);

/** A shape as text: `[2, 3]`. */
export const show = (shape: Shape): string => `[${shape.join(", ")}]`;

/** What came, as text for an error message. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value))
    return value.length > 8 ? `an array of ${value.length}` : `[${value.map(describe).join(", ")}]`;
  if (value === null || typeof value !== "object") {
    return typeof value === "function" ? "a function" : String(value);
  }
  const name = value.constructor?.name ?? "Object"; // an object may have no prototype
  return name === "Object" ? "an object" : `${/^([AEIO]|U(?!i))/.test(name) ? "an" : "a"} ${name}`;
}

/** The error `op: expected <expected>, got <got>`; `got` is text already. */
export const fault = (op: string, expected: string, got: string | number, kind = RangeError): Error =>
  new kind(`${op}: expected ${expected}, got ${got}`);

/** The same of any value: shapes, strings and objects are described. */
export function refusal(op: string, expected: string, value: unknown, kind = RangeError): Error {
  const got = describe(value);
  // "expected a tensor, got a Tensor" would leave one at a loss
  const isTwin = got === "a Tensor" && /^(.* to be )?a tensor( or |$)/.test(expected);
  return fault(op, expected, isTwin ? `${got} of another copy of sedge in this program` : got, kind);
}

/** Whether a value is bytes, maybe of another realm: in Jest those of a file are. */
export const isBytes = (value: unknown): value is Uint8Array =>
  Object.prototype.toString.call(value) === "[object Uint8Array]";

/** The common shape of operands by NumPy's rules: aligned at the last axis, sizes equal or 1. */
export function broadcastShapes(op: string, ...shapes: Shape[]): number[] {
  const rank = Math.max(...shapes.map((s) => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 1; i <= shape.length; i++) {
      const d = shape[shape.length - i]!;
      const at = rank - i;
      if (d === 1 || d === out[at]) continue;
      if (out[at] !== 1) {
        throw fault(op, "shapes that broadcast together", shapes.map(show).join(" and "));
      }
      out[at] = d;
    }
  }
  return out;
}

/** An axis counted from the front; negative ones count from the end, as in Python. */
export function normalizeAxis(op: string, axis: unknown, rank: number, name = "axis"): number {
  if (typeof axis !== "number" || !Number.isInteger(axis)) {
    throw refusal(op, `${name} to be an integer`, axis, TypeError);
  }
  const bound = Math.max(rank, 1);
  if (axis < -bound || axis >= bound) {
    throw refusal(op, `${name} from ${-bound} to ${bound - 1} for rank ${rank}`, axis);
  }
  return axis < 0 ? axis + bound : axis;
}

/** Sorted, distinct axes counted from the front; all of them when `axis` is undefined. */
export function normalizeAxes(op: string, axis: number | readonly number[] | undefined, rank: number): number[] {
  if (axis === undefined) {
    // a loop, as an iterator takes longer than a small op
    const all: number[] = [];
    for (let i = 0; i < rank; i++) all.push(i);
    return all;
  }
  const list = (Array.isArray(axis) ? axis : [axis]).map((a: unknown) => normalizeAxis(op, a, rank));
  if (new Set(list).size !== list.length) throw refusal(op, "distinct axes", list);
  return rank === 0 ? [] : list.sort((a, b) => a - b);
}

/** Refuses a name in a trailing options object that the op does not know. */
export function checkOptions(op: string, options: object | undefined, allowed: readonly string[]): void {
  if (options === undefined) return;
  const isObject = options !== null && typeof options === "object" && !Array.isArray(options);
  const unknown = isObject ? firstUnknown(options, allowed) : "";
  if (unknown === undefined) return;
  const names = allowed.join(", ");
  // a tensor or a layer was not meant to be options, whatever its fields are called
  throw new TypeError(
    isObject && describe(options) === "an object"
      ? `${op}: unknown option ${describe(unknown)}; expected ${names && "one of "}${names || "none"}`
      : `${op}: expected options to be an object, got ${describe(options)}${names && `; the options are ${names}`}`,
  );
}

function firstUnknown(options: object, allowed: readonly string[]): string | undefined {
  for (const name in options) if (!allowed.includes(name)) return name;
  return undefined;
}

/**
 * Options with their defaults filled in. Refuses names that have no default, and a value of another kind where the
 * default is a number or a boolean; ranges are the caller's to check.
 */
export function readOptions<T extends object>(
  op: string,
  given: { [K in keyof T]?: T[K] | undefined } | undefined,
  defaults: T,
): T {
  checkOptions(op, given, Object.keys(defaults));
  const options = { ...defaults };
  for (const name in given) {
    const value = given[name];
    if (value === undefined) continue;
    if (typeof defaults[name] === "number") checkNumber(op, name, value);
    else if (typeof defaults[name] === "boolean") checkBoolean(op, name, value);
    options[name] = value as T[typeof name];
  }
  return options;
}

/** Throws `op: expected <expected>, got <value>` unless `ok`: for what no check below says. Its text is made in any case. */
export function demand(ok: boolean, op: string, expected: string, value: unknown, kind = RangeError): asserts ok {
  if (!ok) throw refusal(op, expected, value, kind);
}

/** An integer in [min, max]. */
export function checkInt(op: string, name: string, value: unknown, min = -Infinity, max = Infinity): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw refusal(op, `${name} to be an integer`, value, TypeError);
  }
  if (value < min || value > max) throw outOfRange(op, name, value, min, max);
  return value;
}

/** A number in [min, max]; never NaN. */
export function checkNumber(op: string, name: string, value: unknown, min = -Infinity, max = Infinity): number {
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw refusal(op, `${name} to be a number`, value, TypeError);
  }
  if (value < min || value > max) throw outOfRange(op, name, value, min, max);
  return value;
}

function outOfRange(op: string, name: string, value: number, min: number, max: number): RangeError {
  const range = max === Infinity ? `at least ${min}` : min === -Infinity ? `at most ${max}` : `from ${min} to ${max}`;
  return refusal(op, `${name} ${range}`, value);
}

/** A boolean. */
export function checkBoolean(op: string, name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw refusal(op, `${name} to be a boolean`, value, TypeError);
  return value;
}

/** A text that is not empty, as a path. */
export function checkText(op: string, name: string, value: unknown): string {
  if (typeof value !== "string" || value === "") {
    throw refusal(op, `${name} to be text`, value, TypeError);
  }
  return value;
}

/** A list of at most eight sizes, each a non-negative integer. */
export function checkShape(op: string, shape: unknown, name = "shape"): Shape {
  if (!Array.isArray(shape)) {
    throw refusal(op, `${name} to be an array of sizes`, shape, TypeError);
  }
  if (shape.length > MAX_RANK) {
    throw refusal(op, `${name} of at most ${MAX_RANK} axes`, shape.length);
  }
  for (const d of shape) {
    if (typeof d !== "number" || !Number.isInteger(d)) {
      throw refusal(op, `${name} of whole sizes`, shape, TypeError);
    }
    if (d < 0 || d > MAX_SIZE) {
      const bound = d < 0 ? "at least 0" : `at most ${MAX_SIZE}`;
      throw refusal(op, `${name} of sizes ${bound}`, shape);
    }
  }
  return shape;
}

/** A value for each of `n` axes: one integer for all, or a list. */
export function perAxis(op: string, name: string, value: unknown, n: number, min: number): number[] {
  if (!Array.isArray(value)) return new Array<number>(n).fill(checkInt(op, name, value, min));
  if (value.length === n) return value.map((v) => checkInt(op, name, v, min));
  throw refusal(op, `${name} to be an integer or ${listOf(n)}`, value);
}

/** One to three numbers, in messages. */
export const listOf = (n: number): string => ["", "a list of one", "a pair", "a list of three"][n]!;

/** A value for height and width: one integer for both, or a pair. */
export const pair = (op: string, name: string, value: unknown, min: number): [number, number] =>
  perAxis(op, name, value, 2, min) as [number, number];

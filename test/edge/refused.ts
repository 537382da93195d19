// Requests that the Worker of examples/edge must refuse: what is asked, the status, and what the error says; and files that
// are no models of its own.
import { blobs, form, post } from "./requests.ts";

/** What it is, the status, the path, the request, and the error. */
export type Refused = [what: string, status: number, path: string, init: () => RequestInit, error: RegExp];

const good = (): { rows: unknown[][]; labels: unknown[] } => blobs(6, 2);
const train = (what: string, change: object, error: RegExp): Refused => [
  what,
  422,
  "/train",
  () => post({ ...good(), ...change }),
  error,
];
const put = (x: unknown): { rows: unknown[][] } => {
  const { rows } = good();
  rows[3]![1] = x;
  return { rows };
};
const fill = (n: number, m: number): number[][] => Array.from({ length: n }, () => Array(m).fill(0));
const text = (body: string | undefined, type: string | null = "application/json"): RequestInit => ({
  method: "POST",
  ...(type && { headers: { "content-type": type } }),
  ...(body !== undefined && { body: new TextEncoder().encode(body) }),
});

export const refused: Refused[] = [
  ["another path", 404, "/", () => ({}), /^path: expected \/train or \/predict, got \/$/],
  ["a path of a prototype", 404, "/constructor", () => text("{}"), /^path: .*got \/constructor$/],
  ["a long path", 404, `/${"x".repeat(5000)}`, () => ({}), /^path: /],
  ["GET", 405, "/train", () => ({}), /^method: expected POST, got GET$/],
  ["PUT", 405, "/predict", () => ({ method: "PUT", body: "x" }), /^method: expected POST, got PUT$/],
  ["no type", 415, "/train", () => text("{}", null), /^content-type: expected application\/json, got nothing$/],
  ["another type", 415, "/train", () => text("{}", "text/plain"), /got text\/plain$/],
  ["JSON to predict from", 415, "/predict", () => post({}), /^content-type: expected multipart\/form-data, got app/],
  ["too large a body", 413, "/train", () => text(" ".repeat(2 ** 20 + 1)), /^body: expected at most 1048576 bytes/],
  ["far too large a body", 413, "/train", () => text(" ".repeat(2e7)), /^body: .* bytes, got 20000000$/],
  ["too large a form", 413, "/predict", () => form(new Uint8Array(2 ** 20)), /^body: expected at most 1048576 bytes/],
  ["no body", 400, "/train", () => text(undefined), /^body: expected JSON, got "" \(/],
  ["half a JSON", 400, "/train", () => text('{"rows":'), /^body: expected JSON, got "{\\"rows\\":" \(/],
  ["NaN in JSON", 400, "/train", () => text('{"rows":[[NaN]]}'), /^body: expected JSON, got /],
  ["deep JSON", 400, "/train", () => text("[".repeat(2 ** 20)), /^body: expected JSON of at most 4 levels, got more$/],
  [
    "deep objects",
    400,
    "/train",
    () => text('{"a\\\\\\"":'.repeat(1e5)),
    /^body: expected JSON of at most 4 levels, got more$/,
  ],
  [
    "brackets in text",
    422,
    "/train",
    () => text('["[[[[\\"[[", "{{{{"]'),
    /^body: expected an object of rows, .* array of 2$/,
  ],
  ["null", 422, "/train", () => text("null"), /^body: expected an object of rows, labels, .*, got null$/],
  train("an unknown field", { epoch: 3 }, /^body: expected no fields but rows, .*, got "epoch"$/),
  train("no rows", { rows: undefined }, /^rows: expected an array of arrays of numbers, got nothing$/),
  train("rows that are none", { rows: { length: 3 } }, /^rows: expected an array of arrays of numbers, got an object$/),
  train("empty rows", { rows: [] }, /^rows: expected 1 to 10000 rows, got an array of 0$/),
  train("too many rows", { rows: fill(10_001, 1) }, /^rows: expected 1 to 10000 rows, got an array of 10001$/),
  train(
    "rows without columns",
    { rows: fill(6, 0) },
    /^rows\[0\].length: expected a whole number from 1 to 64, got 0$/,
  ),
  train("too many columns", { rows: fill(6, 65) }, /^rows\[0\].length: expected .* to 64, got 65$/),
  train("ragged rows", { rows: [[1, 2], [3]] }, /^rows\[1\]: expected 2 numbers, got an array of 1$/),
  train("a row that is none", { rows: [[1, 2], "34"] }, /^rows\[1\]: expected 2 numbers, got "34"$/),
  train("null in a row", put(null), /^rows\[3\]\[1\]: expected a number from -1000000000000000 to .*, got null$/),
  train("text in a row", put("1"), /^rows\[3\]\[1\]: .* got "1"$/),
  train("a number too large", put(-1e16), /^rows\[3\]\[1\]: .* got -10000000000000000$/),
  train("an array in a row", put([1]), /^rows\[3\]\[1\]: .* got an array of 1$/),
  ["infinity", 422, "/train", () => text('{"rows":[[1e999]],"labels":[1]}'), /^rows\[0\]\[0\]: expected a number from/],
  train("no labels", { labels: undefined }, /^labels: expected an array of strings or numbers, got nothing$/),
  train("too few labels", { labels: [1, 2] }, /^labels: expected 6 labels, one for each row, got an array of 2$/),
  train(
    "a label that is none",
    { labels: [0, 1, true, 0, 1, 1] },
    /^labels\[2\]: expected a number or a string of .* got true/,
  ),
  train(
    "a long label",
    { labels: [..."abcde", "f".repeat(65)] },
    /^labels\[5\]: .* at most 64 characters, got "f{39}\.\.\.$/,
  ),
  train("one class", { labels: Array(6).fill("a") }, /^labels: expected 2 to 32 different ones, got 1$/),
  train("many classes", { rows: fill(33, 1), labels: [...fill(33, 1).keys()] }, /^labels: expected 2 to 32 .* got 33$/),
  train("no epochs", { epochs: 0 }, /^epochs: expected a whole number from 1 to 1000, .*6 rows and 99 weights, got 0$/),
  train("half an epoch", { epochs: 1.5 }, /^epochs: .* got 1.5$/),
  train("epochs that are null", { epochs: null }, /^epochs: .* got null$/),
  train(
    "too much work",
    { rows: fill(9600, 2), labels: fill(1600, 6).flatMap(() => [..."abcdef"]), epochs: 900 },
    /^epochs: expected a whole number from 1 to 401, .*9600 rows and 150 weights, got 900$/,
  ),
  train("too large a layer", { hidden: 65 }, /^hidden: expected a whole number from 1 to 64, got 65$/),
  train("a negative seed", { seed: -1 }, /^seed: expected a whole number from 0 to 9007199254740991, got -1$/),
  train("a share too large", { holdOut: 0.6 }, /^holdOut: expected a share from 0 to 0.5, got 0.6$/),
  [
    "a form that is none",
    400,
    "/predict",
    () => text("x", "multipart/form-data"),
    /^body: expected multipart\/form-data, /,
  ],
  [
    "a form cut off",
    400,
    "/predict",
    () => text("--x\r\nContent-", "multipart/form-data; boundary=x"),
    /^body: expected m/,
  ],
  ["no model", 422, "/predict", () => form(undefined, [[1]]), /^model: expected a file of POST \/train, got none$/],
  [
    "a model that is text",
    422,
    "/predict",
    () => form("{}", [[1]]),
    /^model: expected a file of POST \/train, got none$/,
  ],
  ["no rows to predict", 422, "/predict", () => form(new Uint8Array(8)), /^rows: expected .* numbers, got nothing$/],
];

/** Files that are no models of the Worker's own. */
export function broken(model: Uint8Array): [what: string, bytes: Uint8Array][] {
  const view = new DataView(model.buffer, model.byteOffset);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(model.subarray(8, 8 + length)));
  const data = model.subarray(8 + length);
  const file = (text: string, bytes = data): Uint8Array => {
    const head = new TextEncoder().encode(text);
    const all = new Uint8Array(8 + head.length + bytes.length);
    new DataView(all.buffer).setBigUint64(0, BigInt(head.length), true);
    all.set(head, 8);
    all.set(bytes, 8 + head.length);
    return all;
  };
  const changed = (change: object): Uint8Array => file(JSON.stringify({ ...header, ...change }));
  const meta = (metadata: object | undefined): Uint8Array => changed({ __metadata__: metadata });
  const tensor = (name: string, change: object): Uint8Array => changed({ [name]: { ...header[name], ...change } });
  const nan = data.map((_, i) => (i % 4 < 2 ? 0 : i % 4 === 2 ? 0xc0 : 0x7f));
  const large = (n: bigint): Uint8Array => {
    const bytes = model.slice();
    new DataView(bytes.buffer).setBigUint64(0, n, true);
    return bytes;
  };
  const none = { dtype: "F32", data_offsets: [0, 0] };
  const { "hidden.weight": _, ...rest } = header;
  const deep = "[".repeat(1e5);
  return [
    ["no bytes", new Uint8Array(0)],
    ["text", new TextEncoder().encode("a model, is it not?")],
    ["zeros", new Uint8Array(1000)],
    ["half of it", model.subarray(0, model.length / 2)],
    ["a byte more", Uint8Array.of(...model, 0)],
    ["a header of 2^63 bytes", large(2n ** 63n)],
    ["a header of 2^64 - 1 bytes", large(2n ** 64n - 1n)],
    ["a header without end", file(deep)],
    ["a deep header", file(`{"a":${deep}${"]".repeat(1e5)}}`)],
    ["no metadata", meta(undefined)],
    ["no classes", meta({})],
    ["classes that are no JSON", meta({ classes: "a,b,c" })],
    ["classes that are no array", meta({ classes: '{"length":3}' })],
    ["one class", meta({ classes: '["a"]' })],
    ["a class too many", meta({ classes: '["a","b","c","d"]' })],
    ["a class of another kind", meta({ classes: '["a","b",{}]' })],
    ["deep classes", meta({ classes: deep + "]".repeat(1e5) })],
    ["a tensor too few", file(JSON.stringify(rest))],
    ["a tensor of another type", tensor("mean", { dtype: "I32" })],
    ["a tensor of another shape", tensor("mean", { shape: [1, 3] })],
    ["a matrix that is none", tensor("hidden.weight", { shape: [48] })],
    ["a tensor of another place", tensor("mean", { data_offsets: [0, 12] })],
    ["a tensor of negative size", tensor("mean", { shape: [-3] })],
    ["a tensor of huge size", tensor("mean", { shape: [2 ** 40, 2 ** 40] })],
    ["NaN for weights", file(JSON.stringify(header), nan)],
    [
      "a layer of a billion units and no columns",
      file(
        JSON.stringify({ __metadata__: header.__metadata__, "hidden.weight": { ...none, shape: [1e9, 0] } }),
        new Uint8Array(0),
      ),
    ],
    ["names of a prototype", file(JSON.stringify({ constructor: { ...none, shape: [0] } }), new Uint8Array(0))],
    [
      "thousands of empty tensors",
      file(
        `{${Array.from({ length: 10_000 }, (_, i) => `"${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join()}}`,
        new Uint8Array(0),
      ),
    ],
  ];
}

/** Copies with one to three bytes changed, the same whenever and wherever. */
export function* damaged(model: Uint8Array, n: number): Generator<Uint8Array> {
  let state = 1;
  const below = (limit: number): number => {
    state = (state * 16807) % 2147483647; // the minimal standard generator
    return state % limit;
  };
  for (let i = 0; i < n; i++) {
    const bytes = model.slice();
    for (let k = below(3); k >= 0; k--) bytes[below(bytes.length)] = below(256);
    yield bytes;
  }
}

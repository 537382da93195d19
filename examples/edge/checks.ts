// What this Worker accepts: limits, and the refusal of all beyond them. Change the limits here. It knows no tensors.

/** Most bytes of a body. The 128 MB of an isolate are for all the requests that it has at the time. */
const MAX_BODY = 2 ** 20;
const MAX_ROWS = 10_000;
const MAX_COLUMNS = 64;
const MAX_HIDDEN = 64;
const MAX_CLASSES = 32;
const MAX_LABEL = 64;
const MAX_EPOCHS = 1000;
/** Sums of squares of such numbers are finite as float32. */
const MAX_NUMBER = 1e15;
/** Most milliseconds of a training, by estimate. */
const MAX_COST = 5000;
/** Rows of a step of training. */
export const BATCH = 32;

/**
 * Milliseconds of a training: what a step takes whatever it holds, and what its weights add; README.md has the figures.
 * Estimated beforehand, since the clock of a Worker stands still while it computes.
 */
const cost = (steps: number, weights: number): number => steps * (0.04 + weights / 100_000);

/** An answer in the 400s: the field, what was expected and what came. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** A value in an error's words, short whatever it is. */
function told(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

function demand(met: boolean, field: string, expected: string, got: unknown): asserts met {
  if (!met) throw new Refusal(422, `${field}: expected ${expected}, got ${told(got)}`);
}

function whole(field: string, value: unknown, least: number, most: number, limit = String(most)): number {
  const met = Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  demand(met, field, `a whole number from ${least} to ${limit}`, value);
  return value as number;
}

/** The body, if it is of one media type and not too large. */
export async function readBody(request: Request, type: string): Promise<Response> {
  const sent = request.headers.get("content-type") ?? "nothing";
  if (sent.split(";")[0]!.trim().toLowerCase() !== type) {
    throw new Refusal(415, `content-type: expected ${type}, got ${sent.slice(0, 80)}`);
  }
  let bytes = 0;
  // what is too much is read and dropped: to break off would close the connection, maybe before the answer is read
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes <= MAX_BODY) controller.enqueue(chunk);
    },
  });
  const body = await new Response(request.body?.pipeThrough(counted)).arrayBuffer();
  if (bytes > MAX_BODY) throw new Refusal(413, `body: expected at most ${MAX_BODY} bytes, got ${bytes}`);
  return new Response(body, { headers: { "content-type": sent } });
}

/** One level more than what is asked for has, so that the error names the place. */
const MAX_DEPTH = 4;

/** Whether JSON is nested deeper than it may: to parse a megabyte of brackets takes more memory than an isolate has. */
function isDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted && c === "\\") i++;
    else if (c === '"') quoted = !quoted;
    else if (!quoted && (c === "[" || c === "{")) depth++;
    else if (!quoted && (c === "]" || c === "}")) depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

export function readJson(field: string, text: string): unknown {
  if (isDeep(text)) throw new Refusal(400, `${field}: expected JSON of at most ${MAX_DEPTH} levels, got more`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, `${field}: expected JSON, got ${told(text)} (${(error as Error).message.slice(0, 80)})`);
  }
}

/** Rows of finite numbers, all of `columns`, or as many as the first has. */
export function readRows(rows: unknown, columns?: number): number[][] {
  demand(Array.isArray(rows), "rows", "an array of arrays of numbers", rows);
  demand(rows.length > 0 && rows.length <= MAX_ROWS, "rows", `1 to ${MAX_ROWS} rows`, rows);
  const first: unknown = rows[0];
  demand(Array.isArray(first), "rows[0]", "an array of numbers", first);
  const width = columns ?? whole("rows[0].length", first.length, 1, MAX_COLUMNS);
  rows.forEach((row: unknown, i) => {
    demand(Array.isArray(row) && row.length === width, `rows[${i}]`, `${width} numbers`, row);
    row.forEach((x: unknown, j) => {
      const met = typeof x === "number" && Math.abs(x) <= MAX_NUMBER;
      demand(met, `rows[${i}][${j}]`, `a number from -${MAX_NUMBER} to ${MAX_NUMBER}`, x);
    });
  });
  return rows;
}

export type Label = string | number;

function readLabels(field: string, labels: unknown): Label[] {
  demand(Array.isArray(labels), field, "an array of strings or numbers", labels);
  labels.forEach((label: unknown, i) => {
    const met = typeof label === "string" ? label.length <= MAX_LABEL : Number.isFinite(label);
    demand(met, `${field}[${i}]`, `a number or a string of at most ${MAX_LABEL} characters`, label);
  });
  return labels;
}

/** The different ones among labels, in the order of their coming. */
export function readClasses(field: string, labels: unknown): Label[] {
  const classes = [...new Set(readLabels(field, labels))];
  const { length } = classes;
  demand(length >= 2 && length <= MAX_CLASSES, field, `2 to ${MAX_CLASSES} different ones`, length);
  return classes;
}

/** Hidden units and columns of a file's model, within what /train makes. */
export function readSizes(shape: readonly number[] | undefined): [hidden: number, columns: number] {
  demand(shape?.length === 2, "hidden.weight", "a matrix", shape);
  return [whole("hidden units", shape[0], 1, MAX_HIDDEN), whole("columns", shape[1], 1, MAX_COLUMNS)];
}

/** What /train is asked for, checked. */
export interface Training {
  rows: number[][];
  /** A class for each row, by its place in `classes`. */
  targets: number[];
  classes: Label[];
  epochs: number;
  hidden: number;
  seed: number;
  holdOut: number;
}

const FIELDS = ["rows", "labels", "epochs", "hidden", "seed", "holdOut"];

export function readTraining(body: unknown): Training {
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  demand(isObject, "body", `an object of ${FIELDS.join(", ")}`, body);
  const unknown = Object.keys(body).find((name) => !FIELDS.includes(name));
  demand(unknown === undefined, "body", `no fields but ${FIELDS.join(", ")}`, unknown);
  const { epochs = 50, hidden = 16, seed = 0, holdOut = 0, ...given } = body as Record<string, unknown>;
  const rows = readRows(given.rows);
  const labels = readLabels("labels", given.labels);
  demand(labels.length === rows.length, "labels", `${rows.length} labels, one for each row`, labels);
  const classes = readClasses("labels", labels);
  const units = whole("hidden", hidden, 1, MAX_HIDDEN);
  const weights = (rows[0]!.length + 1) * units + (units + 1) * classes.length;
  const most = Math.min(MAX_EPOCHS, Math.floor(MAX_COST / cost(Math.ceil(rows.length / BATCH), weights)));
  const fits = `${most}, which is what the time suffices for with ${rows.length} rows and ${weights} weights`;
  demand(typeof holdOut === "number" && holdOut >= 0 && holdOut <= 0.5, "holdOut", "a share from 0 to 0.5", holdOut);
  return {
    rows,
    targets: labels.map((label) => classes.indexOf(label)),
    classes,
    epochs: whole("epochs", epochs, 1, most, fits),
    hidden: units,
    seed: whole("seed", seed, 0, Number.MAX_SAFE_INTEGER),
    holdOut,
  };
}

// Requests to the Worker of examples/edge that it must serve, and the data in them, made up.

export const post = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

export function form(model?: Uint8Array | string, rows?: unknown): RequestInit {
  const body = new FormData();
  if (model !== undefined) {
    body.append("model", typeof model === "string" ? model : new Blob([model as Uint8Array<ArrayBuffer>]));
  }
  if (rows !== undefined) body.append("rows", typeof rows === "string" ? rows : JSON.stringify(rows));
  return { method: "POST", body };
}

const TREES = ["ash", "birch", "cedar"];

/** Rows around a centre for each class, in turn; the same whenever and wherever. */
export function blobs(n: number, columns = 3, classes = 3): { rows: number[][]; labels: string[] } {
  let state = 1;
  const uniform = (): number => {
    state = (state * 16807) % 2147483647; // the minimal standard generator
    return state / 2147483647;
  };
  const label = (i: number): string => TREES[i % classes] ?? `tree ${i % classes}`;
  const row = (i: number): number[] =>
    Array.from({ length: columns }, (_, j) => (i % classes === j % classes ? 2 : 0) + uniform() + uniform() - 1);
  const rows = Array.from({ length: n }, (_, i) => row(i).map((x) => Number(x.toFixed(2))));
  return { rows, labels: rows.map((_, i) => label(i)) };
}

/** Rows and weights that fill a body, to the limits of examples/edge/checks.ts. */
export function largest(epochs: number) {
  const { rows, labels } = blobs(6000, 64, 32);
  return { rows: rows.map((row) => row.map((x) => (x > 0.5 ? 1 : 0))), labels, hidden: 64, epochs };
}

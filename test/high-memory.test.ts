// Above 2 GB addresses do not fit a signed 32-bit integer, which is what JavaScript hands to a kernel. Every op gives the
// same there as below. The table of ops is op-calls.ts.
import { beforeAll, describe, expect, it } from "vitest";
import { ones, seed, type Tensor, tidy } from "../src/entry.ts";
import { empty } from "../src/tensor.ts"; // uninitialised, so that no page is touched
import { type Call, rowsOf, trainable, withGradient, withoutGradient } from "./op-calls.ts";

const rows = rowsOf({ ...withGradient, ...withoutGradient });

/** Bytes of the largest tensor. */
const BLOCK = 2 ** 30 - 64;

/** Results and gradients as numbers, and the lowest address among them. */
function outcome(call: Call): { values: unknown[]; lowest: number } {
  return tidy(() => {
    seed(1);
    const inputs = trainable(call);
    const results = [call[1](...inputs)].flat();
    // results may share their graph
    for (const y of results) if (y.requiresGrad) y.backward({ gradient: ones(y.shape), retainGraph: true });
    const all = [...results, ...inputs, ...inputs.flatMap((x) => x.grad ?? [])];
    return { values: all.map((t) => t.toArray()), lowest: Math.min(...all.map((t) => t.ptr)) };
  });
}

const held: Tensor[] = [];

/** Takes all blocks of a size that are below 2 GB. */
function fill(size: number): void {
  let block = empty([size >> 2]);
  for (; block.ptr < 2 ** 31; block = empty([size >> 2])) held.push(block);
  block.dispose();
}

describe("above 2 GB", () => {
  const below = new Map<string, unknown>();
  beforeAll(() => {
    for (const { name, call } of rows) below.set(name, outcome(call).values);
    for (let size = BLOCK; size >= 8; size /= 2) fill(size); // down to one vector
  });

  it.each(rows)("$name", ({ name, call }) => {
    const { values, lowest } = outcome(call);
    expect(lowest).toBeGreaterThan(2 ** 31);
    expect(values).toEqual(below.get(name));
  });
});

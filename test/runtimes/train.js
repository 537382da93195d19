// Trains every model of models.js with the built package and prints one line of JSON: SHA-256 sums of the parameters'
// and the losses' bytes. Run by scripts/repro.ts in each runtime.
import * as sedge from "../../dist/index.js";
import { models } from "./models.js";

/** The SHA-256 of the bytes of some typed arrays, in order. */
async function sha256(arrays) {
  const parts = arrays.map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const results = {};
for (const [name, train] of Object.entries(models)) {
  const { weights, losses } = train(sedge);
  results[name] = {
    weights: await sha256(weights.map((w) => w.data)),
    losses: await sha256([Float64Array.from(losses)]),
    first: losses[0],
    last: losses.at(-1),
  };
}
console.log(JSON.stringify(results));

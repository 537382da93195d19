// The suite that every runtime runs: all checks, one after the other, and what the runtime offers.
import { entries } from "./entries.js";
import { errors } from "./errors.js";
import { files } from "./files.js";
import { gradients } from "./gradients.js";
import { kernels } from "./kernels.js";
import { memories } from "./memory.js";
import { platform } from "./platform.js";
import { tensors } from "./tensors.js";
import { trainCnn, training, trainLstm } from "./training.js";

const GROUPS = { tensors, kernels, gradients, training, memory: memories, files, errors, entries };

/** The SHA-256 of all weights and losses of both networks: the same in every runtime. */
async function bits(sedge) {
  const parts = [trainCnn(sedge, 20), trainLstm(sedge, 20)].flatMap(({ model, losses }) => [
    ...Object.values(model.stateDict()).map((x) => x.data),
    Float64Array.from(losses),
  ]);
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Runs the checks on a library. `env` holds, besides what every job gets: `core`, its WebAssembly as the runtime hands it over;
 * `single`, a second library that has not begun; `functional` and `data`, the entries of those names. Checks of what is not
 * there are left out by the caller's `groups`.
 */
export async function suite(sedge, env, groups = Object.keys(GROUPS)) {
  let passed = 0;
  const failed = [];
  for (const group of groups) {
    for (const [name, check] of Object.entries(GROUPS[group])) {
      try {
        await check(sedge, env);
        passed++;
      } catch (error) {
        failed.push({ name: `${group}: ${name}`, message: String(error?.message ?? error) });
      }
    }
  }
  return { passed, failed, bits: await bits(sedge), ...(await platform()) };
}

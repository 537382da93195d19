// A program of Node: trains, saves and loads by "sedge/node", and prints the result.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tensor } from "sedge";
import { load, save } from "sedge/node";
import { train } from "./train.js";

async function main() {
  const folder = mkdtempSync(join(tmpdir(), "sedge-consumer-"));
  try {
    save(join(folder, "x.safetensors"), { x: tensor([1, 2]) });
    if (load(join(folder, "x.safetensors")).x.toArray().join() !== "1,2") throw new Error("save or load changed x");
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(JSON.stringify(await train()));
}
main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

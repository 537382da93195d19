// Boots the core in Node and Bun from core.wasm beside this file in the package, which takes no unpacking; where that is
// missing or another, as a bundler may leave it, from the bytes inlined in the JavaScript. Deno would ask for permission: it
// takes src/boot.ts.
import { inlined } from "./inlined.ts";
import { type CoreSource, start } from "./wasm.ts";

/** What this file uses of Node; by this call and not by an import, so that a bundle for other runtimes still loads. */
interface Builtins {
  readonly process?: { getBuiltinModule?(name: "node:fs"): { readFileSync(path: URL): CoreSource } };
}

start(() => {
  const fs = (globalThis as Builtins).process?.getBuiltinModule?.("node:fs");
  return fs!.readFileSync(new URL("./core.wasm", import.meta.url)); // whatever fails here, the next line mends it
});
start(inlined);

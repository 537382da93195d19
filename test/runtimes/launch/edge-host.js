// A program that hosts one edge function in edge-runtime, sends it one request, and prints the answer after a mark.
// Its arguments: the function's script, the core's file, the mark.
import { readFileSync } from "node:fs";
import { EdgeRuntime } from "edge-runtime";

const [script, core, mark] = process.argv.slice(2);
const wasm_core = new WebAssembly.Module(readFileSync(core));
const runtime = new EdgeRuntime({
  // as in production: a function compiles nothing
  codeGeneration: { strings: false, wasm: false },
  extend: (context) => Object.assign(context, { wasm_core }),
});
runtime.evaluate(readFileSync(script, "utf8"));
const response = await runtime.dispatchFetch("http://localhost/");
console.log(`\n${mark}${await response.text()}`);

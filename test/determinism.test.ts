// Nothing that engines or CPUs may compute differently is used: not in the library's source, not in the package's files,
// not in the core. What follows from it is measured by op-bits.test.ts and, in all runtimes, by `npm run repro`.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import binaryen from "binaryen";
import { describe, expect, test } from "vitest";
import { arithmeticFaults } from "./layers/arithmetic.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Uses that reach no tensor and no number that one depends on, each with its reason. */
const ALLOWED: Readonly<Record<string, string>> = {
  "src/train/run.ts: performance": "pauses of the event loop, and the seconds that the history reports",
  "src/train/progress.ts: performance": "a progress bar's speed and remaining time",
  "src/inspect/spans.ts: performance": "the times that a profile tells",
  "src/io/summary-writer.ts: Date": "TensorBoard's format has the time in its files and their names",
};

function faultsBelow(folder: string): string[] {
  const paths = readdirSync(root + folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  );
  return paths.flatMap((path) => {
    const name = `${folder}/${path.replaceAll("\\", "/")}`;
    return arithmeticFaults(name, readFileSync(root + name, "utf8"));
  });
}

describe("the library's source", () => {
  test("uses of Math, powers, the clock and the locale only what is the same everywhere", () => {
    expect(faultsBelow("src").sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  test.each([
    ["Math.exp(x)", "Math.exp"],
    ["[1, 2].map(Math.tanh)", "Math.tanh"],
    ["const { pow } = Math", "Math.(not by a member's name)"],
    ["Math[name](x)", "Math.(not by a member's name)"],
    ["globalThis.Math.hypot(1, 2)", "Math.hypot"],
    ["Math.random()", "Math.random"],
    ["x ** 2", "x ** 2"],
    ["2 ** x", "2 ** x"],
    ["10 ** -3", "10 ** -3"],
    ["x **= 2", "x **= 2"],
    ["Date.now()", "Date"],
    ["x.toLocaleString()", "toLocaleString"],
    ["a.localeCompare(b)", "localeCompare"],
  ])("would be found out: %s", (code, fault) => {
    expect(arithmeticFaults("a.ts", code)).toEqual([`a.ts: ${fault}`]);
  });

  test.each(["Math.sqrt(x) + Math.PI", "2 ** 24 - 2 ** -126", "const x = { Math: 1, Date: 2 }", "// Math.exp(x)"])(
    "may have: %s",
    (code) => {
      expect(arithmeticFaults("a.ts", code)).toEqual([]);
    },
  );
});

describe("the core", () => {
  const { SIMD128, RelaxedSIMD, BulkMemory, BulkMemoryOpt, SignExt, NontrappingFPToInt, MutableGlobals } =
    binaryen.Features;
  const deterministic = SIMD128 | BulkMemory | BulkMemoryOpt | SignExt | NontrappingFPToInt | MutableGlobals;

  /** Whether a module needs no more than those features. */
  function within(module: binaryen.Module, features: number): boolean {
    module.setFeatures(features);
    const valid = module.validate() === 1;
    module.dispose();
    return valid;
  }
  const bytes = readFileSync(`${root}build/core.wasm`);

  test("imports nothing: no clock, no chance, no function of the engine's", () => {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes))).toEqual([]);
  });

  test("has no relaxed SIMD and no atomics", () => {
    expect(within(binaryen.readBinary(bytes), deterministic)).toBe(true);
  });

  test("(and one that had would be found out)", () => {
    const relaxed = () =>
      binaryen.parseText(`(module (func (param v128 v128 v128) (result v128)
        (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2))))`);
    expect(within(relaxed(), deterministic)).toBe(false);
    expect(within(relaxed(), deterministic | RelaxedSIMD)).toBe(true);
  });
});

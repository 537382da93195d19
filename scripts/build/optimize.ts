// From what the AssemblyScript compiler writes to the core as it ships: Binaryen's passes, chosen for a module that
// compresses well; and other names for its kernels. asc's own pipeline inlines a function wherever it is called and gives a local to whatever is computed
// twice, which costs a sixth of the compressed size; kernels that gain by the one say so with @inline, and those that
// gain by the other are SHARING. Passes that changed no size are left out.
import binaryen from "binaryen";
import { likeNextToLike, named } from "./order.ts";
import { renumberLocals } from "./unweave.ts";

/** Functions that compute several vectors a turn, and so need each constant several times: 15 to 45 % faster (measured). */
const SHARING = /^assembly\/(map\/map|softmax|losses\/bce)/;

/** Gives a local to each expression that occurs again. */
const SHARE = ["precompute-propagate", "remove-unused-brs", "remove-unused-names", "merge-blocks", "local-cse"];

const PASSES = [
  ["duplicate-function-elimination", "inlining-optimizing", "simplify-globals-optimizing", "dae-optimizing"],
  ["ssa-nomerge", "precompute-propagate", "optimize-instructions", "remove-unused-brs", "simplify-locals", "vacuum"],
  [
    "reorder-locals",
    "coalesce-locals",
    "reorder-locals",
    "rse",
    "remove-unused-brs",
    "merge-blocks",
    "remove-unused-names",
  ],
  ["precompute-propagate", "optimize-instructions", "remove-unused-module-elements"],
  ["vacuum", "coalesce-locals", "reorder-locals"],
].flat();

const { SIMD128, BulkMemory, BulkMemoryOpt, SignExt, NontrappingFPToInt, MutableGlobals } = binaryen.Features;
const FEATURES = SIMD128 | BulkMemory | BulkMemoryOpt | SignExt | NontrappingFPToInt | MutableGlobals;

/** The module with other names for the functions it exports. */
export function renameExports(bytes: Uint8Array, rename: (name: string, index: number) => string): Uint8Array {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(FEATURES);
  const exports = Array.from({ length: module.getNumExports() }, (_, i) =>
    binaryen.getExportInfo(module.getExportByIndex(i)),
  ).filter(({ kind }) => kind === binaryen.ExternalFunction);
  for (const { name } of exports) module.removeExport(name);
  for (const [i, { name, value }] of exports.entries()) module.addFunctionExport(value, rename(name, i));
  const renamed = module.emitBinary();
  renumberLocals(renamed);
  module.dispose();
  return renamed;
}

/** The module, optimised; `bytes` carry the names of functions, the result does not. */
export function optimize(bytes: Uint8Array): Uint8Array {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(FEATURES);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const { name } = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
    if (SHARING.test(name)) module.runPassesOnFunction(name, SHARE);
  }
  binaryen.setShrinkLevel(1);
  // beyond @inline, only functions that are as short as their call, or have one caller
  binaryen.setAlwaysInlineMaxSize(8);
  binaryen.setOneCallerInlineMaxSize(1000);
  binaryen.setAllowInliningFunctionsWithLoops(true);
  module.runPasses(PASSES);
  const optimized = module.emitBinary();
  module.dispose();
  const ordered = binaryen.readBinary(named(optimized, likeNextToLike(optimized)));
  ordered.setFeatures(FEATURES);
  ordered.runPasses(["reorder-functions-by-name"]);
  const result = ordered.emitBinary();
  renumberLocals(result);
  ordered.dispose();
  return result;
}

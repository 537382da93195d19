// Everything public, by name. No side effects: the entries boot the core (src/boot.ts) and install the methods.
export { backward, detach, noGrad, zeroGrad } from "./autograd.ts";
export { init, type MemoryInfo, memory, type Survivor } from "./memory.ts";
export * from "./ops/assign.ts";
export * from "./ops/create.ts";
export { seed } from "./random.ts";
export { keep, type Scope, tidy } from "./scope.ts";
export type { Shape } from "./shape.ts";
export { trackLeaks } from "./sites.ts";
export { type DType, type Nested, Tensor } from "./tensor.ts";

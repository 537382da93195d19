// The public namespace `optim`: optimizers, and the base to make more of them. Names only.
export { Adam, type AdamOptions, AdamW } from "./optim/adam.ts";
export { type GroupOptions, Optimizer, type OptimizerOptions, type Params } from "./optim/optimizer.ts";
export { SGD, type SGDOptions } from "./optim/sgd.ts";
export type { OptimizerStateDict, ParamGroup, ParamState, SavedGroup } from "./optim/state.ts";

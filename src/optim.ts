// The public namespace `optim`: optimizers, schedules, clipping, and the base to make more of them. Names only.
export { Adam, type AdamOptions, AdamW, type MomentOptions } from "./optim/adam.ts";
export {
  Adamax,
  Lion,
  type LionOptions,
  NAdam,
  type NAdamOptions,
  RAdam,
  type RAdamOptions,
} from "./optim/adam-kin.ts";
export * from "./optim/adaptive.ts";
export * from "./optim/clip.ts";
export { LBFGS, type LBFGSOptions } from "./optim/lbfgs.ts";
export { type GroupOptions, Optimizer, type OptimizerOptions, type Params } from "./optim/optimizer.ts";
export * from "./optim/rprop.ts";
export { LRScheduler, type Scheduled, type ScheduledGroup, type SchedulerStateDict } from "./optim/scheduler.ts";
export {
  ConstantLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  type LRLambda,
  MultiplicativeLR,
  MultiStepLR,
  PolynomialLR,
  StepLR,
} from "./optim/schedules.ts";
export * from "./optim/schedules-combined.ts";
export * from "./optim/schedules-cosine.ts";
export * from "./optim/schedules-cyclic.ts";
export { SGD, type SGDOptions } from "./optim/sgd.ts";
export type { OptimizerStateDict, ParamGroup, ParamState, SavedGroup, StateValue } from "./optim/state.ts";

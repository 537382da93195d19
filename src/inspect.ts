// The entry "sedge/inspect": what looks into models and gradients while one works on them.
import "./boot.ts";

export { type DiagnoseOptions, type Diagnosis, diagnose } from "./inspect/diagnose.ts";
export type { LayerFigures } from "./inspect/figures.ts";
export type { Finding, FindingKind } from "./inspect/findings.ts";
export { type GradcheckOptions, gradcheck, gradgradcheck } from "./inspect/gradcheck.ts";
export { type FindLearningRateOptions, findLearningRate, type LearningRates } from "./inspect/learning-rate.ts";
export {
  type Profile,
  type ProfileOptions,
  type ProfileRow,
  profile,
  type Trace,
  type TraceEvent,
} from "./inspect/profile.ts";
export type { Phase } from "./inspect/spans.ts";
export { type Watch, type WatchOptions, type WatchRecord, watch } from "./inspect/watch.ts";
export { explainNonFinite } from "./train/nan-guard.ts";

// The entry "sedge/inspect": what looks into models and gradients while one works on them.
import "./boot.ts";

export { type DiagnoseOptions, Diagnosis, diagnose } from "./inspect/diagnose.ts";
export type { LayerFigures } from "./inspect/figures.ts";
export type { Finding, FindingKind } from "./inspect/findings.ts";
export { type GradcheckOptions, gradcheck, gradgradcheck } from "./inspect/gradcheck.ts";
export { type FindLearningRateOptions, findLearningRate, LearningRates } from "./inspect/learning-rate.ts";
export { explainNonFinite } from "./train/nan-guard.ts";

// The public namespace `metrics`: figures that are summed up over batches. Names only.
export { type Average, type AverageOptions, F1, Precision, Recall } from "./metrics/by-class.ts";
export { ConfusionMatrix } from "./metrics/confusion.ts";
export { LogLoss, type LogLossOptions, Perplexity } from "./metrics/log-loss.ts";
export { MeanAbsoluteError, MeanSquaredError, R2 } from "./metrics/regression.ts";
export { RocAuc } from "./metrics/roc-auc.ts";
export { Accuracy, TopKAccuracy } from "./metrics/shares.ts";

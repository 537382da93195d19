// What is measured in a pass over data: the average loss, averages of metrics that are functions, and streaming metrics.
import { noGrad } from "../autograd.ts";
import type { StreamingMetric } from "../metrics/streaming.ts";
import { demand, describe } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import type { Averages, Metric } from "./history.ts";

/** Figures by name: functions of a batch, which are averaged, or streaming metrics. */
export type Metrics = Readonly<Record<string, Metric | StreamingMetric>>;

/** Names that records use for themselves. */
const RESERVED = ["epoch", "seconds", "loss", "valLoss", "lr"];

/** A metric, and what records call it. */
export type NamedMetric = readonly [name: string, metric: Metric | StreamingMetric];

const PARTS = ["reset", "update", "compute", "stateDict", "loadStateDict"] as const;

/** Metrics as pairs, checked. */
export function checkMetrics(op: string, loss: unknown, metrics: unknown): NamedMetric[] {
  demand(typeof loss === "function", op, "loss to be a function", loss, TypeError);
  if (metrics === undefined) return [];
  demand(
    typeof metrics === "object" && metrics !== null && !Array.isArray(metrics),
    op,
    "metrics to be functions by name, as { accuracy }",
    metrics,
    TypeError,
  );
  return Object.entries(metrics).map(([name, metric]) => {
    const isClass = typeof metric === "function" && metric.prototype?.update !== undefined;
    const streams = typeof metric === "object" && PARTS.every((part) => typeof metric?.[part] === "function");
    const ok = streams || (typeof metric === "function" && !isClass);
    const kind = isClass ? `a metric, as new ${metric.name}()` : "a function or a streaming metric";
    demand(ok, op, `metric ${JSON.stringify(name)} to be ${kind}`, metric, TypeError);
    demand(name !== "" && !RESERVED.includes(name), op, "another name for a metric", name);
    return [name, metric];
  });
}

/** What a function makes of a batch, as a number. Nothing is recorded for gradients. */
function measure(name: string, metric: Metric, prediction: Tensor, target: Tensor): number {
  const value = noGrad(() => metric(prediction, target));
  if (value instanceof Tensor) return value.item();
  if (typeof value === "number") return value;
  throw new TypeError(`metric ${JSON.stringify(name)}: expected a number or a tensor of one, got ${describe(value)}`);
}

/** What `stateDict()` of {@link Measures} gives: plain numbers, and whatever the streaming metrics say of themselves. */
export interface MeasuresState {
  readonly count: number;
  /** Of the loss, then of the metrics in order; 0 of streaming ones. */
  readonly sums: readonly number[];
  /** By name. */
  readonly streaming: Readonly<Record<string, unknown>>;
}

/** The figures of one pass. Making one resets the streaming metrics. */
export class Measures {
  private readonly metrics: readonly NamedMetric[];
  private count = 0;
  private sums: number[];

  constructor(metrics: readonly NamedMetric[]) {
    this.metrics = metrics;
    this.sums = [0, ...metrics.map(() => 0)];
    for (const [, metric] of metrics) if (typeof metric !== "function") metric.reset();
  }

  /** Takes a batch: its average loss over so many examples, its predictions and targets. */
  add(examples: number, loss: number, prediction: Tensor, target: Tensor): void {
    this.count += examples;
    this.sums[0]! += loss * examples;
    this.metrics.forEach(([name, metric], i) => {
      if (typeof metric !== "function") metric.update(prediction, target);
      else this.sums[i + 1]! += measure(name, metric, prediction, target) * examples;
    });
  }

  /** The figures of the whole pass: `loss`, then the metrics by name. */
  values(): Averages {
    return this.figures(true);
  }

  /** The same so far, without the streaming metrics: some of them take long to compute. */
  averages(): Averages {
    return this.figures(false);
  }

  private figures(whole: boolean): Averages {
    const found: Record<string, number> = { loss: this.sums[0]! / this.count };
    this.metrics.forEach(([name, metric], i) => {
      if (typeof metric === "function") found[name] = this.sums[i + 1]! / this.count;
      else if (whole) found[name] = metric.compute();
    });
    return found;
  }

  /** All of it, as JSON keeps it. */
  stateDict(): MeasuresState {
    const streaming = this.metrics.flatMap(([name, m]) => (typeof m === "function" ? [] : [[name, m.stateDict()]]));
    return { count: this.count, sums: [...this.sums], streaming: Object.fromEntries(streaming) };
  }

  /** Goes on where `stateDict()` was taken, with the same metrics. */
  loadStateDict({ count, sums, streaming }: MeasuresState): void {
    demand(sums.length === this.sums.length, "fit", `the state of ${this.metrics.length} metrics`, sums.length - 1);
    [this.count, this.sums] = [count, [...sums]];
    for (const [name, metric] of this.metrics) {
      if (typeof metric !== "function") metric.loadStateDict(streaming[name]);
    }
  }
}

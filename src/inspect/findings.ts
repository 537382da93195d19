// What a model's figures say, in words: the thresholds with their sources, and the usual cures. The figures are
// src/inspect/figures.ts.
import type { Figures } from "./figures.ts";

/** What may be found wrong. */
export type FindingKind =
  | "nonFinite"
  | "vanishing"
  | "exploding"
  | "dead"
  | "saturated"
  | "learningRateHigh"
  | "learningRateLow"
  | "unused";

/** Something that looks wrong, and what usually helps. */
export interface Finding {
  readonly kind: FindingKind;
  /** The layers or parameters that it is about; empty if it is the model as a whole. */
  readonly layers: readonly string[];
  /** What is wrong, with the figures. */
  readonly text: string;
  /** What usually helps. */
  readonly cure: string;
}

/** What findings need beside the figures of the layers. */
export interface Circumstances {
  /** Examples in the batch. */
  readonly examples: number;
  /** Standard deviation of the model's input; 1 where it is no float32. */
  readonly inputStd: number;
  /** The batch's loss. */
  readonly loss: number;
  /** The same batch's loss after a step of the optimizer; null if none was tried. */
  readonly lossAfter: number | null;
  /** By how much the step would lower the loss if that went on as steeply as it begins; 0 if none was tried. */
  readonly promised: number;
  /** Why the loss is not finite; undefined if it is. */
  readonly reason: string | undefined;
}

/**
 * Gradients of a layer below this share of a later layer's: vanishing. Glorot and Bengio, "Understanding the difficulty of
 * training deep feedforward neural networks", 2010, ask for equal ones; three orders leave room for a healthy depth.
 */
const VANISHING = 1e-3;
/** Results with this many times the input's standard deviation: exploding. Sound initialisation keeps it near 1 (ibid.). */
const EXPLODING = 100;
/** A gradient's norm beyond which its step leaves where it was measured: Pascanu et al., 2013, clip at 1 to 100. */
const STEEP = 1000;
/** "As much as 40 % of your network can be dead": CS231n, notes on activation functions. */
const DEAD = 0.4;
/** About 5 % are sound, 20 % are seen at a poor start: Karpathy, "Building makemore", part 3. */
const SATURATED = 0.3;
/** Units that are 0 for fewer examples than this may be 0 by chance. */
const EXAMPLES = 16;
/**
 * An update should change weights by about 1e-3 of themselves: Karpathy, "A recipe for training neural networks", and
 * CS231n. Adam's first steps change each weight by the learning rate whatever its gradient, and pass with 0.05.
 */
const LARGE_UPDATE = 0.1;
/** The same where the loss after it is not known: small first weights may rightly grow by as much as themselves. */
const LARGER_THAN_WEIGHTS = 1;
/** A step that lowers the loss by this share of what its slope promised is not too long (Armijo, 1966). */
const ARMIJO = 0.25;
const SMALL_UPDATE = 1e-5;
/** Gradients below this share of the weights are those of a model that has arrived: small updates are right then. */
const ARRIVED = 1e-4;
/** A step that makes the loss of its own batch this many times larger has overshot. */
const OVERSHOT = 2;

const short = (v: number): string => `${Number(v.toPrecision(2))}`;
const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** What a row is called. */
export const nameOf = ({ path, kind }: { path: string; kind: string }): string =>
  kind.endsWith("()") ? (path === "" ? kind : `${kind} in ${path}`) : path === "" ? kind : path;

const median = (values: readonly number[]): number => Float64Array.from(values).sort()[values.length >> 1]!;
const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

/** At most so many names in a text. */
const LISTED = 4;
const listed = (items: readonly string[]): string =>
  items.slice(0, LISTED).join(", ") + (items.length > LISTED ? ` and ${items.length - LISTED} more` : "");

/** Everything that looks wrong, the gravest first. */
export function findingsOf(rows: readonly Figures[], circumstances: Circumstances): Finding[] {
  const { examples, inputStd, loss, lossAfter, promised, reason } = circumstances;
  const found: Finding[] = [];
  const find = (kind: FindingKind, layers: readonly string[], text: string, cure: string): void =>
    void found.push({ kind, layers, text, cure });
  const about = (
    kind: FindingKind,
    hit: readonly Figures[],
    text: string,
    figure: (row: Figures) => string,
    cure: string,
  ) => {
    const items = hit.map((row) => `${nameOf(row)} (${figure(row)})`);
    if (hit.length > 0) find(kind, hit.map(nameOf), `${text}: ${listed(items)}`, cure);
  };

  if (reason !== undefined)
    find("nonFinite", [], `the loss is ${loss}: ${reason}`, "see the cause first, then the rest");
  const notFinite = rows.flatMap((row) => row.notFinite);
  if (notFinite.length > 0) {
    const cure = "look for the slope of sqrt, norm or a power at 0, and of log near 0; add a small constant under them";
    find("nonFinite", notFinite, `gradients that are not finite: ${listed(notFinite)}`, cure);
  }

  const unused = rows.flatMap((row) => row.unused);
  if (unused.length > 0) {
    const cure = "call the layer in forward, freeze it, or look for a detach() or noGrad() on the way to the loss";
    find("unused", unused, `parameters that the loss does not depend on: ${listed(unused)}`, cure);
  }

  const sized = rows.filter(
    (row) => row.gradientSize !== null && row.unused.length === 0 && row.notFinite.length === 0,
  );
  const later = (i: number): number => largest(sized.slice(i + 1).map((row) => row.gradientSize!));
  const isVanishing = (row: Figures, i: number): boolean => row.gradientSize! < VANISHING * later(i);
  about(
    "vanishing",
    sized.filter(isVanishing),
    "gradients vanish on the way back",
    (row) => `${short(row.gradientSize! / later(sized.indexOf(row)))} of a later layer's`,
    "use ReLU kin in place of sigmoid and tanh, residual connections, normalisation, or initialisation by fan-in",
  );

  about(
    "exploding",
    rows.filter((row) => row.std > EXPLODING * Math.max(1, inputStd)),
    "values explode on the way forward",
    (row) => `standard deviation ${short(row.std)}`,
    "initialise by fan-in (nn.init.kaimingNormal), normalise, or scale the inputs to a standard deviation of 1",
  );
  const norm = Math.sqrt(rows.reduce((sum, { gradientNorm: g }) => sum + (g ?? 0) * (g ?? 0), 0));
  if (norm > STEEP) {
    const cure =
      "clip gradients (clip: 1), initialise by fan-in, and scale inputs and targets to a standard deviation of 1";
    find("exploding", [], `the gradient is very steep: its norm is ${short(norm)}`, cure);
  }

  if (examples >= EXAMPLES) {
    about(
      "dead",
      rows.filter(({ dead, isResult }) => dead !== null && dead > DEAD && !isResult),
      "units that are 0 for every example of the batch",
      ({ dead }) => percent(dead!),
      "lower the learning rate, start biases at 0, use leakyRelu, gelu or silu",
    );
  }
  about(
    "saturated",
    rows.filter(({ saturated, isResult }) => saturated !== null && saturated > SATURATED && !isResult),
    "activations near their bounds, where gradients are lost",
    ({ saturated }) => percent(saturated!),
    "initialise smaller (nn.init.xavierUniform with the gain), normalise before them, scale the inputs",
  );

  const updates = rows.map((row) => row.updateRatio).filter((ratio) => ratio !== null);
  const ratio = updates.length > 0 ? median(updates) : Number.NaN;
  const slope = median(rows.map((row) => row.gradientRatio).filter((r) => r !== null));
  const overshot = lossAfter !== null && !(lossAfter <= OVERSHOT * Math.abs(loss)) && Number.isFinite(loss);
  const bound = lossAfter === null ? LARGER_THAN_WEIGHTS : LARGE_UPDATE;
  const sound = lossAfter !== null && lossAfter < loss && loss - lossAfter >= ARMIJO * promised;
  if (notFinite.length > 0) return found; // whatever the rate is, such a step writes NaN
  if ((ratio > bound && !sound) || overshot) {
    const after = lossAfter === null ? "" : `; it took the batch's loss from ${short(loss)} to ${short(lossAfter)}`;
    const text = `the learning rate is too high: a step changes weights by ${short(ratio)} of themselves${after}`;
    find("learningRateHigh", [], text, "divide it by 10 or more, warm it up, or look for it with findLearningRate");
  } else if (ratio < SMALL_UPDATE && slope > ARRIVED) {
    const text = `the learning rate is too low: a step changes weights by ${short(ratio)} of themselves, 0.001 is usual`;
    find("learningRateLow", [], text, "multiply it by 10 or more, or look for it with findLearningRate");
  }
  return found;
}

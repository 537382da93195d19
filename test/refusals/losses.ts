// Bad input to the losses.
import * as sedge from "../../src/entry.ts";

const { ones, tensor } = sedge;

type Row = [call: () => unknown, message: string];
type Loose = (...args: unknown[]) => unknown;

const loss = (name: string): Loose => Reflect.get(sedge, name) as Loose;
const x = ones([2, 3]);
const short = ones([2]);
const int32 = (values: number[]) => tensor(values, { dtype: "int32" });
const ids = int32([0, 1]);

/** Losses of two tensors of one shape. */
const alike = (name: string, a = "input", b = "target"): [string, Row[]] => [
  name,
  [
    [() => loss(name)(x, short), `${name}: expected ${a} and ${b} of one shape, got [2, 3] and [2]`],
    [() => loss(name)(ids, ids), `${name}: expected ${a} to be float32, got int32`],
    [() => loss(name)(x, x, { reduction: "avg" }), `${name}: expected reduction "mean", "sum" or "none"`],
    [() => loss(name)(x, x, { reduce: true }), `${name}: unknown option "reduce"`],
  ],
];

/** Losses whose operands broadcast. */
const floats = (name: string, count: number): [string, Row[]] => [
  name,
  [
    [() => loss(name)(...Array(count).fill(ids)), `${name}: expected `],
    [() => loss(name)(...Array(count).fill(x), { reduction: 1 }), `${name}: expected reduction`],
    [() => loss(name)(...Array(count).fill(x), { size: 1 }), `${name}: unknown option "size"`],
  ],
];

const [ctc, lengths, labels] = [ones([4, 2, 3]), int32([4, 4]), int32([1, 2, 1, 2]).reshape([2, 2])];
const ctcLoss = loss("ctcLoss");

const more: Record<string, Row[]> = {
  huberLoss: [[() => loss("huberLoss")(x, x, { delta: 0 }), "huberLoss: expected delta more than 0, got 0"]],
  smoothL1Loss: [[() => loss("smoothL1Loss")(x, x, { beta: -1 }), "smoothL1Loss: expected beta at least 0, got -1"]],
  poissonNllLoss: [
    [() => loss("poissonNllLoss")(x, x, { logInput: 1 }), "poissonNllLoss: expected logInput to be a boolean, got 1"],
  ],
  gaussianNllLoss: [
    [
      () => loss("gaussianNllLoss")(x, x, ones([3])),
      "gaussianNllLoss: expected variance of shape [2, 3], [2, 1] or [2]",
    ],
    [() => loss("gaussianNllLoss")(x, x, tensor([1, -1])), "gaussianNllLoss: expected variance at least 0, got -1"],
    [() => loss("gaussianNllLoss")(x, x, x, { eps: 0 }), "gaussianNllLoss: expected eps more than 0, got 0"],
  ],
  nllLoss: [
    [() => loss("nllLoss")(x, x), "nllLoss: expected target to be int32, got float32"],
    [() => loss("nllLoss")(x, int32([0])), "nllLoss: expected target of shape [2] for input [2, 3], got [1]"],
    [() => loss("nllLoss")(x, int32([0, 3])), "nllLoss: expected labels from 0 to 2 (3 classes)"],
    [() => loss("nllLoss")(x, ids, { weight: short }), "nllLoss: expected weight of shape [3], one per class, got [2]"],
    [() => loss("nllLoss")(x, ids, { classes: 3 }), 'nllLoss: unknown option "classes"'],
  ],
  binaryCrossEntropy: [
    [() => loss("binaryCrossEntropy")(x.mul(2), x), "binaryCrossEntropy: expected input from 0 to 1, got 2"],
    [
      () => loss("binaryCrossEntropy")(x, x, { weight: 2 }),
      "binaryCrossEntropy: expected weight to be a tensor, got 2",
    ],
  ],
  bceWithLogits: [
    [
      () => loss("bceWithLogits")(x, x, { posWeight: ids }),
      "bceWithLogits: expected posWeight to be float32, got int32",
    ],
  ],
  focalLoss: [
    [() => loss("focalLoss")(x, x, { gamma: -1 }), "focalLoss: expected gamma at least 0, got -1"],
    [() => loss("focalLoss")(x, x, { alpha: 2 }), "focalLoss: expected alpha from 0 to 1, got 2"],
    [() => loss("focalLoss")(x, short), "focalLoss: expected logits and target of one shape"],
    [() => loss("focalLoss")(x, int32([5, 0])), "nllLoss: expected labels from 0 to 2"],
  ],
  klDiv: [
    [() => loss("klDiv")(ids, ids), "klDiv: expected input to be float32, got int32"],
    [() => loss("klDiv")(x, x, { reduction: "avg" }), 'klDiv: expected reduction "mean", "sum", "none" or "batchmean"'],
    [() => loss("klDiv")(x, x, { logTarget: 1 }), "klDiv: expected logTarget to be a boolean, got 1"],
  ],
  jsDiv: [
    [() => loss("jsDiv")(x, short), "jsDiv: expected p and q of one shape, got [2, 3] and [2]"],
    [() => loss("jsDiv")(x, x, { log: true }), 'jsDiv: unknown option "log"'],
  ],
  cosineEmbeddingLoss: [
    [() => loss("cosineEmbeddingLoss")(x, x, x), "cosineEmbeddingLoss: expected a of rank 1 or 2 and target"],
    [() => loss("cosineEmbeddingLoss")(x, short, ids), "cosineEmbeddingLoss: expected a and b of one shape"],
    [() => loss("cosineEmbeddingLoss")(x, x, ids, { p: 1 }), 'cosineEmbeddingLoss: unknown option "p"'],
  ],
  multiMarginLoss: [
    [() => loss("multiMarginLoss")(x, ids, { p: 3 }), "multiMarginLoss: expected p to be 1 or 2, got 3"],
    [() => loss("multiMarginLoss")(x, ids, 2), "multiMarginLoss: expected options to be an object, got 2"],
    [() => loss("multiMarginLoss")(x, int32([0, 9])), "multiMarginLoss: expected labels from 0 to 2"],
    [() => loss("multiMarginLoss")(x, labels), "multiMarginLoss: expected input [samples, classes]"],
    [() => loss("multiMarginLoss")(x, ids, { weight: short }), "multiMarginLoss: expected weight of shape [3]"],
  ],
  multilabelMarginLoss: [
    [() => loss("multilabelMarginLoss")(x, x), "multilabelMarginLoss: expected target to be int32, got float32"],
    [() => loss("multilabelMarginLoss")(x, ids), "multilabelMarginLoss: expected input [samples, classes]"],
    [() => loss("multilabelMarginLoss")(x, x.cast("int32"), { p: 1 }), 'multilabelMarginLoss: unknown option "p"'],
  ],
  ctcLoss: [
    [() => ctcLoss(x.reshape([6]), labels, lengths, ids), "ctcLoss: expected logProbs [steps, samples, classes]"],
    [() => ctcLoss(ctc, labels, int32([4]), ids), "ctcLoss: expected inputLengths of shape [2], got [1]"],
    [() => ctcLoss(ctc, labels, int32([4, 5]), ids), "ctcLoss: expected inputLengths[1] from 0 to 4, got 5"],
    [() => ctcLoss(ctc, labels, lengths, int32([1, 3])), "ctcLoss: expected targetLengths[1] from 0 to 2, got 3"],
    [() => ctcLoss(ctc, int32([7, 1]), lengths, int32([1, 1])), "ctcLoss: expected targets (element 0) from 0 to 2"],
    [() => ctcLoss(ctc, ids, lengths, int32([2, 2])), "ctcLoss: expected 4 labels in targets"],
    [() => ctcLoss(ctc, labels, lengths, ids, { blank: 3 }), "ctcLoss: expected blank from 0 to 2, got 3"],
    [() => ctcLoss(ctc, labels, lengths, ids, { zero: true }), 'ctcLoss: unknown option "zero"'],
  ],
  ...Object.fromEntries(
    ["l1Penalty", "l2Penalty"].map((name): [string, Row[]] => [
      name,
      [
        [() => loss(name)(3), `${name}: expected model to be a module or pairs of names and tensors, got 3`],
        [() => loss(name)([["w", x]], { select: "w" }), `${name}: expected select to be a regular expression`],
        [() => loss(name)([["w", x]], { select: /b/ }), `${name}: expected select to accept a parameter, got none`],
        [() => loss(name)([["w", x]], { weight: -1 }), `${name}: expected weight at least 0, got -1`],
      ],
    ]),
  ),
};

const common: Record<string, Row[]> = Object.fromEntries([
  ...["l1Loss", "huberLoss", "smoothL1Loss", "softMarginLoss", "binaryCrossEntropy", "multilabelSoftMarginLoss"].map(
    (name) => alike(name),
  ),
  alike("bceWithLogits", "logits"),
  floats("poissonNllLoss", 2),
  floats("hingeEmbeddingLoss", 2),
  floats("marginRankingLoss", 3),
  floats("tripletMarginLoss", 3),
]);

export const refusals: Record<string, Row[]> = { ...common };
for (const [name, rows] of Object.entries(more)) refusals[name] = [...(common[name] ?? []), ...rows];

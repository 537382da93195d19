// Bad input to moments, norms, scans, order, distances, the products that are compositions, and their layers.
import * as sedge from "../../src/entry.ts";

const { nn, ones, tensor } = sedge;

type Row = [call: () => unknown, message: string];
type Loose = (...args: unknown[]) => unknown;

/** What a program without types may call. */
const op = (name: string): Loose => Reflect.get(sedge, name) as Loose;
const rows = (names: string, make: (name: string) => Row[]): Record<string, Row[]> =>
  Object.fromEntries(names.split(" ").map((name) => [name, make(name)]));

const x = ones([2, 3]);
const v = ones([3]);
const ids = tensor([0, 1], { dtype: "int32" });

/** What all that reduce over axes refuse. `given` comes between the operand and the options. */
const reduction = (name: string, ...given: unknown[]): Row[] => [
  [() => op(name)([1], ...given), `${name}: expected x to be a tensor, got [1]`],
  [() => op(name)(x, ...given, { axis: 2 }), `${name}: expected axis from -2 to 1 for rank 2, got 2`],
  [() => op(name)(x, ...given, { dim: 1 }), `${name}: unknown option "dim"`],
];
const floats = (name: string, ...given: unknown[]): Row[] => [
  [() => op(name)(ids, ...given), `${name}: expected x to be float32, got int32`],
  [() => op(name)(x, ...given, { keepDims: 1 }), `${name}: expected keepDims to be a boolean, got 1`],
];

export const refusals: Record<string, Row[]> = {
  ...rows("variance std varMean stdMean vectorNorm", (name) => [...reduction(name), ...floats(name)]),
  var: [[() => op("var")(ids), "variance: expected x to be float32, got int32"]],
  norm: [[() => op("norm")(x, { p: "fro" }), "vectorNorm: expected p to be a number"]],
  ...rows("countNonzero nansum", (name) => reduction(name)),
  ...rows("max min median", (name) => [
    ...reduction(name),
    [() => op(name)(x, { axis: 1, keepDims: 1 }), `${name}: expected keepDims to be a boolean, got 1`],
    [() => op(name)(ones([2, 0]), { axis: 1 }), `${name}: expected at least one element`],
  ]),
  quantile: [
    ...reduction("quantile", 0.5),
    ...floats("quantile", 0.5),
    [() => op("quantile")(x, 1.5), "quantile: expected q from 0 to 1, got 1.5"],
    [() => op("quantile")(ones([0]), 0.5), "quantile: expected at least one element"],
  ],
  ...rows("cumsum cumprod cummax cummin", (name) => [
    ...reduction(name),
    [() => op(name)(x), `${name}: expected axis to be an integer, got undefined`],
  ]),
  ...rows("sort argsort", (name) => [
    ...reduction(name),
    [() => op(name)(x, { descending: 1 }), `${name}: expected descending to be a boolean, got 1`],
  ]),
  topk: [
    ...reduction("topk", 1),
    [() => op("topk")(x, 4), "topk: expected k from 0 to 3, got 4"],
    [() => op("topk")(x, 1.5), "topk: expected k to be an integer, got 1.5"],
  ],
  einsum: [
    [() => op("einsum")(x, x), "einsum: expected equation of letters"],
    [() => op("einsum")("ij,jk->ik", x), "einsum: expected equation of letters"],
    [() => op("einsum")("i->->i", v), "einsum: expected equation of letters"],
    [() => op("einsum")("i.j", x), "einsum: expected equation of letters"],
    [() => op("einsum")("i", x), 'einsum: expected as many axes of operands[0] as are named by "i", got [2, 3]'],
    [() => op("einsum")("i", ids), "einsum: expected operands[0] to be float32, got int32"],
    [() => op("einsum")("ij->ik", x), "einsum: expected a result of distinct labels by"],
    [() => op("einsum")("ij->ii", x), "einsum: expected a result of distinct labels by"],
    [() => op("einsum")("ij,ij", x, ones([2, 4])), 'einsum: expected one size for "j"'],
    [() => op("einsum")("ii", x), 'einsum: expected one size for "i"'],
  ],
  multiDot: [
    [() => op("multiDot")(x, x), "multiDot: expected matrices to be an array of two or more"],
    [() => op("multiDot")([x]), "multiDot: expected matrices to be an array of two or more"],
    [() => op("multiDot")([x, v, x]), "multiDot: expected matrices[1] of rank 2, got shape [3]"],
    [() => op("multiDot")([x, ids]), "multiDot: expected matrices[1] to be float32"],
  ],
  ...rows("baddbmm addbmm addmv addr", (name) => [
    [() => op(name)(ids, x, x), `${name}: expected input to be float32, got int32`],
    [() => op(name)(x, x, x, { gamma: 1 }), `${name}: unknown option "gamma"`],
    [() => op(name)(x, x, x, { alpha: "1" }), `${name}: expected alpha to be a number`],
  ]),
  bilinear: [
    [() => op("bilinear")(x, x, ids), "bilinear: expected weight to be float32, got int32"],
    [() => op("bilinear")(x, x, ones([4, 3, 2])), "bilinear: expected a [..., in1], b [..., in2]"],
    [() => op("bilinear")(x, x, ones([4, 3, 3]), v), "bilinear: expected a [..., in1], b [..., in2]"],
  ],
  kron: [
    [() => op("kron")(x, 2), "kron: expected b to be a tensor, got 2"],
    [() => op("kron")(ones([1, 1, 1, 1, 1]), x), "kron: expected a and b of at most 4 axes"],
  ],
  trace: [
    [() => op("trace")(1), "trace: expected x to be a tensor"],
    [() => op("trace")(v), "trace: expected x of rank 2, got shape [3]"],
  ],
  cross: [
    [() => op("cross")(x, ones([2])), "cross: expected shapes that broadcast together"],
    [() => op("cross")(ones([2]), ones([2])), "cross: expected axis"],
    [() => op("cross")(x, x, { axis: 0 }), "cross: expected axis 0 of size 3"],
    [() => op("cross")(x, x, { dim: 0 }), 'cross: unknown option "dim"'],
  ],
  ...rows("cosineSimilarity pairwiseDistance", (name) => [
    [() => op(name)(x, ids), `${name}: expected b to be float32, got int32`],
    [() => op(name)(x, ones([2])), `${name}: expected shapes that broadcast together`],
    [() => op(name)(x, x, { epsilon: 1 }), `${name}: unknown option "epsilon"`],
    [() => op(name)(x, x, { eps: "1" }), `${name}: expected eps to be a number`],
  ]),
  cdist: [
    [() => op("cdist")(v, x), "cdist: expected a [..., m, d] and b [..., n, d], got [3] and [2, 3]"],
    [() => op("cdist")(x, x, { q: 1 }), 'cdist: unknown option "q"'],
  ],
  "nn.Bilinear": [
    [() => new nn.Bilinear(0, 1, 1), "Bilinear: expected in1Features at least 1, got 0"],
    [() => new nn.Bilinear(1, 1, 1, { biass: true } as never), 'Bilinear: unknown option "biass"'],
  ],
  "nn.CosineSimilarity": [
    [() => new nn.CosineSimilarity({ dim: 1 } as never), 'CosineSimilarity: unknown option "dim"'],
    [() => new nn.CosineSimilarity({ eps: "0" } as never), "CosineSimilarity: expected eps to be a number"],
  ],
  "nn.PairwiseDistance": [
    [() => new nn.PairwiseDistance({ norm: 1 } as never), 'PairwiseDistance: unknown option "norm"'],
    [() => new nn.PairwiseDistance({ p: "2" } as never), "PairwiseDistance: expected p to be a number"],
  ],
};

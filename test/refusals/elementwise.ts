// Bad input to the elementwise ops that came after the first, to dropout's kin, and to the layers of both.
import * as sedge from "../../src/entry.ts";

const { nn, ones, tensor } = sedge;

type Row = [call: () => unknown, message: string];
type Loose = (...args: unknown[]) => unknown;

/** What a program without types may call. */
const loose = (fn: unknown): Loose => fn as Loose;
const op = (name: string): Loose => loose(Reflect.get(sedge, name));
const layer =
  (name: string) =>
  (...args: unknown[]): unknown =>
    Reflect.construct(Reflect.get(nn, name), args);
const rows = (names: string, make: (name: string) => Row[]): Record<string, Row[]> =>
  Object.fromEntries(names.split(" ").map((name) => [name, make(name)]));
const layers = (names: string, make: (name: string) => Row[]): Record<string, Row[]> =>
  Object.fromEntries(names.split(" ").map((name) => [`nn.${name}`, make(name)]));

const x = ones([2, 3]);
const ids = tensor([0, 1], { dtype: "int32" });

const general: Record<string, Row[]> = {
  ...rows(
    "expm1 log1p log2 log10 exp2 sinh cosh asinh acosh atanh erfc tan asin acos atan frac relu6 selu mish softsign " +
      "hardsigmoid hardswish logSigmoid tanhshrink",
    (name) => [[() => op(name)([1]), `${name}: expected x to be a tensor, got [1]`]],
  ),
  ...rows("elu celu hardshrink softshrink hardtanh nanToNum logit glu normalize", (name) => [
    [() => op(name)(1), `${name}: expected x to be a tensor, got 1`],
    [() => op(name)(x, { dim: 1 }), `${name}: unknown option "dim"`],
  ]),
  ...rows("hypot copysign logaddexp xlogy isclose allclose", (name) => [
    [() => op(name)(x, ones([2])), `${name}: expected shapes that broadcast together, got [2`],
    [() => op(name)("1", x), `${name}: expected a to be a tensor or a number, got "1"`],
    [() => op(name)(x, "1"), `${name}: expected b to be a tensor or a number, got "1"`],
  ]),
  ...rows("dropout1d dropout2d dropout3d alphaDropout featureAlphaDropout", (name) => [
    [() => op(name)(ids), `${name}: expected x to be float32, got int32`],
    [() => op(name)(ones([2, 2, 2, 2]), { p: 2 }), `${name}: expected p from 0 to 1, got 2`],
    [() => op(name)(ones([2, 2, 2, 2]), { rate: 1 }), `${name}: unknown option "rate"`],
    [() => op(name)(ones([2, 2, 2, 2]), { training: 1 }), `${name}: expected training to be a boolean, got 1`],
  ]),
  ...layers("ELU CELU", (name) => [[() => layer(name)("1"), `${name}: expected alpha to be a number, got "1"`]]),
  ...layers("Hardshrink Softshrink", (name) => [
    [() => layer(name)("1"), `${name}: expected lambd to be a number, got "1"`],
  ]),
  ...layers("Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout", (name) => [
    [() => layer(name)(1.5), `${name}: expected p from 0 to 1, got 1.5`],
    [() => layer(name)("1"), `${name}: expected p to be a number, got "1"`],
  ]),
  ...layers("Softmax Softmin LogSoftmax GLU", (name) => [
    [() => layer(name)({ dim: 1 }), `${name}: unknown option "dim"`],
    [() => layer(name)({ axis: 0.5 }), `${name}: expected axis to be an integer, got 0.5`],
  ]),
  ...layers("ReLU6 SELU Mish SiLU Softsign Hardsigmoid Hardswish LogSigmoid Tanhshrink", (name) => [
    [
      () => loose((layer(name)() as sedge.nn.Module).call.bind(layer(name)()))(3),
      `${name === "LogSigmoid" ? "logSigmoid" : name.toLowerCase()}: expected x to be a tensor, got 3`,
    ],
  ]),
};

const special: Record<string, Row[]> = {
  div: [
    [() => op("div")(x, x, { roundingMode: "round" }), 'div: expected roundingMode "floor" or "trunc", got "round"'],
    [() => op("div")(ids, 0, { roundingMode: "floor" }), "div: expected b without zeros"],
    [() => op("div")(x, x, { rounding: "floor" }), 'div: unknown option "rounding"'],
    [() => op("div")(x, ones([2])), "div: expected shapes that broadcast together"],
  ],
  clamp: [
    [() => op("clamp")(x), "clamp: expected min or max or both, got neither"],
    [() => op("clamp")(x, { low: 1 }), 'clamp: unknown option "low"'],
    [() => op("clamp")(x, { min: "0" }), 'clamp: expected min to be a number, got "0"'],
    [() => op("clamp")(x, { min: x, max: "0" }), 'clamp: expected max to be a tensor or a number, got "0"'],
    [() => op("clamp")(x, { min: ones([2]) }), "clamp: expected shapes that broadcast together, got [2, 3] and [2]"],
  ],
  celu: [[() => op("celu")(x, { alpha: 0 }), "celu: expected alpha other than 0, got 0"]],
  elu: [[() => op("elu")(x, { alpha: "1" }), 'elu: expected alpha to be a number, got "1"']],
  softshrink: [[() => op("softshrink")(x, { lambd: -1 }), "softshrink: expected lambd at least 0, got -1"]],
  hardtanh: [
    [() => op("hardtanh")(x, { minVal: 2 }), "hardtanh: expected maxVal at least 2, got 1"],
    [() => op("hardtanh")(x, { maxVal: NaN }), "hardtanh: expected maxVal to be a number, got NaN"],
  ],
  logit: [
    [() => op("logit")(x, { eps: "1" }), 'logit: expected eps to be a number, got "1"'],
    [() => op("logit")(x, { eps: 0.7 }), "logit: expected eps from 0 to 0.5, got 0.7"],
  ],
  glu: [
    [() => op("glu")(x), "glu: expected axis 1 of even size, got shape [2, 3]"],
    [() => op("glu")(x, { axis: 2 }), "glu: expected axis from -2 to 1 for rank 2, got 2"],
    [() => op("glu")(ones([])), "glu: expected axis 0 of even size, got shape []"],
  ],
  threshold: [
    [() => op("threshold")(x), "threshold: expected threshold to be a number, got undefined"],
    [() => op("threshold")(x, 1, "2"), 'threshold: expected value to be a number, got "2"'],
  ],
  prelu: [
    [() => op("prelu")(x, ones([2])), "prelu: expected weight of shape [1] or [3], got [2]"],
    [() => op("prelu")(x, ones([3, 1])), "prelu: expected weight of shape [1] or [3], got [3, 1]"],
    [() => op("prelu")(ids, ones([1])), "prelu: expected x to be float32, got int32"],
    [() => op("prelu")(x), "prelu: expected weight to be a tensor, got undefined"],
  ],
  rrelu: [
    [() => op("rrelu")(ids), "rrelu: expected x to be float32, got int32"],
    [() => op("rrelu")(x, { lower: 1 }), "rrelu: expected upper at least 1, got 0.3333333333333333"],
    [() => op("rrelu")(x, { train: true }), 'rrelu: unknown option "train"'],
  ],
  normalize: [
    [() => op("normalize")(x, { axis: 2 }), "normalize: expected axis from -2 to 1 for rank 2, got 2"],
    [() => op("normalize")(x, { p: "2" }), 'normalize: expected p to be a number, got "2"'],
    [() => op("normalize")(ids), "normalize: expected x to be float32, got int32"],
  ],
  dropout1d: [[() => op("dropout1d")(ones([2])), "dropout1d: expected x of rank 2 to 3, got shape [2]"]],
  dropout2d: [[() => op("dropout2d")(x), "dropout2d: expected x of rank 3 to 4, got shape [2, 3]"]],
  dropout3d: [[() => op("dropout3d")(x), "dropout3d: expected x of rank 4 to 5, got shape [2, 3]"]],
  featureAlphaDropout: [
    [() => op("featureAlphaDropout")(ones([2])), "featureAlphaDropout: expected x of rank 2 to 8, got shape [2]"],
  ],

  "nn.Softmax2d": [[() => new nn.Softmax2d().call(x), "Softmax2d: expected x of rank 3 or 4, got [2, 3]"]],
  "nn.Softplus": [
    [() => layer("Softplus")({ beta: "1" }), 'Softplus: expected beta to be a number, got "1"'],
    [() => layer("Softplus")(2), "Softplus: expected options to be an object, got 2"],
  ],
  "nn.Hardtanh": [
    [() => layer("Hardtanh")({ minVal: 2 }), "Hardtanh: expected maxVal at least 2, got 1"],
    [() => layer("Hardtanh")({ min: 2 }), 'Hardtanh: unknown option "min"'],
  ],
  "nn.Threshold": [
    [() => layer("Threshold")(), "Threshold: expected threshold to be a number, got undefined"],
    [() => layer("Threshold")(1), "Threshold: expected value to be a number, got undefined"],
  ],
  "nn.CELU": [[() => layer("CELU")(0), "CELU: expected alpha other than 0, got 0"]],
  "nn.Softshrink": [[() => layer("Softshrink")(-1), "Softshrink: expected lambd at least 0, got -1"]],
  "nn.PReLU": [
    [() => layer("PReLU")({ numParameters: 0 }), "PReLU: expected numParameters at least 1, got 0"],
    [() => layer("PReLU")({ init: "1" }), 'PReLU: expected init to be a number, got "1"'],
    [
      () => (layer("PReLU")({ numParameters: 4 }) as sedge.nn.PReLU).call(x),
      "prelu: expected weight of shape [1] or [3], got [4]",
    ],
  ],
  "nn.RReLU": [
    [() => layer("RReLU")({ lower: 1 }), "RReLU: expected upper at least 1, got 0.3333333333333333"],
    [() => layer("RReLU")({ training: true }), 'RReLU: unknown option "training"'],
  ],
};

/** The rows of many ops together with those of one. */
export const refusals: Record<string, Row[]> = Object.fromEntries(
  Object.keys({ ...general, ...special }).map((name) => [name, [...(general[name] ?? []), ...(special[name] ?? [])]]),
);

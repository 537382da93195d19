// Bad input to optimizers, schedules, clipping and initialisers.
import * as sedge from "../../src/entry.ts";

const { nn, ones, optim, variable } = sedge;

type Row = [call: () => unknown, message: string];

const bad = (value: unknown): never => value as never;
const w = variable([1, 2]);
const sgd = () => new optim.SGD([w], { momentum: 0.9 });
const x = ones([3]);
const matrix = ones([2, 3]);

/** What every optimizer refuses. */
const common = (name: string): Row[] => {
  const make = Reflect.get(optim, name) as new (params: unknown, options?: unknown) => unknown;
  return [
    [() => new make([]), `${name}: expected at least one parameter, got []`],
    [() => new make(w), `${name}: expected params to be a list of tensors`],
    [() => new make(["w"]), `${name}: expected params[0] to be a tensor, got "w"`],
    [() => new make([w, w]), `${name}: expected each parameter once, not params[1] twice`],
    [() => new make([w.mul(2)]), `${name}: expected params[0] to be a leaf, not a result of mul`],
    [() => new make([w], { lr: -1 }), `${name}: expected lr at least 0, got -1`],
    [() => new make([w], { lr: "1" }), `${name}: expected lr to be a number, got "1"`],
    [() => new make([w], { rate: 1 }), `${name}: unknown option "rate"`],
    [() => new make([w], [1]), `${name}: expected options to be an object, got [1]`],
  ];
};

/** What schedules refuse for an optimizer. */
const noOptimizer = (name: string, ...rest: unknown[]): Row => {
  const make = Reflect.get(optim, name) as new (...args: unknown[]) => unknown;
  return [() => new make(w, ...rest), `${name}: expected optimizer to be one of optim, got a Tensor`];
};

export const refusals: Record<string, Row[]> = {
  "optim.SGD": [
    ...common("SGD"),
    [() => new optim.SGD([w], { nesterov: true }), "SGD: expected nesterov with momentum above 0 and no dampening"],
  ],
  "optim.Adam": [
    ...common("Adam"),
    [() => new optim.Adam([w], { betas: [1, 0.9] }), "Adam: expected betas[0] below 1, got 1"],
    [() => new optim.Adam([w], { betas: bad([0.9]) }), "Adam: expected betas to be a pair of numbers, got [0.9]"],
    [() => new optim.Adam([w], { amsgrad: bad(1) }), "Adam: expected amsgrad to be a boolean, got 1"],
  ],
  "optim.AdamW": [...common("AdamW"), [() => new optim.AdamW([w], { eps: -1 }), "AdamW: expected eps at least 0"]],
  "optim.NAdam": [
    ...common("NAdam"),
    [() => new optim.NAdam([w], { momentumDecay: -1 }), "NAdam: expected momentumDecay at least 0, got -1"],
  ],
  "optim.RAdam": [
    ...common("RAdam"),
    [() => new optim.RAdam([w], { betas: [0.9, 1] }), "RAdam: expected betas[1] below 1, got 1"],
  ],
  "optim.Adamax": [
    ...common("Adamax"),
    [() => new optim.Adamax([w], { weightDecay: -1 }), "Adamax: expected weightDecay at least 0, got -1"],
  ],
  "optim.Lion": [
    ...common("Lion"),
    [() => new optim.Lion([w], { betas: bad(0.9) }), "Lion: expected betas to be a pair of numbers, got 0.9"],
    [() => new optim.Lion([w], bad({ eps: 1 })), 'Lion: unknown option "eps"'],
  ],
  "optim.RMSprop": [
    ...common("RMSprop"),
    [() => new optim.RMSprop([w], { alpha: -1 }), "RMSprop: expected alpha at least 0, got -1"],
    [() => new optim.RMSprop([w], { centered: bad(1) }), "RMSprop: expected centered to be a boolean, got 1"],
  ],
  "optim.Adagrad": [
    ...common("Adagrad"),
    [() => new optim.Adagrad([w], { lrDecay: -1 }), "Adagrad: expected lrDecay at least 0, got -1"],
  ],
  "optim.Adadelta": [
    ...common("Adadelta"),
    [() => new optim.Adadelta([w], { rho: 1.5 }), "Adadelta: expected rho from 0 to 1, got 1.5"],
  ],
  "optim.Rprop": [
    ...common("Rprop"),
    [() => new optim.Rprop([w], { etas: [0.5, 0.9] }), "Rprop: expected etas with 0 < etas[0] < 1 < etas[1]"],
    [() => new optim.Rprop([w], { stepSizes: bad([1]) }), "Rprop: expected stepSizes to be a pair of numbers, got [1]"],
  ],
  "optim.ASGD": [
    ...common("ASGD"),
    [() => new optim.ASGD([w], { lambd: bad("x") }), 'ASGD: expected lambd to be a number, got "x"'],
  ],
  "optim.LBFGS": [
    ...common("LBFGS"),
    [() => new optim.LBFGS([w], { maxIter: 0 }), "LBFGS: expected maxIter at least 1, got 0"],
    [() => new optim.LBFGS([w], { maxEval: 1.5 }), "LBFGS: expected maxEval to be an integer, got 1.5"],
    [() => new optim.LBFGS([w], { historySize: 0 }), "LBFGS: expected historySize at least 1, got 0"],
    [
      () => new optim.LBFGS([w], { lineSearchFn: bad("armijo") }),
      "LBFGS: expected lineSearchFn to be strongWolfe or null",
    ],
    [() => new optim.LBFGS([w]).step(bad(undefined)), "LBFGS: expected step to get a closure"],
    [() => new optim.LBFGS([w]).step(() => bad(1)), "LBFGS: expected closure() to be a tensor, got 1"],
    [
      () => new optim.LBFGS(bad([{ params: [w] }, { params: [variable([1])] }])),
      "LBFGS: expected one group of parameters",
    ],
  ],

  "optim.clipGradNorm": [
    [() => optim.clipGradNorm(bad(1), 1), "clipGradNorm: expected parameters[0] to be a tensor, got 1"],
    [() => optim.clipGradNorm([w, bad("w")], 1), 'clipGradNorm: expected parameters[1] to be a tensor, got "w"'],
    [() => optim.clipGradNorm(w, -1), "clipGradNorm: expected maxNorm at least 0, got -1"],
    [() => optim.clipGradNorm(w, bad(undefined)), "clipGradNorm: expected maxNorm to be a number, got undefined"],
    [() => optim.clipGradNorm(w, 1, { normType: 0 }), "clipGradNorm: expected normType above 0, got 0"],
    [() => optim.clipGradNorm(w, 1, bad({ p: 2 })), 'clipGradNorm: unknown option "p"'],
  ],
  "optim.clipGradValue": [
    [() => optim.clipGradValue(bad(null), 1), "clipGradValue: expected parameters[0] to be a tensor, got null"],
    [() => optim.clipGradValue(w, -1), "clipGradValue: expected clipValue at least 0, got -1"],
  ],

  "optim.LRScheduler": [
    [() => new (class Own extends optim.StepLR {})(bad({}), 1), "Own: expected optimizer to be one of optim"],
  ],
  "optim.StepLR": [
    noOptimizer("StepLR", 1),
    [() => new optim.StepLR(sgd(), 0), "StepLR: expected stepSize at least 1, got 0"],
    [() => new optim.StepLR(sgd(), bad(undefined)), "StepLR: expected stepSize"],
    [() => new optim.StepLR(sgd(), 1, { gamma: bad("x") }), 'StepLR: expected gamma to be a number, got "x"'],
    [() => new optim.StepLR(sgd(), 1, bad({ gama: 1 })), 'StepLR: unknown option "gama"'],
  ],
  "optim.MultiStepLR": [
    noOptimizer("MultiStepLR", [1]),
    [() => new optim.MultiStepLR(sgd(), bad(3)), "MultiStepLR: expected milestones to be a list of steps, got 3"],
    [() => new optim.MultiStepLR(sgd(), [1.5]), "MultiStepLR: expected milestones to be an integer, got 1.5"],
  ],
  "optim.ExponentialLR": [
    noOptimizer("ExponentialLR", 1),
    [() => new optim.ExponentialLR(sgd(), bad(undefined)), "ExponentialLR: expected gamma to be a number"],
  ],
  "optim.ConstantLR": [
    noOptimizer("ConstantLR"),
    [() => new optim.ConstantLR(sgd(), { factor: 0 }), "ConstantLR: expected factor above 0 and at most 1, got 0"],
    [() => new optim.ConstantLR(sgd(), { totalIters: -1 }), "ConstantLR: expected totalIters at least 0, got -1"],
  ],
  "optim.LinearLR": [
    noOptimizer("LinearLR"),
    [
      () => new optim.LinearLR(sgd(), { startFactor: 0 }),
      "LinearLR: expected startFactor above 0 and at most 1, got 0",
    ],
    [() => new optim.LinearLR(sgd(), { endFactor: 2 }), "LinearLR: expected endFactor from 0 to 1, got 2"],
  ],
  "optim.PolynomialLR": [
    noOptimizer("PolynomialLR"),
    [() => new optim.PolynomialLR(sgd(), { totalIters: 0.5 }), "PolynomialLR: expected totalIters to be an integer"],
  ],
  "optim.LambdaLR": [
    noOptimizer("LambdaLR", () => 1),
    [() => new optim.LambdaLR(sgd(), bad(1)), "LambdaLR: expected lrLambda to be a function, got 1"],
    [() => new optim.LambdaLR(sgd(), [() => 1, () => 2]), "LambdaLR: expected 1 values of lrLambda"],
  ],
  "optim.MultiplicativeLR": [
    [
      () => new optim.MultiplicativeLR(sgd(), bad("x")),
      'MultiplicativeLR: expected lrLambda to be a function, got "x"',
    ],
  ],
  "optim.CosineAnnealingLR": [
    noOptimizer("CosineAnnealingLR", 1),
    [() => new optim.CosineAnnealingLR(sgd(), 0), "CosineAnnealingLR: expected tMax at least 1, got 0"],
  ],
  "optim.CosineAnnealingWarmRestarts": [
    noOptimizer("CosineAnnealingWarmRestarts", 1),
    [() => new optim.CosineAnnealingWarmRestarts(sgd(), 0), "CosineAnnealingWarmRestarts: expected t0 at least 1"],
    [
      () => new optim.CosineAnnealingWarmRestarts(sgd(), 1, { tMult: 0.5 }),
      "Restarts: expected tMult to be an integer",
    ],
    [() => new optim.CosineAnnealingWarmRestarts(sgd(), 1).step(-1), "Restarts: expected epoch at least 0, got -1"],
  ],
  "optim.WarmupCosineLR": [
    noOptimizer("WarmupCosineLR", 1),
    [() => new optim.WarmupCosineLR(sgd(), 0), "WarmupCosineLR: expected totalSteps at least 1, got 0"],
    [() => new optim.WarmupCosineLR(sgd(), 5, { warmupSteps: 6 }), "WarmupCosineLR: expected warmupSteps from 0 to 5"],
  ],
  "optim.OneCycleLR": [
    noOptimizer("OneCycleLR", 1, { totalSteps: 5 }),
    [() => new optim.OneCycleLR(sgd(), 1), "OneCycleLR: expected totalSteps, or epochs and stepsPerEpoch, above 0"],
    [
      () => new optim.OneCycleLR(sgd(), [1, 2], { totalSteps: 5 }),
      "OneCycleLR: expected 1 values of maxLr, got [1, 2]",
    ],
    [() => new optim.OneCycleLR(sgd(), bad(undefined), { totalSteps: 5 }), "OneCycleLR: expected maxLr to be a number"],
    [() => new optim.OneCycleLR(sgd(), 1, { totalSteps: 5, pctStart: 2 }), "OneCycleLR: expected pctStart from 0 to 1"],
    [
      () => new optim.OneCycleLR(sgd(), 1, { totalSteps: 5, annealStrategy: bad("exp") }),
      'OneCycleLR: expected annealStrategy to be one of cos, linear, got "exp"',
    ],
    [
      () => new optim.OneCycleLR(new optim.Rprop([w]), 1, { totalSteps: 5 }),
      "OneCycleLR: expected an optimizer with momentum or betas",
    ],
  ],
  "optim.CyclicLR": [
    noOptimizer("CyclicLR", 0, 1),
    [() => new optim.CyclicLR(sgd(), 0, bad(undefined)), "CyclicLR: expected maxLr to be a number"],
    [() => new optim.CyclicLR(sgd(), 0, 1, { stepSizeUp: 0 }), "CyclicLR: expected stepSizeUp above 0, got 0"],
    [
      () => new optim.CyclicLR(sgd(), 0, 1, { mode: bad("exp_range") }),
      "CyclicLR: expected mode to be one of triangular",
    ],
    [() => new optim.CyclicLR(sgd(), 0, 1, { scaleFn: bad(1) }), "CyclicLR: expected scaleFn to be a function, got 1"],
  ],
  "optim.SequentialLR": [
    [
      () => new optim.SequentialLR(sgd(), bad(1), []),
      "SequentialLR: expected schedulers to be a list of schedules, got 1",
    ],
    [
      () => {
        const o = sgd();
        return new optim.SequentialLR(o, [new optim.ExponentialLR(o, 1)], [3]);
      },
      "SequentialLR: expected 0 milestones, got [3]",
    ],
    [
      () => new optim.SequentialLR(sgd(), [new optim.ExponentialLR(sgd(), 1)], []),
      "SequentialLR: expected schedulers[0] to be of the same optimizer",
    ],
    [
      () => {
        const o = sgd();
        return new optim.SequentialLR(o, [new optim.ReduceLROnPlateau(o)], []);
      },
      "SequentialLR: expected schedulers[0] to be a schedule that no metric leads",
    ],
  ],
  "optim.ChainedScheduler": [
    [() => new optim.ChainedScheduler([]), "ChainedScheduler: expected optimizer"],
    [
      () => new optim.ChainedScheduler([new optim.ExponentialLR(sgd(), 1), new optim.ExponentialLR(sgd(), 1)]),
      "ChainedScheduler: expected schedulers[1] to be of the same optimizer",
    ],
  ],
  "optim.ReduceLROnPlateau": [
    noOptimizer("ReduceLROnPlateau"),
    [() => new optim.ReduceLROnPlateau(sgd(), { factor: 1 }), "ReduceLROnPlateau: expected factor below 1, got 1"],
    [() => new optim.ReduceLROnPlateau(sgd(), { mode: bad("least") }), "ReduceLROnPlateau: expected mode to be one of"],
    [() => new optim.ReduceLROnPlateau(sgd(), { patience: -1 }), "ReduceLROnPlateau: expected patience at least 0"],
    [() => new optim.ReduceLROnPlateau(sgd()).step(), "ReduceLROnPlateau: expected step to get the metric's value"],
  ],

  "nn.init.eye": [[() => nn.init.eye(x), "eye: expected x of 2 axes, got [3]"]],
  "nn.init.dirac": [
    [() => nn.init.dirac(matrix), "dirac: expected x of 3 to 5 axes, got [2, 3]"],
    [() => nn.init.dirac(ones([3, 2, 2]), { groups: 2 }), "dirac: expected groups to divide 3, got 2"],
  ],
  "nn.init.orthogonal": [
    [() => nn.init.orthogonal(x), "orthogonal: expected x of at least 2 axes, got [3]"],
    [() => nn.init.orthogonal(matrix, { gain: bad("1") }), 'orthogonal: expected gain to be a number, got "1"'],
  ],
  "nn.init.sparse": [
    [() => nn.init.sparse(x, 0.5), "sparse: expected x of 2 axes, got [3]"],
    [() => nn.init.sparse(matrix, 1.5), "sparse: expected sparsity from 0 to 1, got 1.5"],
    [() => nn.init.sparse(matrix, 0.5, { std: -1 }), "sparse: expected std at least 0, got -1"],
  ],
  "nn.init.truncNormal": [
    [() => nn.init.truncNormal(bad([1])), "truncNormal: expected x to be a tensor, got [1]"],
    [() => nn.init.truncNormal(x, { std: 0 }), "truncNormal: expected std above 0, got 0"],
    [() => nn.init.truncNormal(x, { a: 3 }), "truncNormal: expected b at least 3, got 2"],
  ],
};

// Cases of one optimizer: parameters p0, p1 ... get the prescribed gradients of each step, and are compared after it.
// Training a model with one is train.ts.
import { add, backward, matmul, mul, type optim, sub, sum, type Tensor, tensor, zerosLike } from "../../src/index.ts";
import { type Adapter, type Call, camelCase, lookUp, optionsOf } from "./calls.ts";
import { fromStored } from "./operands.ts";

/** The classes of `optim` by PyTorch's names in the manifest. */
export const OPTIMIZERS: Readonly<Record<string, string>> = {
  sgd: "SGD",
  adam: "Adam",
  adamw: "AdamW",
  rmsprop: "RMSprop",
  adagrad: "Adagrad",
  adadelta: "Adadelta",
  adamax: "Adamax",
  nadam: "NAdam",
  radam: "RAdam",
  rprop: "Rprop",
  asgd: "ASGD",
  lion: "Lion",
};

/** What every optimizer offers. */
interface Optimizer {
  step(): void;
  zeroGrad(): void;
}

const isOptimizer = (value: unknown): value is Optimizer =>
  typeof value === "object" && value !== null && "step" in value && "zeroGrad" in value;

/** The parameters after each step, `p0.step1` and so on. */
function run({ kase, inputs }: Call, optimizer: unknown): Record<string, Tensor> {
  if (!isOptimizer(optimizer)) throw new TypeError(`${kase.op}: expected an optimizer with step and zeroGrad`);
  for (const p of inputs) p.requiresGrad = true;
  const outputs: Record<string, Tensor> = {};
  for (let step = 1; step <= (kase.steps ?? 0); step++) {
    optimizer.zeroGrad();
    // The gradient of sum(p * g) with respect to p is g, to the bit.
    const terms = inputs.map((p, i) => sum(mul(p, fromStored(kase.stored(`in.g${i}.step${step}`)))));
    backward(terms.reduce((a, b) => add(a, b)));
    optimizer.step();
    for (const [i, p] of inputs.entries()) outputs[`p${i}.step${step}`] = mul(p, 1);
  }
  return outputs;
}

export const optimize: Adapter = (call) => run(call, Reflect.construct(call.fn, [call.inputs, call.options]));

/** One group per parameter, each with options of its own. */
export const optimizeGroups: Adapter = (call) => {
  const { optimizer: name, groups, ...common } = call.kase.kwargs;
  const make = lookUp(call.library, `optim.${OPTIMIZERS[String(name)]}`);
  if (typeof make !== "function") throw new Error(`optim has no ${String(name)}`);
  if (!Array.isArray(groups)) throw new TypeError("param_groups: expected a list of groups in kwargs");
  const params = groups.map((group, i) => ({ params: [call.inputs[i]], ...optionsOf(group) }));
  return run(call, Reflect.construct(make, [params, optionsOf(common)]));
};

/** L-BFGS on the quadratic x'Ax / 2 - b'x. */
export const optimizeQuadratic: Adapter = ({ kase, fn, x: { A, b, x }, options }) => {
  if (!A || !b || !x) throw new TypeError("lbfgs: expected A, b and x");
  x.requiresGrad = true;
  const { lineSearchFn, ...rest } = options;
  const search = lineSearchFn === undefined ? {} : { lineSearchFn: camelCase(String(lineSearchFn)) };
  const optimizer: optim.LBFGS = Reflect.construct(fn, [[x], { ...rest, ...search }]);
  const closure = (): Tensor => {
    optimizer.zeroGrad();
    const loss = sub(mul(sum(mul(x, matmul(A, x))), 0.5), sum(mul(b, x)));
    backward(loss);
    return loss;
  };
  const outputs: Record<string, Tensor> = {};
  for (let step = 1; step <= (kase.steps ?? 0); step++) {
    optimizer.step(closure);
    outputs[`x.step${step}`] = mul(x, 1);
  }
  return outputs;
};

/** Zeros that have the inputs as gradients. */
function withGradients(grads: readonly Tensor[]): Tensor[] {
  return grads.map((g) => {
    const p = zerosLike(g, { requiresGrad: true });
    p.grad = g;
    return p;
  });
}

/** The clipped gradients by name, after the total norm if there is one. */
export const clipNorm: Adapter = ({ kase, fn, inputs, options: { maxNorm, ...rest } }) => {
  const { normType } = rest;
  const params = withGradients(inputs);
  const norm = fn(params, maxNorm, normType === "inf" ? { ...rest, normType: Infinity } : rest);
  const named = params.map((p, i) => [kase.inputs![i], p.grad]);
  return { total_norm: tensor(Number(norm)), ...Object.fromEntries(named) };
};

export const clipValue: Adapter = ({ fn, inputs, options }) => {
  const params = withGradients(inputs);
  fn(params, options.clipValue);
  return params.map((p) => p.grad);
};

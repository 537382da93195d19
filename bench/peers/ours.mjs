// Our side: the package as its users have it in Node, asked in the same way as the peers. The networks are
// bench/workloads.ts, bundled by scripts/bench-peers.ts.

import { cnnModel, mlpModel, workloads } from "../../build/peers/workloads.js";
import {
  batchNorm,
  conv2d,
  crossEntropy,
  exp,
  layerNorm,
  matmul,
  nn,
  noGrad,
  ones,
  optim,
  randint,
  randn,
  scaledDotProductAttention,
  sigmoid,
  softmax,
  tanh,
  tidy,
  variable,
  zeros,
} from "../../dist/node/index.js";
import { serve } from "./serve.mjs";

const sum = (sizes) => sizes.reduce((total, n) => total + n, 0);

const values = (t) => ({
  dtype: t.dtype,
  shape: t.shape,
  base64: Buffer.from(t.data.slice().buffer).toString("base64"),
});
const allValues = (tensors) => Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, values(t)]));

/** A training step of bench/workloads.ts. `check` tells the weights and batch that it starts from. */
function training(name) {
  const work = workloads.find((w) => w.name === name).setup();
  return {
    step: work.step,
    parameters: sum(work.model.parameters().map((p) => p.size)),
    check({ steps }) {
      const fresh = workloads.find((w) => w.name === name).setup();
      if (fresh.batch.noise === null) fresh.batch.noise = randn([128, 20]);
      const from = { weights: allValues(fresh.model.stateDict()), batch: allValues(fresh.batch) };
      return { losses: Array.from({ length: steps }, () => fresh.step()), from };
    },
  };
}

function inference(model, x) {
  model.eval();
  return {
    step: () => tidy(() => void noGrad(() => model.forward(x))),
    parameters: sum(model.parameters().map((p) => p.size)),
  };
}

/** `fn` of operands: forward alone, or with all gradients of the operands that are `trained`. */
function op({ backward }, trained, fn, gradient) {
  if (!backward) return { step: () => tidy(() => void noGrad(fn)) };
  for (const x of trained) x.requiresGrad = true;
  return {
    step() {
      tidy(() => fn().backward(gradient === undefined ? {} : { gradient }));
      for (const x of trained) x.zeroGrad();
    },
  };
}

const map = (fn) => (work) => {
  const x = randn(work.shape);
  return op(work, [x], () => fn(x), randn(work.shape));
};

/** A recurrent layer, with the gradients of its weights. */
const recurrent = (kind) => (work) => {
  const [time, batch, inputs, units] = work.shape;
  const layer = new nn[kind](inputs, units);
  const x = randn([time, batch, inputs]);
  return op(work, layer.parameters(), () => layer.call(x)[0], randn([time, batch, units]));
};

const works = {
  ...Object.fromEntries(workloads.map(({ name }) => [`train ${name}`, () => training(name)])),
  "infer mlp": () => inference(mlpModel(), randn([64, 784])),
  "infer cnn": () => inference(cnnModel(), randn([32, 1, 28, 28])),
  gemm: (work) => {
    const [m, n, k] = work.shape;
    const [a, b] = [randn([m, k]), randn([k, n])];
    return op(work, [], () => matmul(a, b));
  },
  conv: (work) => {
    const [n, c, size, o, kernel, stride, groups] = work.shape;
    const [x, weight, bias] = [randn([n, c, size, size]), randn([o, c / groups, kernel, kernel]), randn([o])];
    return op(work, [], () => conv2d(x, weight, bias, { stride, padding: kernel >> 1, groups }));
  },
  exp: map(exp),
  tanh: map(tanh),
  sigmoid: map(sigmoid),
  softmax: map((x) => softmax(x)),
  "layer norm": (work) => {
    const c = work.shape[1];
    const [x, weight, bias] = [randn(work.shape), ones([c]), zeros([c])];
    return op(work, [x, weight, bias], () => layerNorm(x, c, weight, bias), randn(work.shape));
  },
  "batch norm": (work) => {
    const c = work.shape[1];
    const [x, weight, bias, mean, variance] = [randn(work.shape), ones([c]), zeros([c]), zeros([c]), ones([c])];
    const normalised = () => batchNorm(x, mean, variance, weight, bias, { training: true });
    return op(work, [x, weight, bias], normalised, randn(work.shape));
  },
  "cross entropy": (work) => {
    const [n, classes] = work.shape;
    const [x, target] = [randn(work.shape), randint(0, classes, [n])];
    return op(work, [x], () => crossEntropy(x, target));
  },
  attention: (work) => {
    const [q, k, v] = [randn(work.shape), randn(work.shape), randn(work.shape)];
    const attended = () => scaledDotProductAttention(q, k, v, { isCausal: true });
    return op(work, [q, k, v], attended, randn(work.shape));
  },
  lstm: recurrent("LSTM"),
  gru: recurrent("GRU"),
  adam: (work) => {
    const p = variable(randn(work.shape));
    p.grad = randn(work.shape);
    const optimizer = new optim.Adam([p], { lr: 1e-3 });
    return { step: () => void optimizer.step() };
  },
};

/** What the work before holds is released with its scope. */
let scope = tidy();
await serve("sedge", (work) => {
  scope[Symbol.dispose]();
  scope = tidy();
  return works[work.op](work);
});

// jax-js on its WebAssembly backend, one thread: the works of works.ts, compiled by its `jit`, as its users write them.
// The networks are jax-networks.mjs.
import { blockUntilReady, defaultDevice, grad, init, jit, lax, nn, numpy as np, tree } from "@jax-js/jax";
import {
  adam,
  attend,
  classifier,
  cnn,
  cnnOf,
  crossEntropy,
  gpt,
  gruCell,
  labels,
  layerNorm,
  linear,
  linearOf,
  lstmCell,
  mlp,
  mlpOf,
  recurrent,
  refs,
  size,
  training,
  uniform,
  vae,
} from "./jax-networks.mjs";
import { pytorchOnly, serve } from "./serve.mjs";

const devices = await init("wasm");
if (!devices.includes("wasm")) throw new Error(`expected the wasm device, got ${devices}`);
defaultDevice("wasm");

function inference(p, forward, x) {
  const parameters = tree.leaves(p).reduce((n, leaf) => n + size(leaf.shape), 0);
  const compiled = jit(forward);
  return { step: () => compiled(refs(p), x.ref).blockUntilReady(), parameters };
}

/** `fn` of operands: forward alone, or with the gradients of all of them. */
function op({ backward }, operands, fn, ...dy) {
  if (!backward) {
    const compiled = jit(fn);
    return { step: async () => (await compiled(...refs(operands)).blockUntilReady()).dispose() };
  }
  const scalar = (operands, ...dy) =>
    dy.length === 0
      ? fn(...operands)
      : fn(...operands)
          .mul(dy[0])
          .sum();
  const compiled = jit((operands, ...dy) => grad(scalar)(operands, ...dy));
  return {
    async step() {
      const gradients = compiled(refs(operands), ...refs(dy));
      await blockUntilReady(gradients);
      tree.dispose(gradients);
    },
  };
}

const map = (fn) => (work) => op(work, [uniform(work.shape)], fn, uniform(work.shape));

const works = {
  "train mlp": () => classifier(mlpOf(), mlp, uniform([64, 784])),
  "train xor": () => {
    const [x, y] = [
      np.array([
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ]),
      np.array([[0], [1], [1], [0]]),
    ];
    const loss = (p, x, y) => np.square(linear(np.tanh(linear(x, p.l1)), p.l2).sub(y)).mean();
    return training({ l1: linearOf(2, 16), l2: linearOf(16, 1) }, [x, y], loss);
  },
  "train cnn": () => classifier(cnnOf(), cnn, uniform([32, 1, 28, 28])),
  "train lstm": () => recurrent(4, lstmCell),
  "train gru": () => recurrent(3, gruCell),
  "train gpt": gpt,
  "train vae": vae,
  "infer mlp": () => inference(mlpOf(), mlp, uniform([64, 784])),
  "infer cnn": () => inference(cnnOf(), cnn, uniform([32, 1, 28, 28])),
  gemm: (work) => {
    const [m, n, k] = work.shape;
    return op(work, [uniform([m, k]), uniform([k, n])], (a, b) => np.matmul(a, b));
  },
  conv: (work) => {
    const [n, c, size, o, kernel, stride, groups] = work.shape;
    const operands = [uniform([n, c, size, size]), uniform([o, c / groups, kernel, kernel]), uniform([o, 1, 1])];
    const padding = [kernel >> 1, kernel >> 1];
    const convolved = (x, weight, bias) =>
      lax.convGeneralDilated(x, weight, [stride, stride], [padding, padding], { featureGroupCount: groups }).add(bias);
    return op(work, operands, convolved);
  },
  exp: map((x) => np.exp(x)),
  tanh: map((x) => np.tanh(x)),
  sigmoid: map((x) => nn.sigmoid(x)),
  softmax: map((x) => nn.softmax(x, -1)),
  "layer norm": (work) => {
    const c = work.shape[1];
    const operands = [uniform(work.shape), np.ones([c]), np.zeros([c])];
    return op(work, operands, (x, gain, bias) => layerNorm(x, { gain, bias }), uniform(work.shape));
  },
  "batch norm": (work) => {
    const c = work.shape[1];
    const operands = [uniform(work.shape), np.ones([c, 1, 1]), np.zeros([c, 1, 1])];
    return op(work, operands, (x, gain, bias) => nn.standardize(x, [0, 2, 3]).mul(gain).add(bias), uniform(work.shape));
  },
  "cross entropy": (work) => {
    const [n, classes] = work.shape;
    const y = labels(n, classes);
    return op(work, [uniform(work.shape)], (x) => crossEntropy(x, y.ref, n, classes));
  },
  attention: (work) => {
    const [q, k, v, dy] = [0, 1, 2, 3].map(() => uniform(work.shape));
    return op(work, [q, k, v], attend, dy);
  },
  lstm: pytorchOnly,
  gru: pytorchOnly,
  adam: (work) => {
    const { shape } = work;
    const step = jit(adam);
    const g = uniform(shape);
    let state = [uniform(shape), np.zeros(shape), np.zeros(shape), np.array(0)];
    return {
      async step() {
        const [p, m, v, t] = state;
        state = step(p, g.ref, m, v, t);
        await state[0].blockUntilReady();
      },
    };
  },
};

await serve("jax-js 0.1.25 (wasm)", (work) => works[work.op](work));

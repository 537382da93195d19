// TensorFlow.js on its WebAssembly backend, one thread: the works of works.ts. Networks as its users write them: layers
// where it has them, ops elsewhere.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pytorchOnly, serve } from "./serve.mjs";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");

wasm.setWasmPaths(`${join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")))}/`);
await tf.setBackend("wasm");
await tf.ready();
if (tf.getBackend() !== "wasm") throw new Error(`expected the wasm backend, got ${tf.getBackend()}`);

const oneHot = (n, classes) => tf.oneHot(tf.randomUniform([n], 0, classes, "int32"), classes);

/** A step on one batch: `loss()` of what is in `weights`. */
function training(loss, weights, optimizer = tf.train.adam(1e-3)) {
  const count = weights.reduce((n, w) => n + w.size, 0);
  const step = () => {
    const value = optimizer.minimize(loss, true, weights);
    value.dataSync();
    value.dispose();
  };
  return { step, parameters: count };
}

function classifier(layers, x, merged = 0) {
  const model = tf.sequential({ layers });
  const y = oneHot(x.shape[0], 10);
  const loss = () => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }));
  return {
    ...training(
      loss,
      model.trainableWeights.map((w) => w.val),
    ),
    merged,
  };
}

const { dense } = tf.layers;
const mlp = () => [dense({ inputShape: [784], units: 128, activation: "relu" }), dense({ units: 10 })];
const cnn = () => [
  tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 8, kernelSize: 5, padding: "same", activation: "relu" }),
  tf.layers.maxPooling2d({ poolSize: 2 }),
  tf.layers.conv2d({ filters: 16, kernelSize: 5, padding: "same", activation: "relu" }),
  tf.layers.maxPooling2d({ poolSize: 2 }),
  tf.layers.flatten(),
  dense({ units: 10 }),
];

function recurrent(layer, gates) {
  const layers = [layer({ inputShape: [28, 28], units: 64 }), dense({ units: 10 })];
  return classifier(layers, tf.randomNormal([32, 28, 28]), gates * 64);
}

function inference(layers, x) {
  const model = tf.sequential({ layers });
  return {
    step: () => tf.tidy(() => void model.apply(x)),
    parameters: model.trainableWeights.reduce((n, w) => n + w.val.size, 0),
  };
}

const variable = (shape, scale = 0.1) => tf.variable(tf.randomNormal(shape, 0, scale));
const linear = (x, { w, b }) => (b === undefined ? tf.matMul(x, w) : tf.add(tf.matMul(x, w), b));
const linearOf = (from, to, bias = true) => ({ w: variable([from, to]), ...(bias ? { b: variable([to]) } : {}) });
const flat = (tree) => (tree instanceof tf.Variable ? [tree] : Object.values(tree).flatMap(flat));

/** The batch, its text, the vocabulary, the model's width, heads and layers. */
const [BATCH, TIME, VOCABULARY, WIDTH, HEADS, LAYERS] = [12, 64, 65, 128, 4, 4];

function attend(q, k, v, mask) {
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape.at(-1)));
  return tf.matMul(tf.softmax(tf.add(scores, mask)), v);
}

/** 0 where a step may look, and as good as -infinity where it may not. */
const causal = (n) => tf.tidy(() => tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([n, n]), -1, 0)), -1e9));

function layerNorm(x, { gain, bias }) {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), gain), bias);
}

const gelu = (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

function gpt() {
  const norm = () => ({ gain: tf.variable(tf.ones([WIDTH])), bias: tf.variable(tf.zeros([WIDTH])) });
  const p = {
    wte: variable([VOCABULARY, WIDTH]),
    wpe: variable([TIME, WIDTH]),
    blocks: Array.from({ length: LAYERS }, () => ({
      ln1: norm(),
      qkv: linearOf(WIDTH, 3 * WIDTH),
      proj: linearOf(WIDTH, WIDTH),
      ln2: norm(),
      fc: linearOf(WIDTH, 4 * WIDTH),
      out: linearOf(4 * WIDTH, WIDTH),
    })),
    ln: norm(),
    head: linearOf(WIDTH, VOCABULARY, false),
  };
  const ids = tf.randomUniform([BATCH * TIME], 0, VOCABULARY, "int32");
  const y = oneHot(BATCH * TIME, VOCABULARY);
  const mask = causal(TIME);
  const heads = (x) => tf.transpose(tf.reshape(x, [BATCH, TIME, HEADS, WIDTH / HEADS]), [0, 2, 1, 3]);
  const loss = () => {
    let x = tf.reshape(tf.add(tf.reshape(tf.gather(p.wte, ids), [BATCH, TIME, WIDTH]), p.wpe), [-1, WIDTH]);
    for (const block of p.blocks) {
      const [q, k, v] = tf.split(linear(layerNorm(x, block.ln1), block.qkv), 3, 1).map(heads);
      const seen = tf.reshape(tf.transpose(attend(q, k, v, mask), [0, 2, 1, 3]), [-1, WIDTH]);
      x = tf.add(x, linear(seen, block.proj));
      x = tf.add(x, linear(gelu(linear(layerNorm(x, block.ln2), block.fc)), block.out));
    }
    return tf.losses.softmaxCrossEntropy(y, linear(layerNorm(x, p.ln), p.head));
  };
  return training(loss, flat(p)); // there is no AdamW
}

function vae() {
  const p = {
    fc1: linearOf(784, 400),
    fc21: linearOf(400, 20),
    fc22: linearOf(400, 20),
    fc3: linearOf(20, 400),
    fc4: linearOf(400, 784),
  };
  const x = tf.randomUniform([128, 784]);
  const loss = () => {
    const hidden = tf.relu(linear(x, p.fc1));
    const [mean, logVariance] = [linear(hidden, p.fc21), linear(hidden, p.fc22)];
    const z = tf.add(mean, tf.mul(tf.randomNormal([128, 20]), tf.exp(tf.mul(logVariance, 0.5))));
    const logits = linear(tf.relu(linear(z, p.fc3)), p.fc4);
    const reconstruction = tf.sum(tf.losses.sigmoidCrossEntropy(x, logits, 1, 0, tf.Reduction.NONE));
    const divergence = tf.mul(
      -0.5,
      tf.sum(tf.sub(tf.sub(tf.add(logVariance, 1), tf.square(mean)), tf.exp(logVariance))),
    );
    return tf.add(reconstruction, divergence);
  };
  return training(loss, flat(p));
}

/** `fn` of operands: forward alone, or with the gradients of all of them. */
function op({ backward }, operands, fn, dy) {
  const gradients = backward ? tf.grads(fn) : null;
  return {
    step: () => tf.tidy(() => void (gradients === null ? fn(...operands) : gradients(operands, dy))),
  };
}

const map = (fn) => (work) => op(work, [tf.randomNormal(work.shape)], fn, tf.randomNormal(work.shape));

const works = {
  "train mlp": () => classifier(mlp(), tf.randomNormal([64, 784])),
  "train xor": () => {
    const layers = [dense({ inputShape: [2], units: 16, activation: "tanh" }), dense({ units: 1 })];
    const model = tf.sequential({ layers });
    const [x, y] = [tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]), tf.tensor2d([0, 1, 1, 0], [4, 1])];
    const loss = () => tf.losses.meanSquaredError(y, model.apply(x, { training: true }));
    return training(
      loss,
      model.trainableWeights.map((w) => w.val),
    );
  },
  "train cnn": () => classifier(cnn(), tf.randomNormal([32, 28, 28, 1])),
  // Keras has one bias where PyTorch has two, whose sum is all that counts.
  "train lstm": () => recurrent(tf.layers.lstm, 4),
  "train gru": () => recurrent(tf.layers.gru, 3),
  "train gpt": gpt,
  "train vae": vae,
  "infer mlp": () => inference(mlp(), tf.randomNormal([64, 784])),
  "infer cnn": () => inference(cnn(), tf.randomNormal([32, 28, 28, 1])),
  gemm: (work) => {
    const [m, n, k] = work.shape;
    return op(work, [tf.randomNormal([m, k]), tf.randomNormal([k, n])], (a, b) => tf.matMul(a, b));
  },
  conv: (work) => {
    const [n, c, size, o, kernel, stride, groups] = work.shape;
    const depthwise = groups > 1;
    const convolve = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
    const operands = [[n, size, size, c], depthwise ? [kernel, kernel, c, 1] : [kernel, kernel, c, o], [o]];
    const options = { strides: stride, pad: kernel >> 1, dimRoundingMode: "floor" };
    return op(
      work,
      operands.map((shape) => tf.randomNormal(shape)),
      (x, filter, bias) => convolve({ x, filter, bias, ...options }),
    );
  },
  exp: map((x) => tf.exp(x)),
  tanh: map((x) => tf.tanh(x)),
  sigmoid: map((x) => tf.sigmoid(x)),
  softmax: map((x) => tf.softmax(x)),
  "layer norm": (work) => {
    const c = work.shape[1];
    const operands = [tf.randomNormal(work.shape), tf.ones([c]), tf.zeros([c])];
    return op(work, operands, (x, gain, bias) => layerNorm(x, { gain, bias }), tf.randomNormal(work.shape));
  },
  "batch norm": (work) => {
    const [n, c, h, w] = work.shape;
    const shape = [n, h, w, c];
    const normalised = (x, gain, bias) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.batchNorm(x, mean, variance, bias, gain, 1e-5);
    };
    return op(work, [tf.randomNormal(shape), tf.ones([c]), tf.zeros([c])], normalised, tf.randomNormal(shape));
  },
  "cross entropy": (work) => {
    const y = oneHot(...work.shape);
    return op(work, [tf.randomNormal(work.shape)], (x) => tf.losses.softmaxCrossEntropy(y, x));
  },
  attention: (work) => {
    const mask = causal(work.shape[2]);
    const operands = [0, 1, 2].map(() => tf.randomNormal(work.shape));
    return op(work, operands, (q, k, v) => attend(q, k, v, mask), tf.randomNormal(work.shape));
  },
  lstm: pytorchOnly,
  gru: pytorchOnly,
  adam: (work) => {
    tf.variable(tf.randomNormal(work.shape), true, "p"); // the optimizer finds it by its name
    const gradients = { p: tf.randomNormal(work.shape) };
    const optimizer = tf.train.adam(1e-3);
    return { step: () => optimizer.applyGradients(gradients) };
  },
};

await serve(`TensorFlow.js ${tf.version_core} (${tf.getBackend()})`, (work) => {
  tf.disposeVariables();
  return works[work.op](work);
});

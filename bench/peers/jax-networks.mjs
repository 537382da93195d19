// The networks that jax-js trains, and its optimizer, which the package leaves to others. The works and the process are jax.mjs.
import { jit, lax, nn, numpy as np, random, tree, valueAndGrad } from "@jax-js/jax";

// Each use of an array takes it over, but for those by `.ref`: this is how the library counts owners.
export const size = (shape) => shape.reduce((n, d) => n * d, 1);
export const uniform = (shape, scale = 1) =>
  np.array(Float32Array.from({ length: size(shape) }, () => (Math.random() * 2 - 1) * scale)).reshape(shape);
export const labels = (n, classes) => np.array(new Int32Array(n).map(() => Math.floor(Math.random() * classes)));
export const refs = (p) => tree.ref(p);

/** Adam as PyTorch has it, on a tree of parameters; `decay` is AdamW's. */
export function adam(p, g, m, v, t, decay = 0) {
  const [lr, b1, b2, eps] = [1e-3, 0.9, 0.999, 1e-8];
  const m2 = tree.map((m, g) => m.mul(b1).add(g.mul(1 - b1)), m, refs(g));
  const v2 = tree.map((v, g) => v.mul(b2).add(g.ref.mul(g).mul(1 - b2)), v, g);
  const t2 = t.add(1);
  const first = np.subtract(1, np.power(b1, t2.ref));
  const second = np.subtract(1, np.power(b2, t2.ref));
  const p2 = tree.map(
    (p, m, v) => {
      const by = m
        .div(first.ref)
        .div(np.sqrt(v.div(second.ref)).add(eps))
        .mul(lr);
      return (decay === 0 ? p : p.mul(1 - lr * decay)).sub(by);
    },
    p,
    refs(m2),
    refs(v2),
  );
  first.dispose();
  second.dispose();
  return [p2, m2, v2, t2];
}

/** A step on one batch: `loss(parameters, ...batch)`. */
export function training(p, batch, loss, decay = 0) {
  const parameters = tree.leaves(p).reduce((n, x) => n + size(x.shape), 0);
  const step = jit((p, m, v, t, ...batch) => {
    const [value, g] = valueAndGrad(loss)(refs(p), ...batch);
    return [adam(p, g, m, v, t, decay), value];
  });
  const zero = () => tree.map((x) => np.zeros(x.shape), p);
  let state = [p, zero(), zero(), np.array(0)];
  return {
    parameters,
    async step() {
      const [next, value] = step(...state, ...refs(batch));
      state = next;
      await value.data();
    },
  };
}

export const linearOf = (from, to, bias = true) => ({
  w: uniform([from, to], from ** -0.5),
  ...(bias ? { b: uniform([to], from ** -0.5) } : {}),
});
export const linear = (x, { w, b }) => (b === undefined ? np.matmul(x, w) : np.matmul(x, w).add(b));
export const crossEntropy = (logits, y, n, classes) =>
  nn
    .logSoftmax(logits, -1)
    .mul(nn.oneHot(y, classes))
    .sum()
    .mul(-1 / n);

export const mlpOf = () => ({ l1: linearOf(784, 128), l2: linearOf(128, 10) });
export const mlp = (p, x) => linear(nn.relu(linear(x, p.l1)), p.l2);

const convOf = (from, to) => ({ w: uniform([to, from, 5, 5], 0.2 / from), b: uniform([to, 1, 1], 0.1) });
const conv = (x, { w, b }) => lax.convGeneralDilated(x, w, [1, 1], "SAME").add(b);
const pool = (x) => {
  const [n, c, h, w] = x.shape;
  return x.reshape([n, c, h / 2, 2, w / 2, 2]).max([3, 5]);
};
export const cnnOf = () => ({ c1: convOf(1, 8), c2: convOf(8, 16), l: linearOf(784, 10) });
export const cnn = (p, x) => {
  const h = pool(nn.relu(conv(pool(nn.relu(conv(x, p.c1))), p.c2)));
  return linear(h.reshape([-1, 784]), p.l);
};

export const classifier = (p, forward, x) =>
  training(p, [x, labels(x.shape[0], 10)], (p, x, y) => crossEntropy(forward(p, x), y, x.shape[0], 10));

/** The blocks of gates of a recurrent layer, as `[n, 64]` each. */
const gates = (x, count) => np.split(x, count, 1);

export function recurrent(count, cell) {
  const rnnOf = () => ({
    wi: uniform([28, count * 64], 0.125),
    wh: uniform([64, count * 64], 0.125),
    bi: uniform([count * 64], 0.125),
    bh: uniform([count * 64], 0.125),
  });
  const forward = ({ rnn, l }, x) => {
    const inputs = np
      .matmul(x.reshape([32 * 28, 28]), rnn.wi)
      .add(rnn.bi)
      .reshape([32, 28, count * 64]);
    const steps = np.split(inputs, 28, 1);
    let state = [np.zeros([32, 64]), np.zeros([32, 64])];
    for (const step of steps) {
      const fed = np.matmul(state[0].ref, rnn.wh.ref).add(rnn.bh.ref);
      state = cell(step.reshape([32, count * 64]), fed, state);
    }
    rnn.wh.dispose();
    rnn.bh.dispose();
    state[1].dispose();
    return linear(state[0], l);
  };
  return classifier({ rnn: rnnOf(), l: linearOf(64, 10) }, forward, uniform([32, 28, 28]));
}

export function lstmCell(input, fed, [h, c]) {
  h.dispose();
  const [i, f, g, o] = gates(input.add(fed), 4);
  const c2 = nn
    .sigmoid(f)
    .mul(c)
    .add(nn.sigmoid(i).mul(np.tanh(g)));
  return [nn.sigmoid(o).mul(np.tanh(c2.ref)), c2];
}

export function gruCell(input, fed, [h, unused]) {
  const [ri, zi, ni] = gates(input, 3);
  const [rh, zh, nh] = gates(fed, 3);
  const z = nn.sigmoid(zi.add(zh));
  const n = np.tanh(ni.add(nn.sigmoid(ri.add(rh)).mul(nh)));
  return [n.mul(np.subtract(1, z.ref)).add(z.mul(h)), unused];
}

/** The batch, its text, the vocabulary, the model's width, heads and layers. */
const [BATCH, TIME, VOCABULARY, WIDTH, HEADS, LAYERS] = [12, 64, 65, 128, 4, 4];

export const layerNorm = (x, { gain, bias }) => nn.standardize(x, -1).mul(gain).add(bias);
/** Causal, of [batch, heads, time, size]. `nn.dotProductAttention` needs the iterator helpers of Node 22. */
export function attend(q, k, v) {
  const [time, width] = q.shape.slice(-2);
  const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(width ** -0.5);
  const mask = np.tril(np.ones([time, time])).equal(1);
  return np.matmul(nn.softmax(np.where(mask, scores, -Infinity), -1), v);
}

export function gpt() {
  const norm = () => ({ gain: np.ones([WIDTH]), bias: np.zeros([WIDTH]) });
  const p = {
    wte: uniform([VOCABULARY, WIDTH]),
    wpe: uniform([TIME, WIDTH]),
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
  const loss = (p, ids, y) => {
    let x = np.take(p.wte, ids, 0).reshape([BATCH, TIME, WIDTH]).add(p.wpe);
    for (const block of p.blocks) {
      const [q, k, v] = np
        .split(linear(layerNorm(x.ref, block.ln1), block.qkv), 3, 2)
        .map((z) => z.reshape([BATCH, TIME, HEADS, WIDTH / HEADS]).transpose([0, 2, 1, 3]));
      const seen = attend(q, k, v).transpose([0, 2, 1, 3]).reshape([BATCH, TIME, WIDTH]);
      x = x.add(linear(seen, block.proj));
      const hidden = nn.gelu(linear(layerNorm(x.ref, block.ln2), block.fc), { approximate: false });
      x = x.add(linear(hidden, block.out));
    }
    const logits = linear(layerNorm(x, p.ln), p.head).reshape([BATCH * TIME, VOCABULARY]);
    return crossEntropy(logits, y, BATCH * TIME, VOCABULARY);
  };
  return training(p, [labels(BATCH * TIME, VOCABULARY), labels(BATCH * TIME, VOCABULARY)], loss, 0.01);
}

export function vae() {
  const p = {
    fc1: linearOf(784, 400),
    fc21: linearOf(400, 20),
    fc22: linearOf(400, 20),
    fc3: linearOf(20, 400),
    fc4: linearOf(400, 784),
  };
  const loss = (p, x, key) => {
    const hidden = nn.relu(linear(x.ref, p.fc1));
    const [mean, logVariance] = [linear(hidden.ref, p.fc21), linear(hidden, p.fc22)];
    const z = mean.ref.add(random.normal(key, [128, 20]).mul(np.exp(logVariance.ref.mul(0.5))));
    const logits = linear(nn.relu(linear(z, p.fc3)), p.fc4);
    const reconstruction = nn.softplus(logits.ref).sub(x.mul(logits)).sum();
    const divergence = logVariance.ref.add(1).sub(np.square(mean)).sub(np.exp(logVariance)).sum().mul(-0.5);
    return reconstruction.add(divergence);
  };
  const x = uniform([128, 784]).mul(0.5).add(0.5);
  // Drawn in every step; that it is the same noise each time makes no difference to the work.
  return training(p, [x, random.key(0)], loss);
}

// Checks of gradients: against closed forms where there is one, and against differences for the large ops.
import { close, equal, ok, throws, values } from "./check.js";

/**
 * The gradient of the sum of `fn(x) * c`, c random, for each element of `x`, by central differences; float32 allows about three
 * digits of it.
 */
function differences(sedge, fn, at, shape, c) {
  const eps = 1e-2;
  const f = (a) => sedge.tidy(() => fn(sedge.tensor(a, { shape })).mul(c).sum().item());
  return at.map((_, i) => {
    const [up, down] = [at.slice(), at.slice()];
    up[i] += eps;
    down[i] -= eps;
    return (f(up) - f(down)) / (up[i] - down[i]);
  });
}

/** Whether backward() and differences agree on `fn` at `x`. */
function agree(sedge, fn, shape, tolerance = 1e-2) {
  const at = values(shape.reduce((a, b) => a * b));
  const x = sedge.variable(at, { shape });
  const y = fn(x);
  const c = sedge.tensor(values(y.size, 11), { shape: y.shape });
  y.mul(c).sum().backward();
  close(x.grad, [...differences(sedge, fn, at, shape, c)], tolerance);
  equal(x.grad.shape, [...shape]);
}

export const gradients = {
  "of a sum of squares": ({ variable }) => {
    const x = variable([1, -2, 3.5]);
    x.square().sum().backward();
    equal(x.grad.toArray(), [2, -4, 7]);
  },

  "accumulate until they are cleared": ({ variable, zeroGrad }) => {
    const x = variable([1, 2]);
    x.mul(3).sum().backward();
    x.mul(3).sum().backward();
    equal(x.grad.toArray(), [6, 6]);
    zeroGrad(x);
    ok(x.grad === null || x.grad.sum().item() === 0, "no gradient after zeroGrad");
  },

  "at the kinks: relu gives 0, ties of amax share": ({ variable, amax }) => {
    const x = variable([0, -1, 2]);
    x.relu().sum().backward();
    equal(x.grad.toArray(), [0, 0, 1]);
    const y = variable([3, 1, 3]);
    amax(y).backward();
    equal(y.grad.toArray(), [0.5, 0, 0.5]);
  },

  "flow back through broadcasting": ({ variable }) => {
    const [a, b] = [variable([[1], [2]]), variable([10, 20, 30])];
    a.mul(b).sum().backward();
    equal(
      [a.grad.toArray(), b.grad.toArray()],
      [
        [[60], [60]],
        [3, 3, 3],
      ],
    );
  },

  "of matmul are the products with the other side": ({ variable, ones }) => {
    const [a, b] = [variable(values(15), { shape: [5, 3] }), variable(values(21), { shape: [3, 7] })];
    a.matmul(b).sum().backward();
    close(a.grad, ones([5, 7]).matmul(b.transpose()));
    close(b.grad, a.transpose().matmul(ones([5, 7])));
  },

  "of cross entropy are softmax less one": ({ variable, tensor, crossEntropy }) => {
    const x = variable([
      [1, 2, 3],
      [0, 0, 0],
    ]);
    crossEntropy(x, tensor(Int32Array.of(2, 0))).backward();
    const p = x.detach().softmax({ axis: 1 }).toArray();
    close(
      x.grad,
      p.map((row, i) => row.map((v, j) => (v - (j === [2, 0][i] ? 1 : 0)) / 2)),
    );
  },

  "of the second order": ({ variable, grad }) => {
    const x = variable([2, -3]);
    const dx = grad(x.pow(3).sum(), x, { createGraph: true });
    equal(dx.toArray(), [12, 27]);
    equal(grad(dx.sum(), x).toArray(), [12, -18]);
  },

  "stop at noGrad and detach": ({ variable, noGrad }) => {
    const x = variable([1, 2]);
    ok(!noGrad(() => x.mul(2)).requiresGrad, "no graph under noGrad");
    x.mul(x.detach()).sum().backward();
    equal(x.grad.toArray(), [1, 2]);
  },

  "refuse a saved value that was overwritten": ({ variable, assign, ones }) => {
    const x = variable([1, 2]);
    const y = x.mul(1);
    const z = y.square().sum();
    assign(y.detach(), ones([2]));
    throws(() => z.backward(), Error, /backward|overwritten|changed/);
  },

  "of a convolution": (sedge) => {
    const weight = sedge.tensor(values(4 * 3 * 9, 6), { shape: [4, 3, 3, 3] });
    agree(sedge, (x) => sedge.conv2d(x, weight, null, { padding: 1, stride: 2 }), [1, 3, 5, 7]);
    const image = sedge.tensor(values(2 * 3 * 25, 2), { shape: [2, 3, 5, 5] });
    agree(sedge, (w) => sedge.conv2d(image, w), [2, 3, 3, 3]);
  },

  "of pooling and interpolation": (sedge) => {
    agree(sedge, (x) => sedge.maxPool2d(x, 2), [1, 2, 5, 6]);
    agree(sedge, (x) => sedge.interpolate(x, { size: [7, 5], mode: "bilinear" }), [1, 2, 3, 4]);
  },

  "of normalisations": (sedge) => {
    agree(sedge, (x) => sedge.layerNorm(x, [7]), [3, 7], 2e-2);
    const norm = new sedge.nn.BatchNorm2d(3);
    agree(sedge, (x) => norm.call(x), [2, 3, 3, 2], 2e-2);
  },

  "of activations": (sedge) => {
    for (const name of ["gelu", "silu", "tanh", "softplus", "elu"]) agree(sedge, (x) => sedge[name](x), [13]);
  },

  "of attention": (sedge) => {
    const [k, v] = [5, 6].map((s) => sedge.tensor(values(2 * 5 * 4, s), { shape: [1, 2, 5, 4] }));
    agree(sedge, (q) => sedge.scaledDotProductAttention(q, k, v), [1, 2, 3, 4]);
  },

  "of an LSTM and a GRU": (sedge) => {
    sedge.seed(3);
    const lstm = new sedge.nn.LSTM(3, 4, { batchFirst: true });
    agree(sedge, (x) => lstm.call(x)[0], [2, 5, 3]);
    const gru = new sedge.nn.GRU(3, 4, { batchFirst: true, bidirectional: true });
    agree(sedge, (x) => gru.call(x)[0], [2, 4, 3]);
  },
};

// ONNX Runtime Web on one thread: inference only. The models are written by onnx.mjs.
import { createRequire } from "node:module";
import { encodeModel } from "./onnx.mjs";
import { pytorchOnly, serve } from "./serve.mjs";

const require = createRequire(import.meta.url);
// The build for bundlers and pages; it finds its WebAssembly beside itself.
const ort = require("onnxruntime-web/wasm");
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "fatal";

const size = (shape) => shape.reduce((n, d) => n * d, 1);
const random = (n) => Float32Array.from({ length: n }, () => Math.random() * 2 - 1);
const weights = (...shape) => ({ shape, data: random(size(shape)).map((x) => x * 0.1) });

/** A session that runs the nodes on random inputs. */
async function session({ nodes, initializers = {}, inputs, output, opset }) {
  const bytes = encodeModel({ nodes, initializers, inputs, outputs: { y: { shape: output } }, opset });
  const opened = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"], intraOpNumThreads: 1 });
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, classes }]) => [
      name,
      classes === undefined
        ? new ort.Tensor("float32", random(size(shape)), shape)
        : new ort.Tensor(
            "int64",
            BigInt64Array.from(random(size(shape)), () => 0n),
            shape,
          ),
    ]),
  );
  const parameters = Object.values(initializers).reduce(
    (n, { shape, data }) => n + (data.BYTES_PER_ELEMENT === 4 ? size(shape) : 0),
    0,
  );
  return { step: () => opened.run(feeds), parameters };
}

const layer = (op, inputs, output, attributes = {}) => ({ op, inputs, outputs: [output], attributes });
const unary =
  (op, attributes) =>
  ({ shape }) =>
    session({ nodes: [layer(op, ["x"], "y", attributes)], inputs: { x: { shape } }, output: shape });
const dense = (x, n, y) => layer("Gemm", [x, `w${n}`, `b${n}`], y, { transB: 1 });
const conv = (x, n, y, kernel = 5, more = {}) =>
  layer("Conv", [x, `w${n}`, `b${n}`], y, {
    kernel_shape: [kernel, kernel],
    pads: new Array(4).fill(kernel >> 1),
    ...more,
  });
const pool = (x, y) => layer("MaxPool", [x], y, { kernel_shape: [2, 2], strides: [2, 2] });

const works = {
  "infer mlp": () =>
    session({
      nodes: [dense("x", 1, "a"), layer("Relu", ["a"], "h"), dense("h", 2, "y")],
      initializers: { w1: weights(128, 784), b1: weights(128), w2: weights(10, 128), b2: weights(10) },
      inputs: { x: { shape: [64, 784] } },
      output: [64, 10],
    }),
  "infer cnn": () =>
    session({
      nodes: [
        conv("x", 1, "c1"),
        layer("Relu", ["c1"], "r1"),
        pool("r1", "p1"),
        conv("p1", 2, "c2"),
        layer("Relu", ["c2"], "r2"),
        pool("r2", "p2"),
        layer("Flatten", ["p2"], "f"),
        dense("f", 3, "y"),
      ],
      initializers: {
        w1: weights(8, 1, 5, 5),
        b1: weights(8),
        w2: weights(16, 8, 5, 5),
        b2: weights(16),
        w3: weights(10, 784),
        b3: weights(10),
      },
      inputs: { x: { shape: [32, 1, 28, 28] } },
      output: [32, 10],
    }),
  gemm: ({ shape: [m, n, k] }) =>
    session({
      nodes: [layer("MatMul", ["a", "b"], "y")],
      inputs: { a: { shape: [m, k] }, b: { shape: [k, n] } },
      output: [m, n],
    }),
  conv: ({ shape: [n, c, size, o, kernel, stride, groups] }) => {
    const out = Math.ceil(size / stride);
    return session({
      nodes: [conv("x", 1, "y", kernel, { strides: [stride, stride], group: groups })],
      initializers: { w1: weights(o, c / groups, kernel, kernel), b1: weights(o) },
      inputs: { x: { shape: [n, c, size, size] } },
      output: [n, o, out, out],
    });
  },
  exp: unary("Exp"),
  tanh: unary("Tanh"),
  sigmoid: unary("Sigmoid"),
  softmax: unary("Softmax", { axis: 1 }),
  "layer norm": ({ shape }) =>
    session({
      nodes: [layer("LayerNormalization", ["x", "w", "b"], "y")],
      initializers: { w: weights(shape[1]), b: weights(shape[1]) },
      inputs: { x: { shape } },
      output: shape,
    }),
  "batch norm": ({ shape }) => {
    const c = shape[1];
    const nodes = [
      {
        ...layer("BatchNormalization", ["x", "w", "b", "m", "v"], "y", { training_mode: 1 }),
        outputs: ["y", "m2", "v2"],
      },
    ];
    const initializers = {
      w: weights(c),
      b: weights(c),
      m: weights(c),
      v: { shape: [c], data: new Float32Array(c).fill(1) },
    };
    return session({ nodes, initializers, inputs: { x: { shape } }, output: shape, opset: 15 });
  },
  "cross entropy": ({ shape }) =>
    session({
      nodes: [layer("SoftmaxCrossEntropyLoss", ["x", "t"], "y")],
      inputs: { x: { shape }, t: { shape: [shape[0]], type: 7, classes: shape[1] } },
      output: [],
    }),
  lstm: pytorchOnly,
  gru: pytorchOnly,
  attention: ({ shape }) =>
    session({
      nodes: [layer("Attention", ["q", "k", "v"], "y", { is_causal: 1 })],
      inputs: { q: { shape }, k: { shape }, v: { shape } },
      output: shape,
      opset: 23,
    }),
};

/** Training has an entry of its own in the releases that can train. */
const training = async () => (await import("onnxruntime-web/training")).TrainingSession;

await serve(`ONNX Runtime Web ${ort.env.versions.web}`, async (work) => {
  if (works[work.op] === undefined || work.backward) await training();
  return works[work.op](work);
});

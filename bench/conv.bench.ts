// Convolutions through the public ops: `conv IN->OUT KxK HxW xBATCH`, of as many axes as are named, `convT` for a transposed one, with
// ` s2`, ` d2` or ` gN` for stride, dilation and groups, and ` dx` or ` dw` for a backward that computes the input's or the weight's
// gradient only. The flops are the products of taps that the definition has, padded ones too.
import { backward } from "../src/backward.ts";
import { conv1d, conv2d, conv3d } from "../src/ops/conv.ts";
import { convTranspose1d, convTranspose2d, convTranspose3d } from "../src/ops/conv-transpose.ts";
import { randn } from "../src/ops/create-random.ts";
import type { Benchmark } from "./harness.ts";

interface Layer {
  /** Axes; default 2. */
  dims?: 1 | 2 | 3;
  transposed?: boolean;
  c: number;
  o: number;
  kernel: number;
  size: number;
  batch: number;
  padding?: number;
  stride?: number;
  dilation?: number;
  groups?: number;
}

/** The layers of the CNN that `npm start` trains, then those that decide which loop is taken. */
const LAYERS: Layer[] = [
  { c: 1, o: 8, kernel: 5, size: 28, batch: 32, padding: 2 },
  { c: 8, o: 16, kernel: 5, size: 14, batch: 32, padding: 2 },
  { c: 32, o: 32, kernel: 3, size: 32, batch: 4, padding: 1 },
  { c: 64, o: 64, kernel: 3, size: 16, batch: 4, padding: 1 },
  { c: 128, o: 128, kernel: 3, size: 8, batch: 4, padding: 1 },
  { c: 32, o: 32, kernel: 3, size: 64, batch: 2, padding: 1 },
  { c: 256, o: 256, kernel: 3, size: 8, batch: 4, padding: 1 },
  { c: 64, o: 64, kernel: 5, size: 16, batch: 4, padding: 2 },
  { c: 128, o: 128, kernel: 5, size: 8, batch: 4, padding: 2 },
  { c: 32, o: 64, kernel: 5, size: 32, batch: 4, padding: 2, stride: 2 },
  { c: 32, o: 32, kernel: 1, size: 32, batch: 4 },
  { c: 64, o: 128, kernel: 1, size: 16, batch: 4 },
  { c: 256, o: 256, kernel: 1, size: 8, batch: 4 },
  { c: 64, o: 128, kernel: 1, size: 16, batch: 4, stride: 2 },
  { c: 3, o: 32, kernel: 3, size: 32, batch: 8, padding: 1 },
  { c: 16, o: 16, kernel: 3, size: 64, batch: 2, padding: 1 },
  { c: 32, o: 64, kernel: 3, size: 32, batch: 4, padding: 1, stride: 2 },
  { c: 3, o: 64, kernel: 7, size: 64, batch: 2, padding: 3, stride: 2 },
  { c: 16, o: 32, kernel: 3, size: 32, batch: 4, padding: 2, dilation: 2 },
  { c: 20, o: 50, kernel: 5, size: 12, batch: 8 },
  { c: 16, o: 120, kernel: 5, size: 5, batch: 32 },
  { c: 32, o: 3, kernel: 3, size: 32, batch: 4, padding: 1 },
  { c: 64, o: 64, kernel: 3, size: 16, batch: 4, padding: 1, groups: 4 },
  { c: 64, o: 64, kernel: 3, size: 16, batch: 4, padding: 1, groups: 16 },
  { c: 64, o: 64, kernel: 3, size: 16, batch: 4, padding: 1, groups: 32 },
  { c: 64, o: 64, kernel: 3, size: 32, batch: 4, padding: 1, groups: 64 },
  { c: 64, o: 64, kernel: 5, size: 32, batch: 4, padding: 2, groups: 64 },
  { c: 64, o: 64, kernel: 3, size: 32, batch: 4, padding: 1, stride: 2, groups: 64 },
  { c: 128, o: 128, kernel: 3, size: 8, batch: 4, padding: 1, groups: 128 },
  { c: 32, o: 32, kernel: 7, size: 14, batch: 4, padding: 3, groups: 32 },
  { c: 16, o: 16, kernel: 3, size: 64, batch: 4, padding: 1, groups: 16 },
  { c: 64, o: 128, kernel: 3, size: 32, batch: 4, padding: 1, groups: 64 },
  { dims: 1, c: 64, o: 64, kernel: 4, size: 256, batch: 4, groups: 64 },
  { dims: 1, c: 64, o: 64, kernel: 3, size: 256, batch: 4, padding: 1 },
  { dims: 1, c: 16, o: 32, kernel: 5, size: 1000, batch: 4, stride: 2 },
  { dims: 3, c: 16, o: 16, kernel: 3, size: 12, batch: 2, padding: 1 },
  { dims: 3, c: 32, o: 64, kernel: 3, size: 8, batch: 2, padding: 1, stride: 2 },
  { transposed: true, dims: 1, c: 64, o: 32, kernel: 4, size: 128, batch: 4, padding: 1, stride: 2 },
  { transposed: true, c: 64, o: 32, kernel: 4, size: 16, batch: 4, padding: 1, stride: 2 },
  { transposed: true, dims: 3, c: 32, o: 16, kernel: 4, size: 6, batch: 2, padding: 1, stride: 2 },
];

const OPS = { conv: [conv1d, conv2d, conv3d], convT: [convTranspose1d, convTranspose2d, convTranspose3d] } as const;

const opOf = ({ dims = 2, transposed = false }: Layer) => OPS[transposed ? "convT" : "conv"][dims - 1]!;
const cube = (dims: number, size: number): number[] => new Array<number>(dims).fill(size);

function nameOf({
  dims = 2,
  transposed,
  c,
  o,
  kernel,
  size,
  batch,
  stride = 1,
  dilation = 1,
  groups = 1,
}: Layer): string {
  const extras = [stride > 1 && `s${stride}`, dilation > 1 && `d${dilation}`, groups > 1 && `g${groups}`];
  const sizes = [kernel, size].map((n) => cube(dims, n).join("x"));
  return [transposed ? "convT" : "conv", `${c}->${o}`, ...sizes, `x${batch}`, ...extras.filter(Boolean)].join(" ");
}

function flopsOf(layer: Layer): number {
  const { dims = 2, transposed, c, o, kernel, size, batch, padding = 0, stride = 1, dilation = 1, groups = 1 } = layer;
  const out = transposed ? size : Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
  return 2 * batch * o * out ** dims * (c / groups) * kernel ** dims;
}

function operands({ dims = 2, transposed, c, o, kernel, size, batch, groups = 1 }: Layer) {
  return {
    x: randn([batch, c, ...cube(dims, size)]),
    weight: randn([...(transposed ? [c, o / groups] : [o, c / groups]), ...cube(dims, kernel)]),
    bias: randn([o]),
  };
}

const optionsOf = ({ padding = 0, stride = 1, dilation = 1, groups = 1 }: Layer) => ({
  padding,
  stride,
  dilation,
  groups,
});

const forward = (layer: Layer): Benchmark => ({
  name: nameOf(layer),
  flops: flopsOf(layer),
  setup() {
    const { x, weight, bias } = operands(layer);
    return () => opOf(layer)(x, weight, bias, optionsOf(layer)).dispose();
  },
});

const gradient = (layer: Layer, of: "x" | "weight"): Benchmark => ({
  name: `${nameOf(layer)} ${of === "x" ? "dx" : "dw"}`,
  flops: flopsOf(layer),
  setup() {
    const { x, weight, bias } = operands(layer);
    const leaf = of === "x" ? x : weight;
    leaf.requiresGrad = true;
    const y = opOf(layer)(x, weight, bias, optionsOf(layer));
    const dy = randn(y.shape);
    return () => {
      backward(y, { gradient: dy, retainGraph: true });
      leaf.grad?.dispose();
    };
  },
});

export default LAYERS.flatMap((layer) => [
  forward(layer),
  gradient(layer, "x"),
  gradient(layer, "weight"),
]) satisfies Benchmark[];

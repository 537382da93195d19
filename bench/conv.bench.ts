// Convolutions through the public conv2d: `conv IN->OUT KxK HxW xBATCH`, with ` s2`, ` d2` or ` gN` for stride, dilation and groups,
// and ` dx` or ` dw` for a backward that computes the input's or the weight's gradient only. The flops are the products of taps
// that the definition has, padded ones too.
import { backward } from "../src/backward.ts";
import { conv2d } from "../src/ops/conv.ts";
import { randn } from "../src/ops/create-random.ts";
import type { Benchmark } from "./harness.ts";

interface Layer {
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
  { c: 64, o: 128, kernel: 1, size: 16, batch: 4 },
  { c: 3, o: 32, kernel: 3, size: 32, batch: 8, padding: 1 },
  { c: 16, o: 16, kernel: 3, size: 64, batch: 2, padding: 1 },
  { c: 32, o: 64, kernel: 3, size: 32, batch: 4, padding: 1, stride: 2 },
  { c: 3, o: 64, kernel: 7, size: 64, batch: 2, padding: 3, stride: 2 },
  { c: 16, o: 32, kernel: 3, size: 32, batch: 4, padding: 2, dilation: 2 },
  { c: 20, o: 50, kernel: 5, size: 12, batch: 8 },
  { c: 16, o: 120, kernel: 5, size: 5, batch: 32 },
  { c: 32, o: 3, kernel: 3, size: 32, batch: 4, padding: 1 },
  { c: 64, o: 64, kernel: 3, size: 16, batch: 4, padding: 1, groups: 4 },
  { c: 64, o: 64, kernel: 3, size: 32, batch: 4, padding: 1, groups: 64 },
];

function nameOf({ c, o, kernel, size, batch, stride = 1, dilation = 1, groups = 1 }: Layer): string {
  const extras = [stride > 1 && `s${stride}`, dilation > 1 && `d${dilation}`, groups > 1 && `g${groups}`];
  return ["conv", `${c}->${o}`, `${kernel}x${kernel}`, `${size}x${size}`, `x${batch}`, ...extras.filter(Boolean)].join(
    " ",
  );
}

function flopsOf({ c, o, kernel, size, batch, padding = 0, stride = 1, dilation = 1, groups = 1 }: Layer): number {
  const out = Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
  return 2 * batch * o * out * out * (c / groups) * kernel * kernel;
}

function operands({ c, o, kernel, size, batch, groups = 1 }: Layer) {
  return {
    x: randn([batch, c, size, size]),
    weight: randn([o, c / groups, kernel, kernel]),
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
    return () => conv2d(x, weight, bias, optionsOf(layer)).dispose();
  },
});

const gradient = (layer: Layer, of: "x" | "weight"): Benchmark => ({
  name: `${nameOf(layer)} ${of === "x" ? "dx" : "dw"}`,
  flops: flopsOf(layer),
  setup() {
    const { x, weight, bias } = operands(layer);
    const leaf = of === "x" ? x : weight;
    leaf.requiresGrad = true;
    const y = conv2d(x, weight, bias, optionsOf(layer));
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

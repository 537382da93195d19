// Convolutions of few channels a group, whose loops have the pixels in lanes, and of windows on all of an image, which are products of
// matrices: against their definition at the sizes where these loops change their way. Sweeps of all sizes are conv.test.ts and conv-axes.test.ts.
import "../src/entry.ts";
import { describe, expect, it } from "vitest";
import { backward } from "../src/backward.ts";
import { type Tensor, tensor } from "../src/index.ts";
import { conv1d, conv2d, conv3d } from "../src/ops/conv.ts";
import { convTranspose2d } from "../src/ops/conv-transpose.ts";
import { tidy } from "../src/scope.ts";
import { f32, ints, k } from "../src/wasm.ts";
import { random } from "./check-op.ts";
import { errorOf, naiveConvolution, type Sizes } from "./naive-windows.ts";

interface Layer {
  n?: number;
  /** Channels in and out. */
  c: number;
  o: number;
  groups?: number;
  /** Of one axis to three, and so all others; default 1 and for padding 0. */
  size: number[];
  kernel: number[];
  stride?: number[];
  padding?: number[];
  dilation?: number[];
}

const CONV = [conv1d, conv2d, conv3d] as const;
type Loose = (x: Tensor, w: Tensor, b: Tensor | null, options: object) => Tensor;

/** All three axes of a layer, and its operands. */
function setUp({ n = 1, c, o, groups = 1, size, kernel, stride, padding, dilation }: Layer) {
  const dims = size.length;
  const three = (list: number[] | undefined, unit: number): Sizes =>
    [...Array(3 - dims).fill(unit), ...(list ?? Array(dims).fill(unit))] as unknown as Sizes;
  const w = {
    size: three(size, 1),
    kernel: three(kernel, 1),
    stride: three(stride, 1),
    before: three(padding, 0),
    dilation: three(dilation, 1),
  };
  const out = w.size.map(
    (s, a) => Math.floor((s + 2 * w.before[a]! - w.dilation[a]! * (w.kernel[a]! - 1) - 1) / w.stride[a]!) + 1,
  ) as unknown as Sizes;
  return {
    windows: { ...w, out },
    counts: { n, c, o, groups },
    options: {
      stride: w.stride.slice(3 - dims),
      padding: w.before.slice(3 - dims),
      dilation: w.dilation.slice(3 - dims),
      groups,
    },
    op: CONV[dims - 1] as Loose,
    x: random([n, c, ...size], 1),
    weight: random([o, c / groups, ...kernel], 2),
    dy: random([n, o, ...out.slice(3 - dims)], 3),
  };
}

/** y, and the gradients of x and of the weight. */
function results({ op, options, x, weight, dy }: ReturnType<typeof setUp>): Tensor[] {
  x.requiresGrad = weight.requiresGrad = true;
  const y = op(x, weight, null, options);
  backward(y, { gradient: dy });
  return [y, x.grad!, weight.grad!];
}

const depthwise = (channels: number, size: number[], kernel: number[], more: Partial<Layer> = {}): Layer => ({
  c: channels,
  o: channels,
  groups: channels,
  size,
  kernel,
  ...more,
});

const LAYERS: [string, Layer][] = [
  ["depthwise", depthwise(3, [16, 24], [3, 3], { n: 3, padding: [1, 1] })],
  ["depthwise, more images than a strip has", depthwise(2, [32, 32], [3, 3], { n: 7, padding: [1, 1] })],
  ...[1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 17].map((w): [string, Layer] => [
    `depthwise, ${w} columns`,
    depthwise(2, [7, w], [3, 3], { n: 2, padding: [1, 1] }),
  ]),
  ...[1, 2, 3, 4, 5].map((h): [string, Layer] => [
    `depthwise, ${h} rows`,
    depthwise(2, [h, 29], [3, 3], { n: 2, padding: [1, 1] }),
  ]),
  ...[1, 2, 4, 5, 6, 7].map((kernel): [string, Layer] => [
    `depthwise, ${kernel} rows of taps`,
    depthwise(2, [11, 13], [kernel, 3], { padding: [kernel >> 1, 1] }),
  ]),
  ["depthwise, stride 2", depthwise(2, [17, 21], [3, 3], { padding: [1, 1], stride: [2, 2] })],
  ["depthwise, stride 3 and 2", depthwise(2, [17, 21], [5, 7], { padding: [2, 3], stride: [3, 2] })],
  ["depthwise, dilation 2", depthwise(2, [17, 21], [3, 3], { padding: [2, 2], dilation: [2, 2] })],
  [
    "depthwise, dilation 2, stride 2",
    depthwise(2, [17, 21], [3, 5], { padding: [2, 4], stride: [2, 2], dilation: [2, 2] }),
  ],
  [
    "depthwise, dilation 3, stride 2",
    depthwise(2, [17, 21], [3, 3], { padding: [3, 3], stride: [2, 2], dilation: [3, 3] }),
  ],
  ["depthwise, padding beyond the kernel", depthwise(2, [9, 10], [3, 2], { padding: [4, 3] })],
  ["two channels from each", depthwise(3, [10, 12], [3, 3], { o: 6, padding: [1, 1] })],
  ["four channels from each, stride 2", depthwise(2, [12, 15], [3, 3], { o: 8, padding: [1, 1], stride: [2, 2] })],
  ["groups of 2", { c: 4, o: 4, groups: 2, n: 2, size: [9, 17], kernel: [3, 3], padding: [1, 1] }],
  ["groups of 4", { c: 8, o: 8, groups: 2, n: 2, size: [9, 17], kernel: [3, 3], padding: [1, 1] }],
  ["groups of 5 to 4", { c: 10, o: 8, groups: 2, n: 2, size: [9, 17], kernel: [3, 3], padding: [1, 1] }],
  ...[1, 2, 3, 4, 9, 10, 12, 17, 20].map((o): [string, Layer] => [
    `to ${o} channels`,
    { c: 5, o, n: 2, size: [11, 12], kernel: [3, 3], padding: [1, 1] },
  ]),
  ["many terms to 18 channels", { c: 40, o: 18, size: [6, 9], kernel: [3, 3] }],
  ["from 1 channel", { c: 1, o: 8, n: 2, size: [28, 28], kernel: [5, 5], padding: [2, 2] }],
  ["from 3 channels, stride 2", { c: 3, o: 10, size: [20, 22], kernel: [7, 7], padding: [3, 3], stride: [2, 2] }],
  [
    "rows as wide as their grid, but shifted",
    { c: 2, o: 2, size: [8, 3], kernel: [3, 2], padding: [1, 1], stride: [1, 3], dilation: [1, 2] },
  ],
  ...[1, 7, 8, 9, 23, 24, 25, 31, 50].map((length): [string, Layer] => [
    `line of ${length}`,
    depthwise(3, [length], [4], { n: 2, padding: [2] }),
  ]),
  ["line, dilation 8", depthwise(2, [61], [4], { dilation: [8], padding: [3] })],
  ["line, stride 2", depthwise(2, [61], [5], { stride: [2] })],
  ["line, kernel of 40", depthwise(2, [90], [40], { padding: [7] })],
  ["line, kernel of 40, stride 2", depthwise(2, [90], [40], { padding: [7], stride: [2] })],
  // eight columns after a tap there may be one of the next row
  ["two rows of 13, 11 columns of taps", depthwise(2, [2, 13], [2, 11], { n: 2, padding: [0, 3] })],
  ["two rows of 8, 9 columns of taps", depthwise(2, [2, 8], [2, 9], { n: 2, padding: [1, 4] })],
  ["volume", depthwise(2, [5, 6, 10], [3, 3, 3], { n: 2, padding: [1, 1, 1] })],
  ["volume of lines", depthwise(2, [4, 2, 27], [2, 2, 3], { padding: [1, 1, 1] })],
  ["window on all of an image", { c: 16, o: 20, n: 5, size: [5, 5], kernel: [5, 5] }],
  ["window on all of a line", { c: 3, o: 7, n: 9, size: [6], kernel: [6] }],
  ["window on all of a volume", { c: 3, o: 5, n: 4, size: [2, 3, 4], kernel: [2, 3, 4] }],
  ["window on all of an image in groups", { c: 6, o: 4, groups: 2, n: 3, size: [4, 5], kernel: [4, 5] }],
  ["pixels", { c: 33, o: 17, n: 19, size: [1, 1], kernel: [1, 1] }],
];

describe("convolutions of few channels a group, and of one window", () => {
  it.each(LAYERS)("%s: y and both gradients are as defined", (_, layer) => {
    tidy(() => {
      const run = setUp(layer);
      const { windows, counts, x, weight, dy } = run;
      const want = naiveConvolution(windows, counts, x.data, weight.data, dy.data);
      const [y, dx, dw] = results(run) as [Tensor, Tensor, Tensor];
      expect(errorOf(y.data, want.y), "y").toBeLessThan(3e-6);
      expect(errorOf(dx.data, want.dx), "dx").toBeLessThan(3e-6);
      expect(errorOf(dw.data, want.dweight), "dweight").toBeLessThan(3e-6);
    });
  });

  it.each(LAYERS)("%s: an image has the same bits in any batch", (_, layer) => {
    tidy(() => {
      const run = setUp({ ...layer, n: 7 });
      const [y, dx] = results(run) as [Tensor, Tensor];
      for (const i of [0, 3, 6]) {
        const part = (t: Tensor): Tensor =>
          tensor(t.data.slice((i * t.size) / 7, ((i + 1) * t.size) / 7), { shape: [1, ...t.shape.slice(1)] });
        const one = { ...run, x: part(run.x), dy: part(run.dy) };
        const alone = results(one) as [Tensor, Tensor];
        expect(alone[0].data).toEqual(part(y).data);
        expect(alone[1].data).toEqual(part(dx).data);
      }
    });
  });

  it("the kernels write exactly their results, stay inside their working memory and read none of it before writing", () => {
    const GUARD = 1234.5;
    const guarded = (floats: number, inside: number): number => {
      const ptr = k.alloc((floats + 8) * 4);
      f32(ptr, floats + 8)
        .fill(inside, 0, floats)
        .fill(GUARD, floats);
      return ptr;
    };
    const intact = (ptr: number, floats: number): boolean => f32(ptr + floats * 4, 8).every((v) => v === GUARD);
    for (const [name, layer] of LAYERS)
      tidy(() => {
        const { windows, counts, x, weight, dy } = setUp(layer);
        const { size, kernel, stride, before, dilation, out } = windows;
        const { n, c, o, groups } = counts;
        const geometry = () => ints([n, c, ...size, o, ...kernel, ...stride, ...before, ...dilation, groups, ...out]);
        const want = naiveConvolution(windows, counts, x.data, weight.data, dy.data);
        const run = (expected: Float64Array, bytes: number, call: (to: number, working: number) => void): void => {
          const to = guarded(expected.length, 0);
          const working = guarded(bytes / 4, Number.NaN);
          call(to, working);
          expect(errorOf(f32(to, expected.length), expected), name).toBeLessThan(3e-6);
          expect(intact(to, expected.length) && intact(working, bytes / 4), name).toBe(true);
          k.free(to);
          k.free(working);
        };
        run(want.y, k.convScratch(geometry()), (y, w) => k.conv(y, x.ptr, weight.ptr, 0, geometry(), w));
        run(want.dx, k.convInputGradScratch(geometry()), (dx, w) =>
          k.convInputGrad(dx, dy.ptr, weight.ptr, 0, geometry(), w),
        );
        run(want.dweight, k.convWeightGradScratch(geometry()), (dw, w) =>
          k.convWeightGrad(dw, dy.ptr, x.ptr, geometry(), w),
        );
      });
  });

  it.each([5, 8, 11, 14])("infinities and NaN reach the windows and taps that see them only, in %i columns", (cols) => {
    for (const special of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])
      for (let column = 0; column < cols; column++)
        for (const of of ["x", "dy"] as const)
          tidy(() => {
            const run = setUp(depthwise(1, [6, cols], [3, 3]));
            const [row, wide] = of === "x" ? [0, cols] : [3, cols - 2];
            if (column >= wide) return;
            run[of].data[row * wide + column] = special;
            const want = naiveConvolution(run.windows, run.counts, run.x.data, run.weight.data, run.dy.data);
            const [y, dx, dw] = results(run) as [Tensor, Tensor, Tensor];
            const name = `${special} at ${column} of ${of}`;
            expect(errorOf(y.data, want.y), `y, ${name}`).toBeLessThan(3e-6);
            expect(errorOf(dw.data, want.dweight), `dweight, ${name}`).toBeLessThan(3e-6);
            // where no window is, a zero of the padding meets the weights, but none meets dy
            expect(errorOf(dx.data, want.dx), `dx, ${name}`).toBeLessThan(3e-6);
          });
  });

  it("a long kernel takes less than half the time to one channel of that to eight", () => {
    tidy(() => {
      const times = (o: number): number[] => {
        const x = random([1, 1, 8192], 1);
        const weight = random([o, 1, 4096], 2);
        x.requiresGrad = weight.requiresGrad = true;
        const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
        for (let i = 0; i < 5; i++)
          tidy(() => {
            const start = performance.now();
            const loss = conv1d(x, weight).sum();
            const between = performance.now();
            loss.backward();
            best[0] = Math.min(best[0]!, between - start);
            best[1] = Math.min(best[1]!, performance.now() - between);
          });
        return best;
      };
      const [one, eight] = [times(1), times(8)];
      expect(one[0]!, "forward").toBeLessThan(eight[0]! / 2);
      expect(one[1]!, "backward").toBeLessThan(eight[1]! / 2);
    });
  });

  it("a transposed convolution from one pixel adds its bias to each channel", () => {
    tidy(() => {
      const x = random([3, 4, 1, 1], 1);
      const weight = random([4, 5, 3, 2], 2);
      const bias = random([5], 3);
      const plain = convTranspose2d(x, weight);
      const y = convTranspose2d(x, weight, bias);
      const want = plain.data.map((v, i) => v + bias.data[Math.floor(i / 6) % 5]!);
      expect(errorOf(y.data, want)).toBeLessThan(1e-6);
    });
  });
});

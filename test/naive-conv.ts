// Convolution written down as its definition, in double precision: the reference of the tests of conv2d.

/** Sizes as assembly/conv-geometry.ts names them. */
export interface ConvCase {
  n: number;
  c: number;
  h: number;
  w: number;
  o: number;
  kh: number;
  kw: number;
  stride: readonly [number, number];
  /** Zeros before the first row and column, and after the last. */
  before: readonly [number, number];
  after: readonly [number, number];
  dilation: readonly [number, number];
  groups: number;
}

export type Values = ArrayLike<number>;

/** Height and width of the output. */
export function outputSize({ h, w, kh, kw, stride, before, after, dilation }: ConvCase): [number, number] {
  return [
    Math.floor((h + before[0] + after[0] - dilation[0] * (kh - 1) - 1) / stride[0]) + 1,
    Math.floor((w + before[1] + after[1] - dilation[1] * (kw - 1) - 1) / stride[1]) + 1,
  ];
}

/** The output, and for a gradient dy of it those of input, weight and bias. */
export function naiveConv(sizes: ConvCase, x: Values, weight: Values, bias: Values | null, dy: Values) {
  const { n, c, h, w, o, kh, kw, stride, before, dilation, groups } = sizes;
  const [ho, wo] = outputSize(sizes);
  const cg = c / groups;
  const og = o / groups;
  const y = new Float64Array(n * o * ho * wo);
  const dx = new Float64Array(n * c * h * w);
  const dweight = new Float64Array(o * cg * kh * kw);
  const dbias = new Float64Array(o);
  for (let b = 0; b < n; b++)
    for (let j = 0; j < o; j++)
      for (let oy = 0; oy < ho; oy++)
        for (let ox = 0; ox < wo; ox++) {
          const at = ((b * o + j) * ho + oy) * wo + ox;
          const d = dy[at]!;
          let sum = bias === null ? 0 : bias[j]!;
          dbias[j]! += d;
          for (let i = 0; i < cg; i++)
            for (let ky = 0; ky < kh; ky++)
              for (let kx = 0; kx < kw; kx++) {
                const iy = oy * stride[0] + ky * dilation[0] - before[0];
                const ix = ox * stride[1] + kx * dilation[1] - before[1];
                if (iy < 0 || ix < 0 || iy >= h || ix >= w) continue;
                const channel = Math.floor(j / og) * cg + i;
                const xAt = ((b * c + channel) * h + iy) * w + ix;
                const wAt = ((j * cg + i) * kh + ky) * kw + kx;
                sum += x[xAt]! * weight[wAt]!;
                dx[xAt]! += d * weight[wAt]!;
                dweight[wAt]! += d * x[xAt]!;
              }
          y[at] = sum;
        }
  return { y, dx, dweight, dbias };
}

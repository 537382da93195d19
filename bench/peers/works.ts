// What is compared: the works by name, with what a peer needs to set them up. How each side does them is in ours.mjs and in
// the peers' own files.

export interface Work {
  readonly name: string;
  /** What a peer looks up: `train mlp`, `gemm`, `softmax`. */
  readonly op: string;
  /**
   * Of the operands: m, n, k of gemm; batch, heads, time, size of a head for attention; batch, channels, height and width,
   * channels of the output, size of the kernel, stride and groups of a convolution, padded by half of its kernel.
   */
  readonly shape?: readonly number[];
  /** Forward and backward, instead of forward alone. */
  readonly backward?: boolean;
}

/** The seven steps of which the geometric mean is told. */
export const STEPS = ["mlp", "xor", "cnn", "lstm", "gru", "gpt", "vae"].map((net) => `train ${net}`);

const kernel = (op: string, shape: readonly number[]): Work => ({ name: `${op} ${shape.join("x")}`, op, shape });

/** Forward, and forward with the gradients. */
const both = (op: string, shape: readonly number[]): Work[] => {
  const forward = kernel(op, shape);
  return [forward, { ...forward, name: `${forward.name} forward and backward`, backward: true }];
};

/** Named as in bench/conv.bench.ts. */
function conv(n: number, c: number, o: number, k: number, size: number, stride = 1, groups = 1): Work {
  const extras = `${stride > 1 ? ` s${stride}` : ""}${groups > 1 ? ` g${groups}` : ""}`;
  const name = `conv ${c}->${o} ${k}x${k} ${size}x${size} x${n}${extras}`;
  return { name, op: "conv", shape: [n, c, size, o, k, stride, groups] };
}

/** A layer of 64 units over 28 steps of 28 numbers, batch 32. */
const recurrent = (op: string): Work[] => both(op, [28, 32, 28, 64]);

export const works: readonly Work[] = [
  ...STEPS.map((name) => ({ name, op: name })),
  { name: "infer mlp", op: "infer mlp" },
  { name: "infer cnn", op: "infer cnn" },
  ...[64, 256, 1024].map((n) => kernel("gemm", [n, n, n])),
  conv(32, 1, 8, 5, 28),
  conv(8, 3, 32, 3, 32),
  conv(2, 3, 64, 7, 64, 2),
  conv(32, 8, 16, 5, 14),
  conv(4, 64, 64, 3, 16),
  conv(4, 256, 256, 3, 8),
  conv(4, 32, 64, 3, 32, 2),
  conv(4, 32, 64, 5, 32, 2),
  conv(4, 64, 128, 1, 16),
  conv(4, 64, 128, 1, 16, 2),
  conv(4, 64, 64, 3, 32, 1, 64),
  conv(4, 64, 64, 3, 32, 2, 64),
  ...["exp", "tanh", "sigmoid"].map((op) => kernel(op, [1 << 20])),
  ...both("softmax", [8192, 128]),
  ...both("layer norm", [2048, 256]),
  ...both("batch norm", [32, 16, 28, 28]),
  ...both("cross entropy", [512, 1000]),
  ...both("attention", [12, 4, 64, 32]),
  ...recurrent("lstm"),
  ...recurrent("gru"),
  kernel("adam", [1_000_000]),
];

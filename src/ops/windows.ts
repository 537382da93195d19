// Sliding windows of images as columns, and back: unfold (im2col) and fold (col2im). Each is the other's gradient.
import { pair, refusal, type Shape, show, sizeOf, stridesOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { begin } from "./internal/arguments.ts";
import { composed } from "./internal/composed.ts";
import { bordered, reshaped, transfer } from "./internal/transfer.ts";

type Pair = readonly [number, number];

/** Options of {@link unfold} and {@link fold}: one number for both axes, or `[vertical, horizontal]`. */
export interface WindowOptions {
  /** Pixels from a place of the window to the next (default 1). */
  dilation?: number | Pair;
  /** Zeros on each side (default 0). */
  padding?: number | Pair;
  /** Pixels from a window to the next (default 1). */
  stride?: number | Pair;
}

const DEFAULTS: Required<WindowOptions> = { dilation: [1, 1], padding: [0, 0], stride: [1, 1] };

/**
 * Windows over images of `[n, c, h, w]`: their number, and where the elements of each stand in the padded image; `start`
 * is where x begins in that.
 */
function windowsOf(op: string, x: Tensor, [n, c, h, w]: Shape, kernelSize: unknown, options: WindowOptions) {
  const { dilation, padding, stride } = begin(op, x, options, DEFAULTS, "float32");
  const [kh, kw] = pair(op, "kernelSize", kernelSize, 1);
  const [dh, dw] = pair(op, "dilation", dilation, 1);
  const [ph, pw] = pair(op, "padding", padding, 0);
  const [sh, sw] = pair(op, "stride", stride, 1);
  const padded = [n!, c!, h! + 2 * ph, w! + 2 * pw] as const;
  const rows = Math.floor((padded[2] - dh * (kh - 1) - 1) / sh) + 1;
  const cols = Math.floor((padded[3] - dw * (kw - 1) - 1) / sw) + 1;
  if (rows < 1 || cols < 1) throw refusal(op, `kernelSize within the padded image ${show(padded)}`, kernelSize);
  const [ns, cs, hs] = stridesOf(padded) as [number, number, number];
  return {
    padded,
    start: (axis: number): number => (axis < 2 ? 0 : axis === 2 ? ph : pw),
    sizes: [n!, c!, kh, kw, rows, cols],
    layout: { offset: 0, strides: [ns, cs, dh * hs, dw, sh * hs, sw] },
  };
}

/**
 * The windows of images as columns: `im2col`.
 *
 * @param x float32 `[N, C, H, W]`, or `[C, H, W]`.
 * @param kernelSize size of the window: a number, or `[vertical, horizontal]`.
 * @param options `dilation`, `padding`, `stride`; see {@link WindowOptions}.
 * @returns `[N, C kh kw, L]`, or without N; L windows, row by row.
 * @throws TypeError for another dtype; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.unfold.html
 *
 * @example
 * ```ts
 * import { tensor, unfold } from "sedge";
 * unfold(tensor([[[1, 2, 3], [4, 5, 6]]]), 2).toArray(); // => [[1,2],[2,3],[4,5],[5,6]]
 * ```
 */
export function unfold(x: Tensor, kernelSize: number | Pair, options: WindowOptions = {}): Tensor {
  const op = "unfold";
  expectTensor(op, "x", x);
  const { shape, rank } = x;
  if (rank !== 3 && rank !== 4) throw refusal(op, "x of shape [N, C, H, W] or [C, H, W]", shape);
  const image = rank === 4 ? shape : [1, ...shape];
  const { padded, start, sizes, layout } = windowsOf(op, x, image, kernelSize, options);
  const columns = [sizeOf(sizes.slice(1, 4)), sizeOf(sizes.slice(4))];
  return composed(op, () => {
    const wide = bordered(op, reshaped(op, x, image), padded, start, 0);
    return transfer(op, wide, [...shape.slice(0, rank - 3), ...columns], { sizes, from: layout, overlap: "from" });
  });
}

/**
 * Images from columns of windows, which are added up where they overlap: `col2im`.
 *
 * @param x float32 `[N, C kh kw, L]`, or `[C kh kw, L]`.
 * @param outputSize height and width of the images: a number, or `[vertical, horizontal]`.
 * @param kernelSize size of the window.
 * @param options `dilation`, `padding`, `stride`; see {@link WindowOptions}.
 * @returns `[N, C, H, W]`, or `[C, H, W]`.
 * @throws TypeError for another dtype; RangeError for sizes that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.fold.html
 *
 * @example
 * ```ts
 * import { fold, ones } from "sedge";
 * fold(ones([4, 2]), [2, 3], 2).toArray(); // => [[[1,2,1],[1,2,1]]]
 * ```
 */
export function fold(
  x: Tensor,
  outputSize: number | Pair,
  kernelSize: number | Pair,
  options: WindowOptions = {},
): Tensor {
  const op = "fold";
  expectTensor(op, "x", x);
  const [h, w] = pair(op, "outputSize", outputSize, 1);
  const [kh, kw] = pair(op, "kernelSize", kernelSize, 1);
  const { shape, rank } = x;
  const batch = shape.slice(0, rank - 2);
  const channels = (shape[rank - 2] ?? 0) / (kh * kw);
  const image = [batch[0] ?? 1, channels, h, w];
  const { padded, start, sizes, layout } = windowsOf(op, x, image, kernelSize, options);
  const count = sizeOf(sizes.slice(4));
  if (rank < 2 || rank > 3 || !Number.isInteger(channels) || shape[rank - 1] !== count) {
    throw refusal(op, `x of shape [N, C ${kh * kw}, ${count}] or [C ${kh * kw}, ${count}]`, shape);
  }
  return composed(op, () => {
    const wide = transfer(op, x, padded, { sizes, to: layout, overlap: "to" });
    const y = bordered(op, wide, image, (axis) => -start(axis), 0);
    return reshaped(op, y, [...batch, channels, h, w]);
  });
}

// Sliding windows of images as columns, and back: unfold (im2col) and fold (col2im). Each is the other's gradient.
import { checkOptions, pair, type Shape, show, stridesOf } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { composed, type Route, reshaped, transfer } from "./internal/transfer.ts";
import { bordered } from "./pad.ts";

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

/** Windows over images of `[n, c, h, w]`: what they are padded to, and where the elements of windows stand in that. */
interface Windows {
  readonly padded: Shape;
  readonly padding: Pair;
  readonly columns: number;
  readonly windows: number;
  readonly route: Pick<Route, "sizes"> & { readonly at: { readonly offset: 0; readonly strides: number[] } };
}

function windowsOf(op: string, image: Shape, kernelSize: unknown, options: WindowOptions): Windows {
  checkOptions(op, options, ["dilation", "padding", "stride"]);
  const [kh, kw] = pair(op, "kernelSize", kernelSize, 1);
  const [dh, dw] = pair(op, "dilation", options.dilation ?? 1, 1);
  const padding = pair(op, "padding", options.padding ?? 0, 0);
  const [sh, sw] = pair(op, "stride", options.stride ?? 1, 1);
  const [n, c, h, w] = image as [number, number, number, number];
  const padded = [n, c, h + 2 * padding[0], w + 2 * padding[1]] as const;
  const rows = Math.floor((padded[2] - dh * (kh - 1) - 1) / sh) + 1;
  const cols = Math.floor((padded[3] - dw * (kw - 1) - 1) / sw) + 1;
  if (rows < 1 || cols < 1) {
    throw new RangeError(
      `${op}: expected a kernelSize within the padded image ${show(padded.slice(2))}, got ${show([kh, kw])}`,
    );
  }
  const [ns, cs, hs, ws] = stridesOf(padded) as [number, number, number, number];
  const strides = [ns, cs, dh * hs, dw * ws, sh * hs, sw * ws];
  const route = { sizes: [n, c, kh, kw, rows, cols], at: { offset: 0, strides } } as const;
  return { padded, padding, columns: c * kh * kw, windows: rows * cols, route };
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
  expectTensor(op, "x", x, "float32");
  if (x.rank !== 3 && x.rank !== 4) {
    throw new RangeError(`${op}: expected x of shape [N, C, H, W] or [C, H, W], got ${show(x.shape)}`);
  }
  const image = x.rank === 4 ? x.shape : [1, ...x.shape];
  const { padded, padding, columns, windows, route } = windowsOf(op, image, kernelSize, options);
  const batch = x.rank === 4 ? [image[0]!] : [];
  return composed(op, () => {
    const wide = bordered(op, reshaped(op, x, image), padded, (axis) => padding[axis - 2] ?? 0, 0);
    const { sizes, at: from } = route;
    return transfer(op, wide, [...batch, columns, windows], { sizes, from, overlap: "from" });
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
  expectTensor(op, "x", x, "float32");
  const [h, w] = pair(op, "outputSize", outputSize, 1);
  const [kh, kw] = pair(op, "kernelSize", kernelSize, 1);
  const [rows, count] = x.shape.slice(-2) as [number, number];
  if ((x.rank !== 2 && x.rank !== 3) || rows % (kh * kw) !== 0) {
    throw new RangeError(
      `${op}: expected x of shape [N, C kh kw, L] or [C kh kw, L] with kernel ${show([kh, kw])}, got ${show(x.shape)}`,
    );
  }
  const batch = x.rank === 3 ? [x.shape[0]!] : [];
  const image = [batch[0] ?? 1, rows / (kh * kw), h, w];
  const { padded, padding, windows, route } = windowsOf(op, image, [kh, kw], options);
  if (count !== windows) {
    throw new RangeError(`${op}: expected x of ${windows} windows for outputSize ${show([h, w])}, got ${count}`);
  }
  return composed(op, () => {
    const { sizes, at: to } = route;
    const wide = transfer(op, x, padded, { sizes, to, overlap: "to" });
    const y = bordered(op, wide, image, (axis) => -(padding[axis - 2] ?? 0), 0);
    return reshaped(op, y, [...batch, ...image.slice(1)]);
  });
}

// Calls of the ops and layers that rearrange, pad, resize, sample and scatter, which they refuse.
import * as sedge from "../../src/entry.ts";
import { nn, ones, type Tensor, tensor } from "../../src/entry.ts";

const ints = (...list: number[]): Tensor => tensor(list, { dtype: "int32" });
const x = (...shape: number[]): Tensor => ones(shape);
const never = (value: unknown): never => value as never;

export const refusals: Record<string, [call: () => unknown, message: string][]> = {
  affineGrid: [
    [() => sedge.affineGrid(x(1, 2, 3), [1, 1, 4]), "affineGrid: expected size [N, C, H, W] or"],
    [() => sedge.affineGrid(x(2, 2, 3), [1, 1, 4, 4]), "affineGrid: expected theta of shape [1, 2, 3], got [2, 2, 3]"],
    [() => sedge.affineGrid(ints(1), [1, 1, 4, 4]), "affineGrid: expected theta to be float32"],
    [() => sedge.affineGrid(x(1, 2, 3), [1, 1, 4, 4], never({ align: 1 })), 'affineGrid: unknown option "align"'],
  ],
  channelShuffle: [
    [() => sedge.channelShuffle(x(1, 4, 2), 3), "channelShuffle: expected x of shape [N, C, ...] with groups 3"],
    [() => sedge.channelShuffle(x(1, 4), 2), "channelShuffle: expected x of shape"],
    [() => sedge.channelShuffle(x(1, 4, 2), 0), "channelShuffle: expected groups at least 1"],
  ],
  diag: [
    [() => sedge.diag(x(1, 1, 1)), "diag: expected x of one or two axes"],
    [() => sedge.diag(x(2), { diagonal: 0.5 }), "diagEmbed: expected offset to be an integer"],
    [() => sedge.diag(x(2), never({ offset: 1 })), 'diag: unknown option "offset"'],
  ],
  diagEmbed: [
    [() => sedge.diagEmbed(x()), "diagEmbed: expected axis1"],
    [() => sedge.diagEmbed(x(2), { axis1: 0, axis2: -2 }), "diagEmbed: expected axis1 and axis2 to differ"],
    [() => sedge.diagEmbed(x(2), { axis1: 2 }), "diagEmbed: expected axis1 from -2 to 1"],
    [() => sedge.diagEmbed(x(1, 1, 1, 1, 1, 1, 1, 1)), "diagEmbed: expected shape of at most 8 axes"],
  ],
  diagonal: [
    [() => sedge.diagonal(x(3)), "diagonal: expected axis2"],
    [() => sedge.diagonal(x(3, 3), { axis1: 1 }), "diagonal: expected axis1 and axis2 to differ"],
    [() => sedge.diagonal(x(3, 3), never({ dim: 1 })), 'diagonal: unknown option "dim"'],
  ],
  dstack: [[() => sedge.dstack(never(x(2))), "dstack: expected tensors to be an array"]],
  fold: [
    [() => sedge.fold(x(1, 5, 4), 3, 2), "fold: expected x of shape [N, C 4, 4] or [C 4, 4]"],
    [() => sedge.fold(x(1, 4, 5), 3, 2), "fold: expected x of shape"],
    [() => sedge.fold(x(4), 3, 2), "fold: expected x of shape"],
    [() => sedge.fold(x(1, 4, 4), 3, 5), "fold: expected kernelSize within the padded image"],
    [() => sedge.fold(x(1, 4, 4), 0, 2), "fold: expected outputSize at least 1"],
    [() => sedge.fold(ints(1), 3, 2), "fold: expected x to be float32"],
    [() => sedge.fold(x(1, 4, 4), 3, 2, never({ pad: 1 })), 'fold: unknown option "pad"'],
  ],
  gridSample: [
    [() => sedge.gridSample(x(1, 2, 3), x(1, 2, 2)), "gridSample: expected x of shape [N, C, H, W] or"],
    [() => sedge.gridSample(x(1, 2, 3, 3), x(2, 2, 2, 2)), "gridSample: expected grid of shape [1, ..., 2] and 4 axes"],
    [() => sedge.gridSample(x(1, 2, 3, 3), x(1, 2, 2, 3)), "gridSample: expected grid of shape"],
    [() => sedge.gridSample(x(1, 2, 3, 3), ints(1)), "gridSample: expected grid to be float32"],
    [() => sedge.gridSample(x(1, 1, 2, 2), x(1, 1, 1, 2), { mode: never("cubic") }), "gridSample: expected mode to be"],
    [
      () => sedge.gridSample(x(1, 1, 2, 2, 2), x(1, 1, 1, 1, 3), { mode: "bicubic" }),
      "gridSample: expected mode to be one of bilinear, nearest",
    ],
    [
      () => sedge.gridSample(x(1, 1, 2, 2), x(1, 1, 1, 2), { paddingMode: never("reflect") }),
      "gridSample: expected paddingMode to be one of zeros, border, reflection",
    ],
  ],
  hstack: [[() => sedge.hstack([]), "hstack: expected at least one tensor"]],
  indexAdd: [
    [() => sedge.indexAdd(x(3, 2), ints(0, 3), x(2, 2)), "indexAdd: expected index of at least 0 and below 3, got 3"],
    [() => sedge.indexAdd(x(3, 2), ints(0, 1), x(2, 3)), "indexAdd: expected src of shape [2, 2], got [2, 3]"],
    [() => sedge.indexAdd(x(3, 2), ints(0, 1), ints(1)), "indexAdd: expected src to be float32"],
    [() => sedge.indexAdd(x(3, 2), x(2), x(2, 2)), "indexAdd: expected index to be int32"],
    [() => sedge.indexAdd(tensor([true]), ints(0), tensor([true])), "indexAdd: expected x to be float32 or int32"],
    [() => sedge.indexAdd(x(3), ints(0), x(1), { alpha: never("2") }), "indexAdd: expected alpha to be a number"],
  ],
  indexCopy: [
    [() => sedge.indexCopy(x(), ints(0), x()), "indexCopy: expected x of at least"],
    [() => sedge.indexCopy(x(3, 2), ints(0, 1), x(3, 2)), "indexCopy: expected src of shape [2, 2]"],
    [() => sedge.indexCopy(x(3, 2), ints(0), x(1, 2), { axis: 2 }), "indexCopy: expected axis"],
  ],
  indexFill: [
    [() => sedge.indexFill(x(3), ints(-1), 0), "indexFill: expected index of at least 0"],
    [() => sedge.indexFill(x(3), ints(1), never("a")), "indexFill: expected value to be a number"],
    [() => sedge.indexFill(x(3), ints(1).reshape([1, 1]), 0), "indexFill: expected x of at least and index of at most"],
  ],
  interpolate: [
    [() => sedge.interpolate(x(1, 2), { size: 2 }), "interpolate: expected x of shape [N, C, ...]"],
    [() => sedge.interpolate(x(1, 0, 2), { size: 2 }), "interpolate: expected x of shape [N, C, ...]"],
    [() => sedge.interpolate(x(1, 1, 2), {}), "interpolate: expected either size or scaleFactor"],
    [
      () => sedge.interpolate(x(1, 1, 2), { size: 2, scaleFactor: 2 }),
      "interpolate: expected either size or scaleFactor",
    ],
    [
      () => sedge.interpolate(x(1, 1, 2, 2), { size: [2] }),
      "interpolate: expected either size or scaleFactor, one number or 2",
    ],
    [() => sedge.interpolate(x(1, 1, 2), { size: 0 }), "interpolate: expected size at least 1"],
    [
      () => sedge.interpolate(x(1, 1, 2), { scaleFactor: 0.1 }),
      "interpolate: expected scaleFactor to leave at least one",
    ],
    [() => sedge.interpolate(x(1, 1, 2), { size: 2, mode: "bilinear" }), "interpolate: expected a mode for 1 spatial"],
    [
      () => sedge.interpolate(x(1, 1, 2), { size: 2, mode: never("toString") }),
      "interpolate: expected a mode for 1 spatial",
    ],
    [
      () => sedge.interpolate(x(1, 1, 2), { size: 2, alignCorners: true }),
      "interpolate: expected no alignCorners for mode",
    ],
    [() => sedge.interpolate(x(1, 1, 2), never({ factor: 2 })), 'interpolate: unknown option "factor"'],
    [() => sedge.interpolate(ints(1), { size: 2 }), "interpolate: expected x to be float32"],
  ],
  maskedFill: [
    [() => sedge.maskedFill(x(3), x(3), 0), "maskedFill: expected mask to be bool"],
    [() => sedge.maskedFill(x(3), tensor([true, false]), 0), "maskedFill: expected shapes that broadcast"],
    [() => sedge.maskedFill(x(3), tensor([true]), never("0")), "maskedFill: expected value to be a tensor"],
  ],
  maskedScatter: [
    [() => sedge.maskedScatter(x(3), tensor([true]), x(2)), "maskedScatter: expected source of at least 3 elements"],
    [() => sedge.maskedScatter(x(3), tensor([true]), ints(1)), "maskedScatter: expected source to be float32"],
  ],
  maskedSelect: [
    [() => sedge.maskedSelect(x(3), ints(1, 0, 1)), "maskedSelect: expected mask to be bool"],
    [() => sedge.maskedSelect(x(3), tensor([true, false])), "maskedSelect: expected shapes that broadcast"],
  ],
  meshgrid: [
    [() => sedge.meshgrid([x(2, 2)]), "meshgrid: expected tensors of at most one axis"],
    [() => sedge.meshgrid([x(2)], { indexing: never("yx") }), "meshgrid: expected indexing to be one of ij, xy"],
    [() => sedge.meshgrid(never(x(2))), "meshgrid: expected tensors to be an array"],
  ],
  movedim: [
    [() => sedge.movedim(x(2, 3), 0, 2), "movedim: expected destination from -2 to 1"],
    [() => sedge.movedim(x(2, 3), [0, 1], [0]), "movedim: expected destination for 2 axes"],
    [() => sedge.movedim(x(2, 3), [0, -2], [0, 1]), "movedim: expected distinct axes"],
  ],
  narrow: [
    [() => sedge.narrow(x(4), 0, 2, 3), "narrow: expected length from 0 to 2, got 3"],
    [() => sedge.narrow(x(4), 0, 5, 1), "narrow: expected start from -4 to 4"],
    [() => sedge.narrow(x(4), 1, 0, 1), "narrow: expected axis"],
  ],
  nonzero: [[() => sedge.nonzero(never(3)), "nonzero: expected x to be a tensor"]],
  pad: [
    [() => sedge.pad(x(3), [1]), "pad: expected pad of a pair for each axis"],
    [() => sedge.pad(x(3), [1, 1, 1, 1]), "pad: expected pad of a pair for each axis"],
    [() => sedge.pad(x(3), never(1)), "pad: expected pad of a pair for each axis"],
    [() => sedge.pad(x(3), [1, 0.5]), "pad: expected pad to be an integer"],
    [() => sedge.pad(x(3), [-2, -2]), "pad: expected pad to leave a shape of sizes at least 0"],
    [() => sedge.pad(x(3), [1, 1], { mode: never("edge") }), "pad: expected mode to be one of constant, reflect, repl"],
    [() => sedge.pad(x(3), [1, 1], { mode: never("toString") }), "pad: expected mode to be one of"],
    [() => sedge.pad(x(3), [1, 1], { mode: "reflect" }), "pad: expected pad of a pair for each axis, one to three"],
    [() => sedge.pad(x(1, 3), [3, 1], { mode: "reflect" }), "pad: expected pad of at most 2 for mode reflect"],
    [() => sedge.pad(x(1, 3), [1, 4], { mode: "circular" }), "pad: expected pad of at most 3 for mode circular"],
    [() => sedge.pad(x(1, 0), [1, 0], { mode: "replicate" }), "pad: expected pad of at most -1 for mode replicate"],
    [() => sedge.pad(x(3), [1, 1], never({ fill: 2 })), 'pad: unknown option "fill"'],
  ],
  pixelShuffle: [
    [
      () => sedge.pixelShuffle(x(3, 2, 2), 2),
      "pixelShuffle: expected x of shape [..., C, H, W], multiples of [4, 1, 1]",
    ],
    [() => sedge.pixelShuffle(x(4, 2), 2), "pixelShuffle: expected x of shape"],
    [() => sedge.pixelShuffle(x(4, 2, 2), 0), "pixelShuffle: expected upscaleFactor at least 1"],
  ],
  pixelUnshuffle: [
    [() => sedge.pixelUnshuffle(x(1, 3, 4), 2), "pixelUnshuffle: expected x of shape"],
    [() => sedge.pixelUnshuffle(x(1, 4, 4), 1.5), "pixelUnshuffle: expected downscaleFactor to be an integer"],
  ],
  ravel: [[() => sedge.ravel(never([1])), "ravel: expected x to be a tensor"]],
  repeatInterleave: [
    [() => sedge.repeatInterleave(x(3), [1, 2]), "repeatInterleave: expected 3 repeats, or one"],
    [() => sedge.repeatInterleave(x(3), -1), "repeatInterleave: expected repeats at least 0"],
    [() => sedge.repeatInterleave(x(3), x(3)), "repeatInterleave: expected repeats to be int32"],
    [() => sedge.repeatInterleave(x(3), 2, { axis: 1 }), "repeatInterleave: expected axis"],
    [() => sedge.repeatInterleave(x(3), never("2")), "repeatInterleave: expected repeats to be an integer"],
  ],
  roll: [
    [() => sedge.roll(x(3), 1.5), "roll: expected shifts to be an integer"],
    [() => sedge.roll(x(3, 3), [1, 2]), "roll: expected shifts for 1 axes"],
    [() => sedge.roll(x(3, 3), 1, { axis: [0, 1] }), "roll: expected shifts for 2 axes"],
    [() => sedge.roll(x(3), 1, { axis: 1 }), "roll: expected axis"],
  ],
  rot90: [
    [() => sedge.rot90(x(3)), "rot90: expected axis from -1 to 0"],
    [() => sedge.rot90(x(3, 3), 1, { axes: [0, 0] }), "rot90: expected distinct axes"],
    [() => sedge.rot90(x(3, 3), 0.5), "rot90: expected k to be an integer"],
  ],
  scatter: [
    [() => sedge.scatter(x(3), ints(3), x(1), { axis: 0 }), "scatter: expected index of at least 0 and below 3, got 3"],
    [() => sedge.scatter(x(3), ints(0, 1), x(1), { axis: 0 }), "scatter: expected index within x [3]"],
    [() => sedge.scatter(x(3, 2), ints(0), x(1), { axis: 0 }), "scatter: expected index within x [3, 2]"],
    [() => sedge.scatter(x(3), ints(0), ints(1), { axis: 0 }), "scatter: expected src to be float32"],
    [() => sedge.scatter(x(3), x(1), x(1), { axis: 0 }), "scatter: expected index to be int32"],
    [() => sedge.scatter(x(3), ints(0), x(1), never(undefined)), "scatter: expected axis to be an integer"],
  ],
  scatterAdd: [
    [() => sedge.scatterAdd(x(3), ints(-1), x(1), { axis: 0 }), "scatterAdd: expected index of at least 0"],
    [
      () => sedge.scatterAdd(tensor([true]), ints(0), tensor([true]), { axis: 0 }),
      "scatterAdd: expected x to be float32",
    ],
  ],
  swapaxes: [[() => sedge.swapaxes(x(2, 3), 0, 2), "transpose: expected b from -2 to 1"]],
  take: [
    [() => sedge.take(x(2, 2), ints(4)), "take: expected index of at least 0 and below 4"],
    [() => sedge.take(x(2, 2), x(1)), "take: expected index to be int32"],
  ],
  tensorSplit: [
    [() => sedge.tensorSplit(x(3), 0), "tensorSplit: expected sections at least 1"],
    [() => sedge.tensorSplit(x(3), [0.5]), "tensorSplit: expected sections to be an integer"],
    [() => sedge.tensorSplit(x(), 1), "tensorSplit: expected x of at least one axis"],
  ],
  tile: [
    [() => sedge.tile(x(3), [-1]), "tile: expected repeats of sizes at least 0"],
    [() => sedge.tile(x(3), never(2)), "tile: expected repeats to be an array"],
  ],
  unbind: [
    [() => sedge.unbind(x()), "unbind: expected x of at least one axis"],
    [() => sedge.unbind(x(2), { axis: 1 }), "unbind: expected axis"],
  ],
  unflatten: [
    [() => sedge.unflatten(x(2, 6), 1, [4, 2]), "unflatten: expected a shape of 6 elements"],
    [() => sedge.unflatten(x(2, 6), 2, [2, 3]), "unflatten: expected axis"],
    [() => sedge.unflatten(x(), 0, [1]), "unflatten: expected x of at least one axis"],
  ],
  unfold: [
    [() => sedge.unfold(x(3, 3), 2), "unfold: expected x of shape [N, C, H, W] or [C, H, W]"],
    [() => sedge.unfold(x(1, 3, 3), 4), "unfold: expected kernelSize within the padded image"],
    [() => sedge.unfold(x(1, 3, 3), 0), "unfold: expected kernelSize at least 1"],
    [() => sedge.unfold(x(1, 3, 3), 2, { stride: 0 }), "unfold: expected stride at least 1"],
    [() => sedge.unfold(x(1, 3, 3), 2, { padding: [1, -1] }), "unfold: expected padding at least 0"],
    [() => sedge.unfold(tensor([[[true]]]), 1), "unfold: expected x to be float32"],
  ],
  vstack: [[() => sedge.vstack([never(1)]), "vstack: expected tensors[0] to be a tensor"]],
  "nn.Unflatten": [[() => new nn.Unflatten(0.5, [1]), "Unflatten: expected axis to be an integer"]],
  "nn.Upsample": [[() => new nn.Upsample(never({ factor: 2 })), 'Upsample: unknown option "factor"']],
  "nn.PixelShuffle": [[() => new nn.PixelShuffle(0), "PixelShuffle: expected upscaleFactor at least 1"]],
  "nn.PixelUnshuffle": [[() => new nn.PixelUnshuffle(0), "PixelUnshuffle: expected downscaleFactor at least 1"]],
  "nn.ChannelShuffle": [[() => new nn.ChannelShuffle(0.5), "ChannelShuffle: expected groups to be an integer"]],
  "nn.Unfold": [
    [() => new nn.Unfold(0), "Unfold: expected kernelSize at least 1"],
    [() => new nn.Unfold(2, never({ pad: 1 })), 'Unfold: unknown option "pad"'],
  ],
  "nn.Fold": [
    [() => new nn.Fold(0, 1), "Fold: expected outputSize at least 1"],
    [() => new nn.Fold(4, [2, 2, 2] as never), "Fold: expected kernelSize to be an integer or a pair"],
  ],
  ...Object.fromEntries(
    ["Zero", "Constant", "Reflection", "Replication", "Circular"].flatMap((kind) =>
      [1, 2, 3].map((axes): [string, [() => unknown, string][]] => {
        const name = `${kind}Pad${axes}d`;
        const Layer = nn[name as "ConstantPad1d"];
        return [
          `nn.${name}`,
          [
            [() => new Layer([1], 0), `${name}: expected padding to be a number or an array of ${2 * axes}, got [1]`],
            [() => new Layer(0.5, 0), `${name}: expected padding to be an integer`],
            ...(kind === "Constant"
              ? ([[() => new Layer(1, never("a")), `${name}: expected value to be a number`]] as [
                  () => unknown,
                  string,
                ][])
              : []),
          ],
        ];
      }),
    ),
  ),
};

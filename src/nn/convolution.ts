// What convolution layers share: checks, parameters, text. The layers are conv.ts and conv-transpose.ts.
import { convPadding } from "../ops/internal/padding.ts";
import { type PadMode, pad } from "../ops/pad.ts";
import { tidy } from "../scope.ts";
import { checkBoolean, checkInt, checkOptions, demand, perAxis, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { uniformParameter } from "./parameter.ts";

/** Options of any convolution layer, unchecked. */
export interface ConvLayerOptions {
  stride?: unknown;
  padding?: unknown;
  outputPadding?: unknown;
  dilation?: unknown;
  groups?: unknown;
  bias?: unknown;
  paddingMode?: unknown;
}

const MODES: readonly unknown[] = ["zeros", "reflect", "replicate", "circular"];

/** The base of convolution layers over as many axes as `Sizes` has; weights are PyTorch's and start as there. */
export abstract class Convolution<Sizes extends readonly number[]> extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes | "same" | "valid";
  readonly dilation: Sizes;
  readonly groups: number;
  /** What the padding is made of. */
  readonly paddingMode: "zeros" | Exclude<PadMode, "constant">;
  weight: Tensor;
  bias: Tensor | null;

  constructor(
    op: string,
    dims: number,
    transposed: boolean,
    inChannels: number,
    outChannels: number,
    kernelSize: unknown,
    options: ConvLayerOptions,
  ) {
    super();
    const more = [transposed ? "outputPadding" : "paddingMode"];
    checkOptions(op, options, ["stride", "padding", ...more, "dilation", "groups", "bias"]);
    const sizes = (name: string, value: unknown, min: number): Sizes =>
      perAxis(op, name, value, dims, min) as readonly number[] as Sizes;
    this.inChannels = checkInt(op, "inChannels", inChannels, 1);
    this.outChannels = checkInt(op, "outChannels", outChannels, 1);
    this.kernelSize = sizes("kernelSize", kernelSize, 1);
    this.stride = sizes("stride", options.stride ?? 1, 1);
    const padding = options.padding ?? 0;
    this.padding = transposed ? sizes("padding", padding, 0) : (convPadding(op, padding, this.stride) as Sizes);
    this.dilation = sizes("dilation", options.dilation ?? 1, 1);
    const groups = checkInt(op, "groups", options.groups ?? 1, 1);
    demand(
      inChannels % groups === 0 && outChannels % groups === 0,
      op,
      `groups to divide inChannels ${inChannels} and outChannels ${outChannels}`,
      groups,
    );
    this.groups = groups;
    const mode = options.paddingMode ?? "zeros";
    demand(MODES.includes(mode), op, `paddingMode to be one of ${MODES.join(", ")}`, mode);
    this.paddingMode = mode as "zeros";
    const hasBias = checkBoolean(op, "bias", options.bias ?? true);
    const [rows, columns] = transposed ? [inChannels, outChannels / groups] : [outChannels, inChannels / groups];
    const fanIn = this.kernelSize.reduce((a, b) => a * b, columns);
    this.weight = uniformParameter([rows, columns, ...this.kernelSize], fanIn);
    this.bias = hasBias ? uniformParameter([outChannels], fanIn) : null;
  }

  /** `conv` over `x`, which has its padding already unless that is zeros. */
  protected padded(x: Tensor, conv: (x: Tensor, padding: this["padding"] | 0) => Tensor): Tensor {
    const { paddingMode: mode, padding, dilation, kernelSize } = this;
    if (mode === "zeros" || padding === "valid") return conv(x, padding);
    const widths = kernelSize.map((k, i) => {
      if (padding !== "same") return [padding[i]!, padding[i]!];
      const all = dilation[i]! * (k - 1);
      return [all >> 1, (all + 1) >> 1]; // an odd one comes after the last
    });
    return tidy(() => conv(pad(x, widths.reverse().flat(), { mode }), 0)); // the last axis' first
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, groups } = this;
    const parts = [this.inChannels, this.outChannels, `kernelSize=${show(kernelSize)}`, `stride=${show(stride)}`];
    if (typeof padding === "string") parts.push(`padding=${padding}`);
    else if (padding.some((n) => n !== 0)) parts.push(`padding=${show(padding)}`);
    if (dilation.some((n) => n !== 1)) parts.push(`dilation=${show(dilation)}`);
    if (groups !== 1) parts.push(`groups=${groups}`);
    if (this.bias === null) parts.push("bias=false");
    if (this.paddingMode !== "zeros") parts.push(`paddingMode=${this.paddingMode}`);
    return parts.join(", ");
  }
}

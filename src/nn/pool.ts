// What pooling layers share: checks and text. The layers are max-pool.ts, avg-pool.ts and adaptive-pool.ts.
import { poolPadding } from "../ops/internal/padding.ts";
import { checkBoolean, checkOptions, perAxis, show } from "../shape.ts";
import { Module } from "./module.ts";

/** Options of any pooling layer, unchecked. */
export interface PoolLayerOptions {
  stride?: unknown;
  padding?: unknown;
  dilation?: unknown;
  ceilMode?: unknown;
}

/** The base of pooling layers with windows of a given size, over as many axes as `Sizes` has. */
export abstract class Pool<Sizes extends readonly number[]> extends Module {
  readonly kernelSize: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly dilation: Sizes;
  readonly ceilMode: boolean;

  /** `names` are the options that the layer has. */
  constructor(op: string, dims: number, kernelSize: unknown, options: PoolLayerOptions, names: readonly string[]) {
    super();
    checkOptions(op, options, names);
    const sizes = (list: readonly number[]): Sizes => list as Sizes;
    this.kernelSize = sizes(perAxis(op, "kernelSize", kernelSize, dims, 1));
    this.stride = sizes(perAxis(op, "stride", options.stride ?? kernelSize, dims, 1));
    this.padding = sizes(poolPadding(op, options.padding ?? 0, this.kernelSize));
    this.dilation = sizes(perAxis(op, "dilation", options.dilation ?? 1, dims, 1));
    this.ceilMode = checkBoolean(op, "ceilMode", options.ceilMode ?? false);
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation } = this;
    const parts = [`kernelSize=${show(kernelSize)}`, `stride=${show(stride)}`];
    if (padding.some((n) => n !== 0)) parts.push(`padding=${show(padding)}`);
    if (dilation.some((n) => n !== 1)) parts.push(`dilation=${show(dilation)}`);
    if (this.ceilMode) parts.push("ceilMode=true");
    return parts.join(", ");
  }
}

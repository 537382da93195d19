// What the kernels of convolution and pooling are told of sizes, and the working memory they ask for. The kernels' side of
// it is assembly/conv-geometry.ts; how sizes follow from options is each op's affair.
import { scratch } from "../../memory.ts";
import { ints } from "../../wasm.ts";

/** The 16 counts of assembly/conv-geometry.ts. */
export type Geometry = readonly [
  ...[n: number, c: number, h: number, w: number],
  ...[o: number, kh: number, kw: number],
  ...[sh: number, sw: number, top: number, left: number, dh: number, dw: number, groups: number],
  ...[ho: number, wo: number],
];

/** Working memory for a kernel, of as many bytes as the core says. */
export function workingMemory(bytesFor: (geometry: number) => number, geometry: Geometry): number {
  const [, c, h, w, o, kh, kw, sh, sw, top, left, dh, dw, , ho, wo] = geometry;
  // The large parts are padded images, of x and of dy, and tables of the taps. Where their bytes could pass 32 bits, the
  // core must not count them: scratch() then says how much was wanted.
  const reachH = ((kh - 1) * dh) / sh;
  const reachW = ((kw - 1) * dw) / sw;
  const phases = Math.min(sh, (kh - 1) * dh + 1) * Math.min(sw, (kw - 1) * dw + 1);
  const xPlane = phases * (ho + reachH) * (wo + reachW) + 32;
  const yPlane = (reachH + (top + h) / sh + 1) * (reachW + (left + w) / sw + 1) + 32;
  const bytes = 4 * (c * xPlane + 2 * o * yPlane + 3 * kh * kw);
  return scratch(bytes > 2 ** 31 ? bytes : bytesFor(ints(geometry)) >>> 0);
}

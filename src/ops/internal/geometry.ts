// What the kernels of convolution and pooling are told of sizes, and the working memory they ask for. The kernels' side of
// it is assembly/conv-geometry.ts; how sizes follow from options is each op's affair.
import { scratch } from "../../memory.ts";
import { ints } from "../../wasm.ts";

/** Windows along an axis: `out` of them, of `kernel` places `dilation` apart, the first `before` places before the input. */
export interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly dilation: number;
  readonly out: number;
}

/** The 22 counts of assembly/conv-geometry.ts. */
export type Geometry = readonly number[];

/** An axis on which each place is a window of its own. */
export const unpooled = (size: number): Axis => ({ size, kernel: 1, stride: 1, before: 0, dilation: 1, out: size });

/** The counts of `n` images of `c` channels with windows along one to three axes, for `o` channels of output. */
export function geometryOf(n: number, c: number, o: number, groups: number, axes: readonly Axis[]): Geometry {
  const [d, h, w] = [unpooled(1), unpooled(1), ...axes].slice(-3) as [Axis, Axis, Axis];
  // a single window has no stride
  const stride = ({ stride, out }: Axis): number => (out === 1 ? 1 : stride);
  return [
    ...[n, c, d.size, h.size, w.size, o, d.kernel, h.kernel, w.kernel, stride(d), stride(h), stride(w)],
    ...[d.before, h.before, w.before, d.dilation, h.dilation, w.dilation, groups, d.out, h.out, w.out],
  ];
}

/** Working memory for a kernel, of as many bytes as the core says. */
export function workingMemory(bytesFor: (geometry: number) => number, geometry: Geometry): number {
  // The large parts are padded images, of x and of dy, and tables of the taps. Where their bytes could pass 32 bits, the
  // core must not count them: scratch() then says how much was wanted.
  let [xPlane, yPlane, taps] = [1, 1, 1];
  for (let axis = 0; axis < 3; axis++) {
    const [size, kernel, stride, before, dilation, out] = [2, 6, 9, 12, 15, 19].map((i) => geometry[i + axis]!) as [
      ...[number, number, number, number, number, number],
    ];
    const reach = ((kernel - 1) * dilation) / stride;
    xPlane *= Math.min(stride, (kernel - 1) * dilation + 1) * (out + reach);
    yPlane *= reach + (before + size) / stride + 1;
    taps *= kernel;
  }
  const bytes = 4 * (geometry[1]! * (xPlane + 32) + 2 * geometry[5]! * (yPlane + 32) + 3 * taps);
  return scratch(bytes > 2 ** 31 ? bytes : bytesFor(ints(geometry)) >>> 0);
}

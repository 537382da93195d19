// What a broadcasting kernel must know about its operands' shapes: the layout that assembly/broadcast.ts walks. Pure
// arithmetic; the ops that use it are in binary.ts, compare.ts and ternary.ts.
import { broadcastShapes, type Shape, sameShape, sizeOf } from "../../shape.ts";

/** Shape of a result, and the integers of its layout: null where every operand has that shape already. */
export interface Broadcast {
  readonly shape: Shape;
  readonly layout: readonly number[] | null;
}

/** An axis of the result: its size, and how many elements each operand advances along it (0 where it is repeated). */
interface Axis {
  size: number;
  readonly strides: readonly number[];
}

/**
 * The common shape of two or three operands, and the rows to compute it by.
 *
 * Axes along which every operand goes on where it stopped merge into one, so that most broadcasts are a single loop
 * over rows: `[N, C, H, W]` with `[C, 1, 1]` has outer axes N and C, and rows of H W elements.
 */
export function broadcast(op: string, ...shapes: Shape[]): Broadcast {
  const first = shapes[0]!;
  if (shapes.every((shape) => sameShape(shape, first))) return { shape: first, layout: null };
  const shape = broadcastShapes(op, ...shapes);
  if (sizeOf(shape) === 0) return { shape, layout: null };
  const axes = mergedAxes(shape, shapes);
  const inner = axes.shift() ?? { size: 1, strides: [] };
  // a place that no operand takes advances by 1, so that the kernel does not read it
  const layout = [inner.size, axes.length, ...places(inner.strides, 1)];
  for (const { size, strides } of axes.reverse()) layout.push(size, 0, ...places(strides, 0));
  return { shape, layout };
}

function places(strides: readonly number[], unused: number): number[] {
  const [a = unused, b = unused, c = unused] = strides;
  return [a, b, c];
}

/** The axes of the result, innermost first, without those of size 1. */
function mergedAxes(shape: Shape, operands: readonly Shape[]): Axis[] {
  const axes: Axis[] = [];
  // elements of each operand behind the current axis
  const behind = operands.map(() => 1);
  let inner: Axis | undefined;
  for (let i = 1; i <= shape.length; i++) {
    const size = shape[shape.length - i]!;
    if (size === 1) continue;
    let goesOn = inner !== undefined;
    const strides: number[] = [];
    for (let j = 0; j < operands.length; j++) {
      const own = operands[j]![operands[j]!.length - i] ?? 1;
      const stride = own === 1 ? 0 : behind[j]!;
      behind[j] = behind[j]! * own;
      strides.push(stride);
      if (inner !== undefined && stride !== inner.strides[j]! * inner.size) goesOn = false;
    }
    if (goesOn) {
      inner!.size *= size;
    } else {
      inner = { size, strides };
      axes.push(inner);
    }
  }
  return axes;
}

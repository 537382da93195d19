// Elementwise loops over operands of different shapes: a row at a time through the loops of map.ts. Which axes merge,
// and so how long a row is, the facade has decided (src/ops/internal/broadcast.ts); it passes a layout, or 0 where
// all operands have the result's shape. Comparisons, whose results are bytes, have their loop here.
import { LINE } from "./fold";
import { BLOCK, map2, map3, Op2, Op3, Tail } from "./map";
import { Row } from "./row";

/**
 * An outer axis, in memory as the facade writes it: its size, then how many elements each operand advances along it.
 */
@unmanaged
class Axis {
  size: i32;
  /** Steps taken; 0 at first */
  count: i32;
  a: i32;
  b: i32;
  c: i32;
}

/** The layout's head. The axes follow, outermost first, at most seven; then what the kernel itself keeps there. */
@unmanaged
class Layout {
  /** Elements of a row */
  inner: i32;
  /** Number of outer axes */
  rank: i32;
  /** Elements an operand advances from one of a row to the next: 1, or 0 for the same element all along */
  stepA: i32;
  stepB: i32;
  stepC: i32;
}

/** Bytes of Layout and of Axis: five i32 each. */
const RECORD: usize = 20;
/** Offset of the three operands' current addresses, behind seven axes. */
const CURSOR: usize = RECORD * 8;
/** Offset of the elements of a row as the loops take it: those of many rows where b is a short row that goes with all of them. */
const TAKEN: usize = CURSOR + 12;
/** The longest row, in elements, of which MANY are taken at a time: so many of it fit LINE. */
const SHORT: i32 = 128;
const MANY: i32 = 16;
/** Offset of a BLOCK for each operand, where an element that stays the same all along a row is repeated. */
const REPEATED: usize = 192;

/** The rows of a layout, one after another. Needs 384 bytes at the layout's address. */
class Rows {
  start(layout: usize, a: usize, b: usize, c: usize): void {
    const head = changetype<Layout>(layout);
    const axis = changetype<Axis>(layout + RECORD);
    let taken = head.inner;
    // a bias: written down many times, many rows are one. Rows of 128 are 1.4 times as fast so, of 10 5 times
    if (!c && head.rank === 1 && head.stepA & head.stepB && !axis.b && axis.a === taken && taken <= SHORT) {
      const many = taken * min(axis.size, MANY);
      for (let i = 0; i < many; i += taken) changetype<Row>(0).copy(LINE + ((<usize>i) << 2), b, (<usize>taken) << 2);
      taken = many;
      b = LINE;
    }
    store<i32>(layout, taken, TAKEN);
    this.go(layout, a, b, c);
  }
  next(layout: usize): void {
    let a = load<usize>(layout, CURSOR);
    let b = load<usize>(layout, CURSOR + 4);
    let c = load<usize>(layout, CURSOR + 8);
    const taken = load<i32>(layout, TAKEN);
    if (taken !== changetype<Layout>(layout).inner) {
      this.go(layout, a + (taken << 2), b, c);
      return;
    }
    for (let at = layout + RECORD * changetype<Layout>(layout).rank; at > layout; at -= RECORD) {
      const axis = changetype<Axis>(at);
      a += axis.a << 2;
      b += axis.b << 2;
      c += axis.c << 2;
      if (++axis.count < axis.size) break;
      a -= (axis.a * axis.size) << 2;
      b -= (axis.b * axis.size) << 2;
      c -= (axis.c * axis.size) << 2;
      axis.count = 0;
    }
    this.go(layout, a, b, c);
  }
  /** Stands at these elements; inlined, as a row may be short. */
  @inline go(layout: usize, a: usize, b: usize, c: usize): void {
    const rows = changetype<Layout>(layout);
    store<usize>(layout, a, CURSOR);
    store<usize>(layout, b, CURSOR + 4);
    store<usize>(layout, c, CURSOR + 8);
    if (!rows.stepA) this.spread(layout + REPEATED, a);
    if (!rows.stepB) this.spread(layout + REPEATED + BLOCK, b);
    if (!rows.stepC) this.spread(layout + REPEATED + 2 * BLOCK, c);
  }
  spread(block: usize, element: usize): void {
    const v = v128.load_splat<u32>(element);
    v128.store(block, v);
    v128.store(block, v, 16);
    v128.store(block, v, 32);
    v128.store(block, v, 48);
  }
  /** Where the loops read an operand: 0, 1 or 2 */
  @inline at(layout: usize, operand: usize, step: i32): usize {
    return step ? load<usize>(layout + (operand << 2), CURSOR) : layout + REPEATED + operand * BLOCK;
  }
}

/** y = Op(a, b), n elements in all */
export function broadcast2<Op extends Op2>(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  if (!layout) {
    map2<Op>(y, a, b, n, BLOCK, BLOCK);
    return;
  }
  const rows = changetype<Rows>(0);
  const head = changetype<Layout>(layout);
  rows.start(layout, a, b, 0);
  const taken = load<i32>(layout, TAKEN);
  for (; n > 0; n -= taken, y += taken << 2) {
    const rowA = rows.at(layout, 0, head.stepA);
    const rowB = rows.at(layout, 1, head.stepB);
    map2<Op>(y, rowA, rowB, min(n, taken), <usize>head.stepA * BLOCK, <usize>head.stepB * BLOCK);
    rows.next(layout);
  }
}

/** y = Op(a, b, c), n elements in all */
export function broadcast3<Op extends Op3>(y: usize, a: usize, b: usize, c: usize, n: i32, layout: usize): void {
  if (!layout) {
    map3<Op>(y, a, b, c, n, BLOCK, BLOCK, BLOCK);
    return;
  }
  const rows = changetype<Rows>(0);
  const head = changetype<Layout>(layout);
  rows.start(layout, a, b, c);
  for (; n > 0; n -= head.inner, y += head.inner << 2) {
    const rowA = rows.at(layout, 0, head.stepA);
    const rowB = rows.at(layout, 1, head.stepB);
    const rowC = rows.at(layout, 2, head.stepC);
    map3<Op>(
      y,
      rowA,
      rowB,
      rowC,
      head.inner,
      <usize>head.stepA * BLOCK,
      <usize>head.stepB * BLOCK,
      <usize>head.stepC * BLOCK,
    );
    rows.next(layout);
  }
}

/** y = Op(a, b), where Op gives a mask and y is bool; n elements in all */
export function test2<Op extends Op2>(y: usize, a: usize, b: usize, n: i32, layout: usize): void {
  if (!layout) {
    testRow<Op>(y, a, b, n, BLOCK, BLOCK);
    return;
  }
  const rows = changetype<Rows>(0);
  const head = changetype<Layout>(layout);
  rows.start(layout, a, b, 0);
  const taken = load<i32>(layout, TAKEN);
  for (; n > 0; n -= taken, y += taken) {
    const rowA = rows.at(layout, 0, head.stepA);
    const rowB = rows.at(layout, 1, head.stepB);
    testRow<Op>(y, rowA, rowB, min(n, taken), <usize>head.stepA * BLOCK, <usize>head.stepB * BLOCK);
    rows.next(layout);
  }
}

/** As map2, with one byte, 0 or 1, for each element. */
function testRow<Op extends Op2>(y: usize, a: usize, b: usize, n: i32, stepA: usize, stepB: usize): void {
  const op = changetype<Op>(0);
  for (; n >= 16; n -= 16, a += stepA, b += stepB, y += 16) {
    const low = i16x8.narrow_i32x4_s(op.at(v128.load(a), v128.load(b)), op.at(v128.load(a, 16), v128.load(b, 16)));
    const high = i16x8.narrow_i32x4_s(
      op.at(v128.load(a, 32), v128.load(b, 32)),
      op.at(v128.load(a, 48), v128.load(b, 48)),
    );
    v128.store(y, i8x16.neg(i8x16.narrow_i16x8_s(low, high)));
  }
  for (; n > 0; n -= 4, a += stepA >> 2, b += stepB >> 2, y += 4) {
    changetype<Tail>(0).storeMask(y, op.at(v128.load(a), v128.load(b)), n);
  }
}

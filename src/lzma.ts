// Unpacks the core that the package carries: LZMA as its encoders write it by default (three bits of literal context,
// none of literal position, two of position). Trusts its input, which the build made. Imports nothing.

/** Where each table of probabilities begins in the one array of them; the tables that two bits of position choose from first. */
const IS_MATCH = 0;
const IS_LONG = IS_MATCH + 12 * 4;
const IS_REPEAT = IS_LONG + 12 * 4;
const WHICH = IS_REPEAT + 12;
const SLOT = WHICH + 12 * 3;
const ALIGN = SLOT + 4 * 64;
const FAR = ALIGN + 16;
const LENGTH = FAR + 128;
const LENGTH_SIZE = 2 + 2 * 32 + 256;
const LITERAL = LENGTH + 2 * LENGTH_SIZE;

/** The bytes of an .lzma file. */
export function unpack(input: Uint8Array): Uint8Array {
  const header = new DataView(input.buffer, input.byteOffset);
  const output = new Uint8Array(header.getUint32(5, true)); // behind properties and dictionary size; the high half is 0
  const odds = new Uint16Array(LITERAL + 8 * 768).fill(1024);
  let code = header.getUint32(14);
  let range = -1 >>> 0;
  let next = 18;

  const narrowed = (): void => {
    if (range >= 2 ** 24) return;
    range = (range << 8) >>> 0;
    code = ((code << 8) | input[next++]!) >>> 0;
  };
  /** The next bit, by the odds at `i`, which it shifts. */
  const bit = (i: number): number => {
    const odd = odds[i]!;
    const bound = (range >>> 11) * odd;
    const one = code >= bound;
    if (one) {
      range -= bound;
      code -= bound;
      odds[i] = odd - (odd >> 5);
    } else {
      range = bound;
      odds[i] = odd + ((2048 - odd) >> 5);
    }
    narrowed();
    return +one;
  };
  /** A number of `bits` bits, the highest first, each by the ones before it. */
  const tree = (at: number, bits: number): number => {
    let node = 1;
    for (let i = 0; i < bits; i++) node = 2 * node + bit(at + node);
    return node - (1 << bits);
  };
  /** The same, the lowest first. */
  const reverseTree = (at: number, bits: number): number => {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const b = bit(at + node);
      node = 2 * node + b;
      value |= b << i;
    }
    return value;
  };
  /** Bits of even odds. */
  const direct = (bits: number): number => {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      range >>>= 1;
      const one = code >= range;
      if (one) code -= range;
      narrowed();
      value = 2 * value + +one;
    }
    return value;
  };
  const length = (at: number, place: number): number => {
    if (!bit(at)) return 2 + tree(at + 2 + 8 * place, 3);
    return bit(at + 1) ? 18 + tree(at + 66, 8) : 10 + tree(at + 34 + 8 * place, 3);
  };
  const distance = (n: number): number => {
    const slot = tree(SLOT + 64 * Math.min(n - 2, 3), 6);
    if (slot < 4) return slot + 1;
    const bits = (slot >> 1) - 1;
    const start = (2 + (slot & 1)) << bits;
    if (slot < 14) return start + reverseTree(FAR + start - slot, bits) + 1;
    return start + 16 * direct(bits - 4) + reverseTree(ALIGN, 4) + 1;
  };

  /** What the steps before were: below 7 a literal came last. */
  let state = 0;
  /** The distances used last, the latest first. */
  const last = [1, 1, 1, 1];
  for (let at = 0; at < output.length; ) {
    const place = at & 3;
    if (!bit(IS_MATCH + 4 * state + place)) {
      const table = LITERAL + 768 * ((output[at - 1] ?? 0) >> 5);
      let node = 1;
      if (state >= 7) {
        const like = output[at - last[0]!]!; // what would have gone on with the match: a hint up to where it is wrong
        for (let i = 7; i >= 0; i--) {
          const expected = (like >> i) & 1;
          const b = bit(table + 256 * (1 + expected) + node);
          node = 2 * node + b;
          if (b !== expected) break;
        }
      }
      while (node < 256) node = 2 * node + bit(table + node);
      output[at++] = node;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    const early = state < 7;
    let n = 1;
    if (bit(IS_REPEAT + state)) {
      const which = WHICH + 3 * state;
      const i = !bit(which) ? 0 : !bit(which + 1) ? 1 : 2 + bit(which + 2);
      last.unshift(...last.splice(i, 1));
      const short = i === 0 && !bit(IS_LONG + 4 * state + place);
      if (!short) n = length(LENGTH + LENGTH_SIZE, place);
      state = short ? (early ? 9 : 11) : early ? 8 : 11;
    } else {
      n = length(LENGTH, place);
      last.unshift(distance(n));
      last.pop();
      state = early ? 7 : 10;
    }
    for (const end = at + n; at < end; at++) output[at] = output[at - last[0]!]!;
  }
  return output;
}

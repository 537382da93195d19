// Unpacks the core that the package carries: base64 of LZMA without bits of literal context, literal position
// or position. A module of its own, which goes into the JavaScript as it is: run once
// and so cold, the same in JavaScript takes four times as long. Trusts its input, which the build made. One call an instance.

export { weave } from "./weave";

/** What is where in the memory: from 0 on the odds, then the text and in its place the bytes it stands for, the output. */
const TEXT: usize = 1 << 14;
const OUTPUT: usize = 1 << 18;

/** An odd is how far a bit's being 0 is above even, 16 bits; all begin as the memory does. */
const EVEN = 1024;
/** Where each table of them begins. */
const IS_MATCH = 0;
const IS_LONG = IS_MATCH + 12;
const IS_REPEAT = IS_LONG + 12;
const WHICH = IS_REPEAT + 12;
const SLOT = WHICH + 12 * 3;
const ALIGN = SLOT + 4 * 64;
const FAR = ALIGN + 16;
const LENGTH = FAR + 128;
const LENGTH_SIZE = 2 + 2 * 8 + 256;
const LITERAL = LENGTH + 2 * LENGTH_SIZE;

let range: u32 = -1;
let code: u32 = 0;
let next: usize = 0;

function narrowed(): void {
  if (range >>> 24) return;
  range <<= 8;
  code = (code << 8) | load<u8>(next++);
}

/** The next bit, by the odds at `i`, which it shifts. */
function bit(i: i32): i32 {
  const above: i32 = load<i16>(i << 1);
  const odd = above + EVEN;
  const bound = (range >>> 11) * odd;
  const one = code >= bound;
  if (one) {
    range -= bound;
    code -= bound;
  } else range = bound;
  store<i16>(i << 1, above + (one ? -(odd >> 5) : (2 * EVEN - odd) >> 5));
  narrowed();
  return i32(one);
}

/** A number of `bits` bits, the highest first, each by the ones before it. */
function tree(at: i32, bits: i32): i32 {
  let node = 1;
  for (let i = 0; i < bits; i++) node = 2 * node + bit(at + node);
  return node - (1 << bits);
}

/** The same, the lowest first. */
function reverseTree(at: i32, bits: i32): i32 {
  let node = 1;
  let value = 0;
  for (let i = 0; i < bits; i++) {
    const b = bit(at + node);
    node = 2 * node + b;
    value |= b << i;
  }
  return value;
}

/** Bits of even odds. */
function direct(bits: i32): i32 {
  let value = 0;
  for (let i = 0; i < bits; i++) {
    range >>>= 1;
    const one = code >= range;
    if (one) code -= range;
    narrowed();
    value = 2 * value + i32(one);
  }
  return value;
}

function length(at: i32): i32 {
  let base = 2;
  if (bit(at)) {
    if (bit(at + 1)) return 18 + tree(at + 18, 8);
    at += 8;
    base = 10;
  }
  return base + tree(at + 2, 3);
}

function distance(n: i32): i32 {
  const slot = tree(SLOT + 64 * min(n - 2, 3), 6);
  if (slot < 4) return slot + 1;
  const bits = (slot >> 1) - 1;
  const start = (2 + (slot & 1)) << bits;
  if (slot < 14) return start + reverseTree(FAR + start - slot, bits) + 1;
  return start + 16 * direct(bits - 4) + reverseTree(ALIGN, 4) + 1;
}

/** The next byte; where it is known not to be `like`, which would go on with the match, `hint` is 256, else 0. */
function literal(like: i32, hint: i32): i32 {
  let node = 1;
  while (node < 256) {
    like <<= 1;
    const expected = like & hint;
    const b = bit(LITERAL + hint + expected + node);
    if (b << 8 !== expected) hint = 0;
    node = 2 * node + b;
  }
  return node;
}

/** The six bits that a character of base64 stands for. */
function sextet(c: u32): u32 {
  return c > 96 ? c - 71 : c > 64 ? c - 65 : c > 47 ? c + 4 : c > 43 ? 63 : 62;
}

/** Unpacks a text of so many characters; returns how many bytes it gave. */
export function unpack(characters: usize): i32 {
  let write = TEXT;
  let bits: u32 = 0;
  for (let i: usize = 0; i < characters; i++) {
    bits = (bits << 6) | sextet(load<u8>(i, TEXT));
    const place = u32(i) & 3; // three bytes in four characters
    if (place) store<u8>(write++, bits >> (6 - 2 * place));
  }
  const size = load<i32>(TEXT + 5); // behind properties and dictionary size; the high half is 0
  const end = OUTPUT + size;
  next = TEXT + 14; // the first byte of the code is 0
  while (next < TEXT + 18) code = (code << 8) | load<u8>(next++);

  /** What the steps before were: below 7 a literal came last. */
  let state = 0;
  /** The distances used last, the latest first. */
  let d0 = 1;
  let d1 = 1;
  let d2 = 1;
  let d3 = 1;
  for (let at = OUTPUT; at < end; ) {
    if (!bit(IS_MATCH + state)) {
      const hint = i32(state >= 7) << 8;
      store<u8>(at, literal(load<u8>(at - d0), hint));
      at++;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    const early = state < 7;
    let n = 1;
    if (bit(IS_REPEAT + state)) {
      const which = WHICH + 3 * state;
      let short = false;
      if (bit(which)) {
        let d = d1;
        if (bit(which + 1)) {
          d = d2;
          if (bit(which + 2)) {
            d = d3;
            d3 = d2;
          }
          d2 = d1;
        }
        d1 = d0;
        d0 = d;
      } else short = !bit(IS_LONG + state);
      if (!short) n = length(LENGTH + LENGTH_SIZE);
      state = short ? (early ? 9 : 11) : early ? 8 : 11;
    } else {
      n = length(LENGTH);
      d3 = d2;
      d2 = d1;
      d1 = d0;
      d0 = distance(n);
      state = early ? 7 : 10;
    }
    for (; n; n--) {
      store<u8>(at, load<u8>(at - d0));
      at++;
    }
  }
  return size;
}

// Weaves a WebAssembly module together from the threads that scripts/build/unweave.ts drew out of it, each of which packs
// better by itself. Part of the unpacker; trusts its input as that does.

/** Where the threads are, behind integers that tell where each begins; and where the module goes. */
const THREADS: usize = 1 << 18;
const MODULE: usize = 1 << 19;

/** The threads, by the places of their integers, which move on as they are read. */
const CODE = 0;
const CONSTANTS = 4;
const GETS = 8;
const SETS = 12;
const CALLS = 16;
const OFFSETS = 20;

/** Four bytes: the next local of each type that the function names for the first time. */
const NEXT: usize = 0;
/** The locals named so far, the latest first. */
const NAMED: usize = 16;
/** Of each byte of the code: the vector instruction that it stands for, and one; 0 for others. */
const VECTORS: usize = 256;
/** Of each byte of the code: how its instruction's address is aligned, and one; 0 until it is met. */
const ALIGNMENTS: usize = 512;

let write: usize = MODULE;
/** How many locals were named so far. */
let named: usize = 0;

function put(byte: i32): void {
  store<u8>(write++, byte);
}

/** The next byte of a thread. */
function next(thread: usize): i32 {
  const at = load<u32>(thread, THREADS);
  store<u32>(thread, at + 1, THREADS);
  return load<u8>(at, THREADS);
}

/** Copies a byte of the code, and returns it. */
function copied(): i32 {
  const byte = next(CODE);
  put(byte);
  return byte;
}

/** Copies a number of seven bits a byte, and returns it. */
function number(thread: usize = CODE): i32 {
  let value = 0;
  let shift = 0;
  let byte: i32;
  do {
    byte = next(thread);
    put(byte);
    value |= (byte & 127) << shift;
    shift += 7;
  } while (byte > 127);
  return value;
}

/** A use of a local: below 4 the next one of that type, otherwise how many were named since. */
function local(use: usize): void {
  let index: i32;
  let place = named;
  if (use < 4) {
    index = load<u8>(NEXT + use);
    store<u8>(NEXT + use, index + 1);
    named++;
  } else {
    place = use - 4;
    index = load<u8>(NAMED + place);
  }
  memory.copy(NAMED + 1, NAMED, place);
  store<u8>(NAMED, index);
  put(index);
}

/** Where in memory an instruction reads or writes: aligned as when its byte was met first. */
function address(byte: usize): void {
  if (!load<u8>(byte, ALIGNMENTS)) store<u8>(byte, next(CODE) + 1, ALIGNMENTS);
  put(load<u8>(byte, ALIGNMENTS) - 1);
  number(OFFSETS);
}

/** A vector instruction, and what belongs to it. */
function vector(byte: usize, op: i32): void {
  put(0xfd);
  put(op);
  if (op > 127) put(1);
  if (op < 12 || (op > 83 && op < 94)) address(byte);
  else if (op < 14) for (let bytes = 16; bytes; bytes--) put(next(CONSTANTS));
  if ((op > 20 && op < 35) || (op > 83 && op < 92)) copied();
}

/** The body of a function, behind its size. */
function body(): void {
  let local0: usize = next(CODE); // parameters
  for (named = 0; named < local0; named++) store<u8>(NAMED + named, named);
  const groups = copied();
  for (let group = 0; group < groups; group++) {
    store<u8>(NEXT + group, local0);
    local0 += number();
    copied();
  }
  for (let depth = 1; depth; ) {
    const op = next(CODE);
    const above: i32 = load<u8>(op, VECTORS);
    if (above) {
      vector(op, above - 1);
      continue;
    }
    put(op);
    if (op >= 0x20 && op <= 0x22) local(next(op === 0x20 ? GETS : SETS));
    else if (op === 0x0b) depth--;
    else if (op >= 0x02 && op <= 0x04) {
      depth++;
      number();
    } else if (op === 0x10) number(CALLS);
    else if (op === 0x0c || op === 0x0d || op === 0x23 || op === 0x24) number();
    else if (op >= 0x28 && op < 0x3f) address(op);
    else if (op >= 0x3f && op <= 0x42) number();
    else if (op === 0x43 || op === 0x44) {
      for (let bytes = 4 * (op - 0x42); bytes; bytes--) copied();
    } else if (op === 0xfc) {
      const bulk = number();
      if (bulk > 7) number();
      if (bulk === 10) number();
    }
  }
}

/** Weaves the module; returns how many bytes it has. */
export function weave(): i32 {
  const end = load<u32>(CONSTANTS, THREADS);
  let above = 0;
  for (let byte = 0; byte < 256; byte++) {
    const more = next(CODE);
    above += more;
    store<u8>(byte, more ? above : 0, VECTORS);
  }
  memory.fill(ALIGNMENTS, 0, 256);
  for (let i = 0; i < 8; i++) copied(); // magic number and version
  while (load<u32>(CODE, THREADS) < end) {
    const section = copied();
    let size = number();
    if (section !== 10) for (; size; size--) copied();
    else {
      for (let functions = number(); functions; functions--) {
        const start = write;
        write += 3; // at most three bytes of size, known only behind the body
        body();
        const size = write - start - 3;
        write = start;
        for (let rest = size; ; rest >>= 7) {
          put(i32(rest & 127) | (i32(rest > 127) << 7));
          if (rest < 128) break;
        }
        memory.copy(write, start + 3, size);
        write += size;
      }
    }
  }
  return i32(write - MODULE);
}

// Weaves a WebAssembly module together from the threads that scripts/build/unweave.ts drew out of it: the code, the constants of
// 16 bytes and the uses of locals, each of which packs better by itself. Part of the unpacker; trusts its input as that does.

/** Where the threads are, behind two integers that tell where constants and locals begin; and where the module goes. */
const THREADS: usize = 1 << 18;
const MODULE: usize = 1 << 19;

/** Four bytes: the next local of each type that the function names for the first time. */
const NEXT: usize = 0;
/** The locals named so far, the latest first. */
const NAMED: usize = 16;

let code: usize = 0;
let constants: usize = 0;
let locals: usize = 0;
let write: usize = MODULE;
/** How many locals were named so far. */
let named: usize = 0;

function put(byte: i32): void {
  store<u8>(write++, byte);
}

/** Copies a byte of the code, and returns it. */
function copied(): i32 {
  const byte: i32 = load<u8>(code++);
  put(byte);
  return byte;
}

/** Copies a number of seven bits a byte, and returns it. */
function number(): i32 {
  let value = 0;
  let shift = 0;
  let byte: i32;
  do {
    byte = copied();
    value |= (byte & 127) << shift;
    shift += 7;
  } while (byte > 127);
  return value;
}

/** A use of a local: below 4 the next one of that type, otherwise how many were named since. */
function local(): void {
  const use: usize = load<u8>(locals++);
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

/** What follows a vector instruction's prefix: a byte for what the module has as a number, then what belongs to it. */
function vector(): void {
  const op = copied();
  if (op > 127) put(1);
  const lanes = op >= 84 && op < 92;
  if (op < 12 || lanes || op === 92 || op === 93) {
    number();
    number();
  } else if (op < 14) {
    memory.copy(write, constants, 16);
    constants += 16;
    write += 16;
  }
  if (lanes || (op > 20 && op < 35)) copied();
}

/** The body of a function, behind its size. */
function body(): void {
  let local0 = load<u8>(code++); // parameters
  for (named = 0; named < local0; named++) store<u8>(NAMED + named, named);
  const groups = copied();
  for (let group = 0; group < groups; group++) {
    store<u8>(NEXT + group, local0);
    local0 += <u8>number();
    copied();
  }
  for (let depth = 1; depth; ) {
    const op = copied();
    if (op >= 0x20 && op <= 0x22) local();
    else if (op === 0xfd) vector();
    else if (op === 0x0b) depth--;
    else if (op >= 0x02 && op <= 0x04) {
      depth++;
      number();
    } else if (op === 0x0c || op === 0x0d || op === 0x10 || op === 0x23 || op === 0x24) number();
    else if (op >= 0x28 && op <= 0x42) {
      number();
      if (op < 0x3f) number();
    } else if (op === 0x43 || op === 0x44) {
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
  code = THREADS + 8;
  constants = THREADS + load<u32>(THREADS);
  locals = THREADS + load<u32>(THREADS + 4);
  const end = constants;
  for (let i = 0; i < 8; i++) copied(); // magic number and version
  while (code < end) {
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

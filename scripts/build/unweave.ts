// Draws a WebAssembly module into threads that pack better apart than woven: its code, where a vector instruction is one
// byte, its constants of 16 bytes, calls, offsets of addresses, and the locals it reads and those it writes, each told by how
// long ago it was used last. assembly/weave.ts is the way back. LZMA then makes 29 kB of the core instead of 34.

/** A function's body: where its size, its locals and its instructions begin, where it ends, how many parameters it has. */
export interface Body {
  readonly size: number;
  readonly start: number;
  readonly end: number;
  readonly parameters: number;
}

class Reader {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    return this.bytes[this.at++]!;
  }

  number(): number {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
      shift += 7;
    }
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: this.number() }, item);
  }
}

/** The bodies of a module's functions. */
export function bodiesOf(bytes: Uint8Array): Body[] {
  const reader = new Reader(bytes);
  const skip = (n: number): number => (reader.at += n);
  let types: number[] = [];
  let functions: number[] = [];
  for (reader.at = 8; reader.at < bytes.length; ) {
    const [section, size] = [reader.byte(), reader.number()];
    const end = reader.at + size;
    if (section === 1) {
      types = reader.list(() => {
        skip(1);
        const parameters = reader.number();
        skip(parameters);
        skip(reader.number());
        return parameters;
      });
    } else if (section === 3) functions = reader.list(() => reader.number());
    else if (section === 10) {
      return reader.list(() => {
        const at = reader.at;
        const [length, start] = [reader.number(), reader.at];
        return { size: at, start, end: skip(length), parameters: types[functions.shift()!]! };
      });
    }
    reader.at = end;
  }
  throw new RangeError("unweave: expected a module with code");
}

/** The groups of locals of one type that a body declares. */
function groupsOf(reader: Reader, { start }: Body): [count: number, type: number][] {
  reader.at = start;
  return reader.list(() => [reader.number(), reader.byte()]);
}

const VECTOR = 0xfd;
const isLocal = (op: number): boolean => op >= 0x20 && op <= 0x22;
const isConstant = (op: number, vector: number): boolean => op === VECTOR && (vector === 12 || vector === 13);

/** Whether an instruction reads or writes memory where an alignment and an offset tell. */
const hasAddress = (op: number, vector: number): boolean =>
  op === VECTOR ? vector <= 11 || (vector >= 84 && vector <= 93) : op >= 0x28 && op <= 0x3e;

/** Goes behind the instruction at the reader's place; returns its opcode, and that behind the prefix of a vector one. */
function instruction(reader: Reader): [op: number, vector: number] {
  const op = reader.byte();
  const skip = (bytes: number, numbers = 0): void => {
    reader.at += bytes;
    for (let i = 0; i < numbers; i++) reader.number();
  };
  if (op === VECTOR) {
    const vector = reader.number();
    const lanes = vector >= 84 && vector <= 91;
    if (vector > 255) throw new RangeError(`unweave: expected no instruction ${vector} of relaxed SIMD`);
    skip(isConstant(op, vector) ? 16 : 0, vector <= 11 || lanes || vector === 92 || vector === 93 ? 2 : 0);
    if (lanes || (vector >= 21 && vector <= 34)) skip(1);
    return [op, vector];
  }
  if (op === 0xfc) {
    const bulk = reader.number();
    if (bulk > 7 && bulk !== 10 && bulk !== 11) throw new RangeError(`unweave: expected no bulk instruction ${bulk}`);
    skip(0, bulk === 10 ? 2 : bulk === 11 ? 1 : 0);
  } else if (isLocal(op) || [0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x23, 0x24].includes(op)) skip(0, 1);
  else if (op >= 0x28 && op <= 0x42) skip(0, op < 0x3f ? 2 : 1);
  else if (op === 0x43 || op === 0x44) skip(4 * (op - 0x42));
  else if (op === 0x0e || op === 0x11) throw new RangeError(`unweave: expected no instruction ${op}`);
  return [op, 0];
}

/** Numbers the locals of each function anew, in the bytes given: type by type, each type's in the order of their use. */
export function renumberLocals(bytes: Uint8Array): void {
  const reader = new Reader(bytes);
  for (const body of bodiesOf(bytes)) {
    const groups = groupsOf(reader, body);
    const uses: number[] = [];
    while (reader.at < body.end) {
      const place = reader.at + 1;
      if (isLocal(instruction(reader)[0])) uses.push(place);
    }
    const types = groups.flatMap(([count, type]) => new Array<number>(count).fill(type));
    const total = body.parameters + types.length;
    if (total > 127) throw new RangeError(`unweave: expected at most 127 locals, got ${total}`);
    const typeOf = (local: number): number => types[local - body.parameters]!;
    const used = [...new Set([...uses.map((place) => bytes[place]!), ...Array(total).keys()])];
    const sorted = used.filter((local) => local >= body.parameters).sort((a, b) => typeOf(b) - typeOf(a));
    const counts = new Map<number, number>();
    for (const local of sorted) counts.set(typeOf(local), (counts.get(typeOf(local)) ?? 0) + 1);
    if (counts.size !== groups.length || counts.size > 4)
      throw new RangeError("unweave: expected a group for each of up to 4 types");
    for (const place of uses) {
      const local = bytes[place]!;
      if (local >= body.parameters) bytes[place] = body.parameters + sorted.indexOf(local);
    }
    bytes.set(
      [...counts].flatMap(([type, count]) => [count, type]),
      body.start + 1,
    );
  }
}

/** The instructions of a body: of each its opcode, and that behind the prefix of a vector one. */
export function instructionsOf(bytes: Uint8Array, body: Body): [op: number, vector: number][] {
  const reader = new Reader(bytes);
  const instructions: [number, number][] = [];
  for (groupsOf(reader, body); reader.at < body.end; ) instructions.push(instruction(reader));
  return instructions;
}

/** Bytes for the vector instructions of a module: those that no other instruction has, so that none needs a prefix. */
function bytesOf(bytes: Uint8Array, bodies: readonly Body[]): Map<number, number> {
  const all = bodies.flatMap((body) => instructionsOf(bytes, body));
  const vectors = new Set(all.filter(([op]) => op === VECTOR).map(([, vector]) => vector));
  const plain = new Set(all.filter(([op]) => op !== VECTOR).map(([op]) => op));
  const free = [...Array(256).keys()].filter((byte) => !plain.has(byte));
  if (vectors.size > free.length || vectors.has(255))
    throw new RangeError(`unweave: expected at most ${free.length} vector instructions below 255, got ${vectors.size}`);
  return new Map([...vectors].sort((a, b) => a - b).map((vector, i) => [vector, free[i]!]));
}

/** The threads of a module whose locals are numbered by {@link renumberLocals}, behind the places where they begin. */
export function unweave(bytes: Uint8Array): Uint8Array {
  const reader = new Reader(bytes);
  const bodies = bodiesOf(bytes);
  const vectors = bytesOf(bytes, bodies);
  const code = new Array<number>(256).fill(0);
  const [constants, gets, sets, calls, offsets] = Array.from({ length: 5 }, (): number[] => []) as number[][];
  let above = 0;
  for (const [vector, byte] of vectors) {
    code[byte] = vector + 1 - above;
    above = vector + 1;
  }
  code.push(...bytes.subarray(0, bodies[0]!.size));
  const alignments = new Map<number, number>();
  for (const body of bodies) {
    const groups = groupsOf(reader, body);
    code.push(body.parameters, ...bytes.subarray(body.start, reader.at));
    const ends = groups.map((_, i) => groups.slice(0, i + 1).reduce((sum, [count]) => sum + count, body.parameters));
    const named = [...Array(body.parameters).keys()];
    while (reader.at < body.end) {
      const start = reader.at;
      const [op, vector] = instruction(reader);
      const byte = op === VECTOR ? vectors.get(vector)! : op;
      code.push(byte);
      let at = start + (op !== VECTOR ? 1 : vector < 128 ? 2 : 3);
      if (isLocal(op)) {
        const local = bytes[at++]!;
        const place = named.indexOf(local);
        (op === 0x20 ? gets : sets)!.push(place < 0 ? ends.findIndex((end) => local < end) : 4 + place);
        if (place >= 0) named.splice(place, 1);
        named.unshift(local);
      } else if (hasAddress(op, vector)) {
        const alignment = bytes[at++]!;
        if (!alignments.has(byte)) code.push(alignment);
        else if (alignments.get(byte) !== alignment)
          throw new RangeError(`unweave: expected one alignment of instruction ${op} ${vector}`);
        alignments.set(byte, alignment);
        do offsets!.push(bytes[at]!);
        while (bytes[at++]! > 127);
      }
      const rest = bytes.subarray(at, reader.at);
      (isConstant(op, vector) ? constants! : op === 0x10 ? calls! : code).push(...rest);
    }
  }
  code.push(...bytes.subarray(bodies.at(-1)!.end));
  const threads = [code, constants, gets, sets, calls, offsets] as number[][];
  const places = threads.map((_, i) =>
    threads.slice(0, i).reduce((sum, { length }) => sum + length, 4 * threads.length),
  );
  return Uint8Array.from([...new Uint8Array(Uint32Array.from(places).buffer), ...threads.flat()]);
}

// Allocation in linear memory, over AssemblyScript's TLSF heap. Lifetimes are the facade's affair (src/memory.ts).

/** Bytes of a vector: every allocation begins at a multiple of it and is rounded up to one. */
const VECTOR: usize = 16;
/** TLSF blocks hold 16k - 4 bytes, so asking for 12 more costs nothing, and makes a vector read past the end safe. */
const SLACK: usize = 12;

/** The block returned last, which the heap does not know of yet: the next op often wants one of that size (add: 20 ns less). */
let spare: usize = 0;

/** Reserves `bytes`, rounded up to whole vectors; traps when memory cannot grow. */
export function alloc(bytes: usize): usize {
  const size = ((bytes + VECTOR - 1) & ~(VECTOR - 1)) + SLACK;
  const block = spare;
  if (block) {
    spare = 0;
    // TLSF keeps a block's size before it, with two flags
    if ((load<usize>(block - 4) & ~3) === size) return block;
    heap.free(block);
  }
  return heap.alloc(size);
}

/** Returns memory obtained from {@link alloc}. */
export function free(ptr: usize): void {
  if (spare) heap.free(spare);
  spare = ptr;
}

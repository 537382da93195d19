// Allocation in linear memory, over AssemblyScript's TLSF heap. Lifetimes are the facade's affair (src/memory.ts).

/** Bytes of a vector: every allocation begins at a multiple of it and is rounded up to one. */
const VECTOR: usize = 16;
/** TLSF blocks hold 16k - 4 bytes, so asking for 12 more costs nothing, and makes a vector read past the end safe. */
const SLACK: usize = 12;

/** Reserves `bytes`, rounded up to whole vectors; traps when memory cannot grow. */
export function alloc(bytes: usize): usize {
  return heap.alloc(((bytes + VECTOR - 1) & ~(VECTOR - 1)) + SLACK);
}

/** Returns memory obtained from {@link alloc}. */
export function free(ptr: usize): void {
  heap.free(ptr);
}

// Fills tensors with random numbers in place, drawn from the stream of src/random.ts. The tensors' makers are
// ops/create.ts and nn/init.ts; dropout is ops/random.ts.
import { scratch } from "../../memory.ts";
import { type Draw, reserve } from "../../random.ts";
import { expectTensor, type Tensor } from "../../tensor.ts";
import { k } from "../../wasm.ts";

/** Bytes of the words that a kernel draws at a time: PIECE of assembly/random.ts. */
const WORDS_BYTES = 4 * 4096;

/** The stream's next place for n elements, four to a block. */
export const reserveFor = (n: number): Draw => reserve(Math.ceil(n / 4));

/** The scratch that the random kernels ask for. */
export const words = (): number => scratch(WORDS_BYTES);

/** float32, uniform in [low, high), in 2^24 steps; high - low must be a finite float32. */
export function fillUniform(t: Tensor, low: number, high: number): void {
  expectTensor("fillUniform", "t", t, "float32");
  k.uniform(t.ptr, words(), t.size, low, high, ...reserveFor(t.size));
  t.touch();
}

/** float32, normal. */
export function fillNormal(t: Tensor, mean: number, std: number): void {
  expectTensor("fillNormal", "t", t, "float32");
  k.normal(t.ptr, words(), t.size, mean, std, ...reserveFor(t.size));
  t.touch();
}

/** int32, uniform over the integers of [low, high), without bias. */
export function fillRandint(t: Tensor, low: number, high: number): void {
  expectTensor("fillRandint", "t", t, "int32");
  k.uniformInt(t.ptr, words(), t.size, low, high - low, ...reserveFor(t.size));
  t.touch();
}

/** int32: the integers below its size in random order, all orders alike. */
export function fillPermutation(t: Tensor): void {
  expectTensor("fillPermutation", "t", t, "int32");
  k.permutation(t.ptr, words(), t.size, ...reserveFor(t.size));
  t.touch();
}

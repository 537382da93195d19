// Lanes of one vector: masked tails and horizontal folds that the reductions, softmax and the losses share.
// Partial stores are Tail in map.ts.

/** Bytes of a vector. */
export const VECTOR: usize = 16;
/** Floats of four vectors: what the unrolled loops take a turn. */
export const UNROLL: usize = 16;

/** Four lanes of ones, then four of zeros: loaded `count` lanes before the middle, it selects the first `count`. */
const FIRST = memory.data<i32>([-1, -1, -1, -1, 0, 0, 0, 0], 16);

/** Call as `changetype<Lanes>(0).sum(v)`. */
export class Lanes {
  /** Mask of the first `count` lanes, 0 to 4. */
  @inline first(count: usize): v128 {
    return v128.load(FIRST + VECTOR - (count << 2));
  }

  /** Lanes 2, 3, 0, 1. */
  @inline swapHalves(v: v128): v128 {
    return v128.shuffle<f32>(v, v, 2, 3, 0, 1);
  }

  /** Lanes 1, 0, 3, 2. */
  @inline swapPairs(v: v128): v128 {
    return v128.shuffle<f32>(v, v, 1, 0, 3, 2);
  }

  /** (v0 + v2) + (v1 + v3) */
  @inline sum(v: v128): f32 {
    const halves = f32x4.add(v, this.swapHalves(v));
    return f32x4.extract_lane(f32x4.add(halves, this.swapPairs(halves)), 0);
  }
}

// Float32 vectors widened to pairs of float64 and back, and power series there: what trig.ts and pow.ts compute with.

export class Pairs {
  /** The constant at an address, in both lanes */
  @inline at(address: usize): v128 {
    return v128.load_splat<u64>(address);
  }
  @inline low(x: v128): v128 {
    return f64x2.promote_low_f32x4(x);
  }
  @inline high(x: v128): v128 {
    return f64x2.promote_low_f32x4(v128.shuffle<u64>(x, x, 1, 1));
  }
  @inline narrow(low: v128, high: v128): v128 {
    return v128.shuffle<u64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
  }
  /** One step of Horner's rule */
  @inline step(p: v128, x: v128, coefficient: usize): v128 {
    return f64x2.add(f64x2.mul(p, x), v128.load_splat<u64>(coefficient));
  }
  @inline steps3(p: v128, x: v128, at: usize): v128 {
    return this.step(this.step(this.step(p, x, at), x, at + 8), x, at + 16);
  }
  /** Polynomials with their coefficients at an address, highest degree first */
  @inline degree3(x: v128, at: usize): v128 {
    return this.steps3(this.at(at), x, at + 8);
  }
  @inline degree6(x: v128, at: usize): v128 {
    return this.steps3(this.degree3(x, at), x, at + 32);
  }
  @inline degree9(x: v128, at: usize): v128 {
    return this.steps3(this.degree6(x, at), x, at + 56);
  }
  @inline degree12(x: v128, at: usize): v128 {
    return this.steps3(this.degree9(x, at), x, at + 80);
  }
}

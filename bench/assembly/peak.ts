// The loops that every figure of a benchmark is compared with: in registers alone, and streams through memory. Not part of
// the library: compiled to build/peak.wasm by bench/peak.ts, never shipped.
//
// Two limits of arithmetic, because CPUs differ. GFLOP/s of one core near 4 GHz, medians of 21 interleaved rounds in V8 11.3 on an Intel
// Xeon (Sapphire Rapids); an addition counts as two flops in the first row, as one elsewhere:
//
//   64  12 chains of additions (addOnly): 2 a cycle
//   32  12 chains of multiplications: 2 a cycle
//   47  6 chains of multiplications beside 6 of additions (multiplyAdd): 3 instructions a cycle
//   43  12 chains c = c * scale + bias; 40 with 10 chains, 35 with 8
//
// Three ports serve both there (multiplications go to two of them, additions to two, one is shared), so no program that
// multiplies as often as it adds comes near the add-only figure. AMD's Zen has two pipes for each: the additions alone are
// the limit, 62 to 67 on a Zen 5, and the two loops should agree. `ofPeak` is against multiplyAdd, the limit of as many
// multiplications as additions on either; `ofAddPeak` is reported beside it. The chained c * scale + bias is no limit:
// the matrix product, whose products do not wait for one another, beats it by up to 5 %.

/**
 * The loops' factor, 1, and summand, 0.5, four times each: they keep the chains neither denormal nor infinite. Loaded, because
 * Binaryen moves an `f32x4.splat(argument)` into the loop, where it takes a port from the arithmetic: 37 for 41 then.
 */
const constants = memory.data<f32>([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5], 16);

/** Six chains `c = c * scale` beside six `d = d + bias`, all independent: 12 * 4 lanes = 48 flops an iteration. */
export function multiplyAdd(iterations: i32): f32 {
  const b = v128.load(constants);
  const a = v128.load(constants, 16);
  let c0 = a;
  let c1 = a;
  let c2 = a;
  let c3 = a;
  let c4 = a;
  let c5 = a;
  let d0 = a;
  let d1 = a;
  let d2 = a;
  let d3 = a;
  let d4 = a;
  let d5 = a;
  for (let i = 0; i < iterations; i++) {
    c0 = f32x4.mul(c0, b);
    d0 = f32x4.add(d0, a);
    c1 = f32x4.mul(c1, b);
    d1 = f32x4.add(d1, a);
    c2 = f32x4.mul(c2, b);
    d2 = f32x4.add(d2, a);
    c3 = f32x4.mul(c3, b);
    d3 = f32x4.add(d3, a);
    c4 = f32x4.mul(c4, b);
    d4 = f32x4.add(d4, a);
    c5 = f32x4.mul(c5, b);
    d5 = f32x4.add(d5, a);
  }
  const c = f32x4.add(f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3)), f32x4.add(c4, c5));
  const d = f32x4.add(f32x4.add(f32x4.add(d0, d1), f32x4.add(d2, d3)), f32x4.add(d4, d5));
  return f32x4.extract_lane(f32x4.add(c, d), 0);
}

/** Twelve chains `c = c + bias`, an addition counted as two flops, as if its product came free: 96 flops an iteration. */
export function addOnly(iterations: i32): f32 {
  const a = v128.load(constants, 16);
  let c0 = a;
  let c1 = a;
  let c2 = a;
  let c3 = a;
  let c4 = a;
  let c5 = a;
  let c6 = a;
  let c7 = a;
  let c8 = a;
  let c9 = a;
  let c10 = a;
  let c11 = a;
  for (let i = 0; i < iterations; i++) {
    c0 = f32x4.add(c0, a);
    c1 = f32x4.add(c1, a);
    c2 = f32x4.add(c2, a);
    c3 = f32x4.add(c3, a);
    c4 = f32x4.add(c4, a);
    c5 = f32x4.add(c5, a);
    c6 = f32x4.add(c6, a);
    c7 = f32x4.add(c7, a);
    c8 = f32x4.add(c8, a);
    c9 = f32x4.add(c9, a);
    c10 = f32x4.add(c10, a);
    c11 = f32x4.add(c11, a);
  }
  const low = f32x4.add(f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3)), f32x4.add(c4, c5));
  const high = f32x4.add(f32x4.add(f32x4.add(c6, c7), f32x4.add(c8, c9)), f32x4.add(c10, c11));
  return f32x4.extract_lane(f32x4.add(low, high), 0);
}

/** Reads `bytes` from `from`: or-ed together, the cheapest use there is. Returns bits of it. Multiples of 64 bytes. */
export function read(from: usize, bytes: usize): i32 {
  let x0 = i32x4.splat(0);
  let x1 = x0;
  let x2 = x0;
  let x3 = x0;
  for (const end = from + bytes; from < end; from += 64) {
    x0 = v128.or(x0, v128.load(from));
    x1 = v128.or(x1, v128.load(from, 16));
    x2 = v128.or(x2, v128.load(from, 32));
    x3 = v128.or(x3, v128.load(from, 48));
  }
  return i32x4.extract_lane(v128.or(v128.or(x0, x1), v128.or(x2, x3)), 0);
}

/** Copies `bytes` from `from` to `to`, 64 at a time. */
export function copy(to: usize, from: usize, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 64, to += 64) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    v128.store(to, v128.load(from, 32), 32);
    v128.store(to, v128.load(from, 48), 48);
  }
}

/** Writes `bytes` of a or b to `to`, from `a` and `b`. */
export function merge(to: usize, a: usize, b: usize, bytes: usize): void {
  for (const end = a + bytes; a < end; a += 64, b += 64, to += 64) {
    v128.store(to, v128.or(v128.load(a), v128.load(b)));
    v128.store(to, v128.or(v128.load(a, 16), v128.load(b, 16)), 16);
    v128.store(to, v128.or(v128.load(a, 32), v128.load(b, 32)), 32);
    v128.store(to, v128.or(v128.load(a, 48), v128.load(b, 48)), 48);
  }
}

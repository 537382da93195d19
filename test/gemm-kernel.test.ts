// The kernel alone, through its raw interface: the documented order bit for bit, exact writes, its scratch. What users call
// is gemm.test.ts.
import { beforeAll, describe, expect, test } from "vitest";
import "../src/entry.ts";
import { gemmScratch } from "../src/ops/internal/gemm.ts";
import { f32, k as kernels } from "../src/wasm.ts";
import { values } from "./check-op.ts";
import { element } from "./gemm-reference.ts";

interface Case {
  m: number;
  n: number;
  k: number;
  transA: boolean;
  transB: boolean;
  bias: boolean;
  /** Extra floats at the end of each stored row. */
  gap: number;
}

const GUARD = 1234.5;
const SLACK = 64;
let room: { a: number; b: number; c: number; bias: number; scratch: number };

beforeAll(() => {
  const alloc = (floats: number): number => kernels.alloc(4 * floats) >>> 0;
  room = { a: alloc(1 << 20), b: alloc(1 << 20), c: alloc(1 << 20), bias: alloc(1 << 12), scratch: alloc(1 << 18) };
});

/** Runs the kernel on matrices surrounded by NaN and a result surrounded by guards; returns what is wrong, or "". */
function fault({ m, n, k, transA, transB, bias, gap }: Case): string {
  const [aRows, aCols] = transA ? [k, m] : [m, k];
  const [bRows, bCols] = transB ? [n, k] : [k, n];
  const [lda, ldb, ldc] = [aCols + gap, bCols + gap, n + gap];
  const a = stored(room.a, aRows, aCols, lda, 1);
  const b = stored(room.b, bRows, bCols, ldb, 2);
  const row = f32(room.bias, n + SLACK);
  row.set(values(n, 3));
  const c = f32(room.c, m * ldc + SLACK).fill(GUARD);
  const bytes = gemmScratch(m, n, k);
  f32(room.scratch, bytes / 4).fill(Number.NaN);
  const past = f32(room.scratch + bytes, SLACK).fill(GUARD);
  const [aRow, aCol] = transA ? [1, lda] : [lda, 1];
  const [bRow, bCol] = transB ? [1, ldb] : [ldb, 1];
  const { scratch } = room;
  kernels.gemm(room.c, room.a, room.b, bias ? room.bias : 0, scratch, m, n, k, ldc, aRow, aCol, bRow, bCol);
  if (past.some((x) => x !== GUARD)) return "wrote past its scratch";
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < ldc; j++) {
      const got = c[i * ldc + j]!;
      const left = (p: number): number => a[i * aRow + p * aCol]!;
      const right = (p: number): number => b[p * bRow + j * bCol]!;
      const want = j < n ? element(k, left, right, bias ? row[j]! : 0) : GUARD;
      if (!Object.is(got, want)) return `C[${i}, ${j}] is ${got}, expected ${want}`;
    }
  }
  return c.subarray(m * ldc).every((x) => x === GUARD) ? "" : "wrote past C";
}

/** A matrix of test values with NaN between its rows and behind it. */
function stored(ptr: number, rows: number, cols: number, ld: number, seed: number): Float32Array {
  const all = f32(ptr, rows * ld + SLACK).fill(Number.NaN);
  const list = values(rows * cols, seed);
  for (let i = 0; i < rows; i++) all.set(list.subarray(i * cols, (i + 1) * cols), i * ld);
  return all;
}

const TRANSPOSES = [
  { name: "nn", transA: false, transB: false },
  { name: "tn", transA: true, transB: false },
  { name: "nt", transA: false, transB: true },
  { name: "tt", transA: true, transB: true },
];

describe.each(TRANSPOSES)("gemm $name equals the reference bit for bit and writes nothing else", (flags) => {
  const faults = (sizes: readonly (readonly [number, number, number])[]): string[] =>
    sizes.flatMap(([m, n, k], i) => {
      const found = fault({ m, n, k, ...flags, bias: i % 2 === 0, gap: i % 3 });
      return found === "" ? [] : [`${m}x${n}x${k}: ${found}`];
    });

  test("for every small size", () => {
    const sizes: [number, number, number][] = [];
    for (const m of [1, 2, 3, 4, 5, 9]) {
      for (const n of [1, 2, 3, 4, 5, 15, 16, 17, 33]) for (const k of [0, 1, 2, 3, 4, 5, 9]) sizes.push([m, n, k]);
    }
    expect(faults(sizes)).toEqual([]);
  });

  test("for sizes mixed from 1 to 70", () => {
    const pick = values(3 * 150, 7);
    const size = (i: number): number => 1 + Math.floor((pick[i]! + 1) * 35);
    expect(faults(Array.from({ length: 150 }, (_, i) => [size(3 * i), size(3 * i + 1), size(3 * i + 2)]))).toEqual([]);
  });

  test("across the blocks of m, n and k", () => {
    const sizes = [
      [65, 257, 9],
      [9, 40, 400],
      [130, 20, 515],
      [3, 270, 1160],
      [64, 64, 401],
      [50, 100, 300],
      [22, 18, 399],
      [33, 7, 1025],
      [70, 2, 900],
    ] as const;
    expect(faults(sizes)).toEqual([]);
  });

  test("for one row and one column, long ones too", () => {
    const sizes = [
      [1, 6, 810],
      [13, 1, 401],
      [1, 1500, 30],
      [1500, 1, 30],
      [1, 30, 1500],
      [30, 1, 1500],
      [1, 1, 2000],
    ] as const;
    expect(faults(sizes)).toEqual([]);
  });

  test("for a few rows of a large matrix", () => {
    const sizes = [
      [2, 400, 410],
      [3, 17, 39],
      [3, 1030, 33],
      [5, 1101, 130],
      [8, 530, 250],
      [380, 3, 47],
    ] as const;
    expect(faults(sizes)).toEqual([]);
  });

  test("for a result without rows or without columns", () => {
    expect(
      faults([
        [0, 5, 3],
        [5, 0, 3],
        [0, 0, 0],
      ]),
    ).toEqual([]);
  });
});

test("the reference agrees with float64, and its order can be told from another", () => {
  const [a, b] = [values(1000, 1), values(1000, 2)];
  const exact = a.reduce((sum, x, p) => sum + x * b[p]!, 0);
  const blocked = element(
    1000,
    (p) => a[p]!,
    (p) => b[p]!,
  );
  const backwards = element(
    1000,
    (p) => a[999 - p]!,
    (p) => b[999 - p]!,
  );
  expect(Math.abs(blocked - exact)).toBeLessThan(1e-5);
  expect(blocked).not.toBe(backwards);
});

// Candidates for the inner tile of matrix products, written out in AssemblyScript: six nearly equal loops of up to 12 sums by hand
// would hide a slip. The tile that the library uses is assembly/gemm-tile.ts; these exist to be compared in each engine.

import type { Benchmark } from "../harness.ts";

/** Rows and columns of C that a tile holds in registers. */
export const TILES = [
  [2, 16],
  [4, 8],
  [3, 12],
  [5, 8],
  [6, 8],
  [2, 24],
] as const;

/** Of C, and of the sum: all tiles fit without an edge. */
export const [M, N, K] = [120, 240, 256];

/** Where the operands begin: past what a module of AssemblyScript has of its own. */
const BASE = 1024;

export const nameOf = (rows: number, columns: number): string => `tile${rows}x${columns}`;

const offset = (bytes: number): string => (bytes === 0 ? "" : `, ${bytes}`);

/**
 * C (m x n, row-major) = A * B on packed panels: A in panels of `rows` rows, k times `rows` floats each, B likewise by columns. The
 * loop over k stands within those over tiles, where V8 unrolls it. Of A and B a step keeps the operand of fewer vectors in
 * registers, and reads the other one vector at a time.
 */
function tile(rows: number, columns: number): string {
  const lanes = columns / 4;
  const sum = (i: number, j: number): string => `c${i}_${j}`;
  const all = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
  const sums = all(rows, (i) => all(lanes, (j) => sum(i, j))).flat();
  const splat = (i: number): string => `v128.load_splat<f32>(x${offset(4 * i)})`;
  const vector = (j: number): string => `v128.load(y${offset(16 * j)})`;
  const add = (i: number, j: number, a: string, b: string): string =>
    `${sum(i, j)} = f32x4.add(${sum(i, j)}, f32x4.mul(${a}, ${b}));`;
  const step =
    lanes <= rows
      ? [
          ...all(lanes, (j) => `const b${j} = ${vector(j)};`),
          ...all(rows, (i) => [`w = ${splat(i)};`, ...all(lanes, (j) => add(i, j, "w", `b${j}`))]).flat(),
        ]
      : [
          ...all(rows, (i) => `const a${i} = ${splat(i)};`),
          ...all(lanes, (j) => [`w = ${vector(j)};`, ...all(rows, (i) => add(i, j, `a${i}`, "w"))]).flat(),
        ];
  const store = all(rows, (i) => [
    ...all(lanes, (j) => `v128.store(to, ${sum(i, j)}${offset(16 * j)});`),
    "to += row;",
  ]).flat();
  return `
export function ${nameOf(rows, columns)}(c: usize, a: usize, b: usize, m: usize, n: usize, k: usize): void {
  const row = n << 2;
  for (let j: usize = 0; j < n; j += ${columns}, b += k * ${4 * columns}) {
    let to = c + (j << 2);
    let x = a;
    for (let i: usize = 0; i < m; i += ${rows}) {
      let y = b;
      let w = f32x4.splat(0);
      ${sums.map((name) => `let ${name} = w;`).join("\n      ")}
      for (let p = k; p !== 0; p--) {
        ${step.join("\n        ")}
        x += ${4 * rows};
        y += ${4 * columns};
      }
      ${store.join("\n      ")}
    }
  }
}
`;
}

/** The module's text: a function for each tile. */
export const tilesSource = (): string => TILES.map(([rows, columns]) => tile(rows, columns)).join("");

interface Exports {
  readonly memory: WebAssembly.Memory;
}
type Tile = (c: number, a: number, b: number, m: number, n: number, k: number) => void;

/** A product of the sizes above by each tile of the compiled module, whose memory is this file's to use. */
export function tileBenchmarks(exports: WebAssembly.Exports): Benchmark[] {
  const { memory } = exports as unknown as Exports;
  const [a, b] = [BASE, BASE + 4 * M * K];
  const c = b + 4 * K * N;
  memory.grow(Math.ceil((c + 4 * M * N) / 65536));
  new Float32Array(memory.buffer, BASE, M * K + K * N).forEach((_, i, all) => {
    all[i] = ((i * 37) % 64) / 64;
  });
  return TILES.map(([rows, columns]) => {
    const multiply = exports[nameOf(rows, columns)] as unknown as Tile;
    const setup = () => () => multiply(c, a, b, M, N, K);
    return { name: `tile ${rows}x${columns}`, flops: 2 * M * N * K, setup };
  });
}

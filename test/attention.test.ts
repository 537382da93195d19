// Scaled dot-product attention against its definition in float64: sizes around the blocks, masks, broadcasting, dropout,
// special values, memory. The layers are transformer.test.ts.
import "../src/boot.ts";
import { describe, expect, it } from "vitest";
import { zeroGrad } from "../src/autograd.ts";
import { backward } from "../src/backward.ts";
import { memory } from "../src/memory.ts";
import { scaledDotProductAttention as attend } from "../src/ops/attention.ts";
import { full, ones, tensor, zeros } from "../src/ops/create.ts";
import { randn } from "../src/ops/create-random.ts";
import { permute } from "../src/ops/permute.ts";
import { mean } from "../src/ops/reduce.ts";
import { slice } from "../src/ops/slice.ts";
import { seed } from "../src/random.ts";
import { tidy } from "../src/scope.ts";
import type { Tensor } from "../src/tensor.ts";
import { checkOp, random } from "./check-op.ts";

/** What a key adds to the score of a query; -Infinity leaves it out. */
type Bias = (i: number, j: number) => number;

/** softmax(q k' scale + bias) v and the gradients of its sum weighted by dy, for one head; zeros where nothing is seen. */
function reference(q: Tensor, k: Tensor, v: Tensor, dy: Tensor, bias: Bias, scale = 1 / Math.sqrt(q.shape[1]!)) {
  const [m, d] = q.shape as [number, number];
  const [n, e] = v.shape as [number, number];
  const at = (x: Tensor, i: number, j: number): number => x.data[i * x.shape[1]! + j]!;
  const sum = (count: number, term: (i: number) => number): number =>
    Array.from({ length: count }, (_, i) => term(i)).reduce((a, b) => a + b, 0);
  const matrix = (rows: number, columns: number, of: (i: number, j: number) => number): number[][] =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => of(i, j)));
  const scores = matrix(m, n, (i, j) => scale * sum(d, (c) => at(q, i, c) * at(k, j, c)) + bias(i, j));
  const weights = scores.map((row) => {
    const most = Math.max(...row);
    if (most === -Infinity) return row.map(() => 0);
    const terms = row.map((s) => Math.exp(s - most));
    const total = terms.reduce((a, b) => a + b);
    return terms.map((t) => t / total);
  });
  const y = matrix(m, e, (i, c) => sum(n, (j) => weights[i]![j]! * at(v, j, c)));
  const dp = matrix(m, n, (i, j) => sum(e, (c) => at(dy, i, c) * at(v, j, c)));
  const ds = weights.map((row, i) => {
    const delta = sum(n, (j) => row[j]! * dp[i]![j]!);
    return row.map((p, j) => p * (dp[i]![j]! - delta));
  });
  return {
    y,
    dq: matrix(m, d, (i, c) => scale * sum(n, (j) => ds[i]![j]! * at(k, j, c))),
    dk: matrix(n, d, (j, c) => scale * sum(m, (i) => ds[i]![j]! * at(q, i, c))),
    dv: matrix(n, e, (j, c) => sum(m, (i) => weights[i]![j]! * at(dy, i, c))),
    ds,
  };
}

/** Within some units of float32 of the largest value. */
function expectClose(got: Tensor | null, want: number[][], what: string): void {
  const flat = want.flat();
  const scale = Math.max(1e-1, ...flat.map(Math.abs));
  const worst = Math.max(0, ...flat.map((w, i) => Math.abs(got!.data[i]! - w) / scale));
  expect(worst, what).toBeLessThan(4e-6);
  expect(got!.size).toBe(flat.length);
}

const everything: Bias = () => 0;
const causal: Bias = (i, j) => (j <= i ? 0 : -Infinity);

function check(m: number, n: number, d: number, e: number, isCausal: boolean): void {
  tidy(() => {
    const [q, k, v, dy] = [random([m, d], 1, 2), random([n, d], 2, 2), random([n, e], 3), random([m, e], 4)];
    for (const x of [q, k, v]) x.requiresGrad = true;
    const want = reference(q, k, v, dy, isCausal ? causal : everything);
    const y = attend(q, k, v, { isCausal });
    backward(y, { gradient: dy });
    expectClose(y, want.y, "y");
    expectClose(q.grad, want.dq, "dq");
    expectClose(k.grad, want.dk, "dk");
    expectClose(v.grad, want.dv, "dv");
  });
}

describe("sizes around the blocks of 16, 32, 128 and 256", () => {
  it.each([
    [1, 1, 1, 1],
    [2, 3, 4, 5],
    [15, 17, 16, 16],
    [16, 16, 15, 17],
    [33, 31, 8, 3],
    [64, 64, 32, 32],
    [31, 129, 5, 16],
    [129, 128, 16, 33],
    [17, 257, 20, 7],
    [300, 513, 3, 2],
    [513, 40, 2, 2],
  ])("%i queries, %i keys of %i, values of %i, with a causal mask and without", (m, n, d, e) => {
    check(m, n, d, e, false);
    check(m, n, d, e, true);
  });

  it("no query, no key, no values", () => {
    expect(attend(zeros([0, 4]), ones([3, 4]), ones([3, 2])).shape).toEqual([0, 2]);
    expect(attend(zeros([2, 4]), zeros([0, 4]), zeros([0, 3])).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(attend(zeros([0, 2, 4]), ones([3, 4]), ones([3, 2])).shape).toEqual([0, 2, 2]);
    expect(attend(ones([2, 4]), ones([3, 4]), zeros([3, 0])).shape).toEqual([2, 0]);
  });

  it("keys that no query sees, before the diagonal, have no gradient", () => {
    const k = random([300, 4]);
    k.requiresGrad = true;
    backward(attend(random([2, 4], 2), k, random([300, 4], 3), { isCausal: true }), { gradient: ones([2, 4]) });
    expect([...k.grad!.data].slice(8).every((g) => g === 0)).toBe(true);
    expect(k.grad!.data[0]).not.toBe(0);
  });
});

describe("masks", () => {
  const [m, n] = [21, 140];
  const [q, k, v, dy] = [random([m, 8], 1, 2), random([n, 8], 2, 2), random([n, 5], 3), random([m, 5], 4)];
  for (const x of [q, k, v]) x.requiresGrad = true;

  it.each([
    ["[L, S]", [m, n]],
    ["[1, S]", [1, n]],
    ["[S]", [n]],
    ["[L, 1]", [m, 1]],
  ])("a float mask %s is added, and gets its gradient", (_, shape) => {
    const mask = random(shape, 6, 3);
    mask.requiresGrad = true;
    for (const x of [q, k, v]) zeroGrad(x);
    const [rows, columns] = [shape.length === 2 ? shape[0]! : 1, shape.at(-1)!];
    const place = (i: number, j: number): number => (rows === 1 ? 0 : i) * columns + (columns === 1 ? 0 : j);
    const want = reference(q, k, v, dy, (i, j) => mask.data[place(i, j)]!);
    const y = attend(q, k, v, { attnMask: mask });
    backward(y, { gradient: dy });
    const dmask = new Array<number>(rows * columns).fill(0);
    want.ds.forEach((row, i) => {
      row.forEach((g, j) => {
        dmask[place(i, j)]! += g;
      });
    });
    expectClose(y, want.y, "y");
    expectClose(q.grad, want.dq, "dq");
    expectClose(k.grad, want.dk, "dk");
    expectClose(v.grad, want.dv, "dv");
    expectClose(mask.grad, [dmask], "dmask");
  });

  it("true takes part, false does not; a query that may see no key gives zeros and gets none", () => {
    const seen = (i: number, j: number): boolean => i !== 3 && (i * 7 + j * 3) % 5 > 1;
    const list = Array.from({ length: m * n }, (_, at) => seen(Math.floor(at / n), at % n));
    for (const x of [q, k, v]) zeroGrad(x);
    const want = reference(q, k, v, dy, (i, j) => (seen(i, j) ? 0 : -Infinity));
    const y = attend(q, k, v, { attnMask: tensor(list, { shape: [m, n] }) });
    backward(y, { gradient: dy });
    expectClose(y, want.y, "y");
    expectClose(q.grad, want.dq, "dq");
    expectClose(k.grad, want.dk, "dk");
    expectClose(v.grad, want.dv, "dv");
    expect([...y.data].slice(15, 20)).toEqual([0, 0, 0, 0, 0]);
    expect([...q.grad!.data].slice(24, 32).every((g) => g === 0)).toBe(true);
  });

  it("-infinity in a float mask leaves out, over more than a block of keys", () => {
    const keys = random([300, 8], 2);
    const values = random([300, 5], 3);
    const mask = full([300], -Infinity);
    mask.data[270] = 0;
    const y = attend(q, keys, values, { attnMask: mask });
    const alone = [...values.data].slice(1350, 1355);
    for (let i = 0; i < m; i++) expect([...y.data].slice(5 * i, 5 * i + 5)).toEqual(alone);
  });
});

it("leading axes broadcast as in matmul, and their gradients are summed", () => {
  checkOp("attend", (q, k, v, attnMask) => attend(q, k, v, { attnMask: attnMask! }), [
    random([2, 1, 3, 4], 1),
    random([3, 5, 4], 2),
    random([1, 5, 2], 3),
    random([2, 1, 1, 5], 4),
  ]);
});

it("the scale is the given one, 1 / sqrt(E) by default; 0 averages", () => {
  const [q, k, v] = [random([3, 4], 1), random([5, 4], 2), random([5, 2], 3)];
  const dy = ones([3, 2]);
  expectClose(attend(q, k, v, { scale: -2 }), reference(q, k, v, dy, everything, -2).y, "y");
  expectClose(attend(q, k, v, { scale: null }), reference(q, k, v, dy, everything, 0.5).y, "y");
  expectClose(attend(q, k, v, { scale: 0 }), reference(q, k, v, dy, everything, 0).y, "y");
});

it("NaN and infinite scores make their row NaN, and no other", () => {
  const q = ones([3, 2]);
  q.data[2] = Number.NaN;
  q.data[5] = Infinity;
  const y = attend(q, ones([4, 2]), ones([4, 1]));
  expect(y.toArray()).toEqual([[1], [Number.NaN], [Number.NaN]]);
});

it("large scores neither overflow nor lose the largest", () => {
  const y = attend(tensor([[1000]]), tensor([[1000], [-1000], [999]]), tensor([[1], [2], [3]]), { scale: 1 });
  expect(y.toArray()).toEqual([[1]]);
});

describe("dropout", () => {
  it("keeps the mean, and drops as many as it should", () => {
    seed(3);
    // One-hot values show the weights themselves.
    const n = 300;
    const eye = tensor(
      Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0)),
      { shape: [n, n] },
    );
    const y = attend(zeros([50, 2]), zeros([n, 2]), eye, { dropoutP: 0.25 });
    const kept = [...y.data].filter((w) => w !== 0);
    expect(kept.length / y.size).toBeCloseTo(0.75, 1);
    for (const w of kept) expect(w).toBeCloseTo(1 / n / 0.75, 6);
    expect(mean(y).item() * n).toBeCloseTo(1, 1);
  });

  it("the gradient drops the same weights", () => {
    const attended = (q: Tensor, k: Tensor, v: Tensor): Tensor => {
      seed(5);
      return attend(q, k, v, { dropoutP: 0.4, isCausal: true });
    };
    checkOp("attend", attended, [random([2, 5, 4], 1), random([2, 5, 4], 2), random([2, 5, 3], 3)]);
  });

  it("over more than a block of keys too", () => {
    const attended = (v: Tensor): Tensor => {
      seed(5);
      return attend(random([2, 3], 1), random([301, 3], 2), v, { dropoutP: 0.5 });
    };
    checkOp("attend", attended, [random([301, 1], 3)], { tolerance: 2e-2 });
  });

  it("with p = 1 nothing is left; outside of training nothing is dropped", () => {
    const [q, v] = [random([3, 2]), random([3, 2], 2)];
    expect([...attend(q, q, v, { dropoutP: 1 }).data].every((y) => y === 0)).toBe(true);
    expect([...attend(q, q, v, { dropoutP: 1, training: false }).data]).toEqual([...attend(q, q, v).data]);
  });

  it("every head has a mask of its own", () => {
    const y = attend(zeros([2, 1, 2]), zeros([2, 64, 2]), random([64, 1]), { dropoutP: 0.5 });
    expect(y.data[0]).not.toBe(y.data[1]);
  });
});

it("a row's bits do not depend on how many rows there are, nor a head's on the others", () => {
  const [q, k, v] = [randn([3, 40, 8]), randn([3, 70, 8]), randn([3, 70, 4])];
  const all = attend(q, k, v);
  const some = attend(slice(q, { axis: 1, stop: 16 }), k, v);
  expect([...slice(all, { axis: 1, stop: 16 }).data]).toEqual([...some.data]);
  const turned = [q, k, v].map((x) => permute(x, [0, 1, 2]));
  expect([...attend(turned[0]!, turned[1]!, turned[2]!).data]).toEqual([...all.data]);
});

it("memory grows with the length, not with its square", () => {
  const peak = (length: number): number =>
    tidy(() => {
      const [q, k, v] = [1, 2, 3].map(() => randn([length, 4], { requiresGrad: true }));
      const before = memory().bytes;
      const y = attend(q!, k!, v!);
      backward(y, { gradient: y });
      return memory().bytes - before;
    });
  expect(peak(4096) / peak(1024)).toBeLessThan(5);
});

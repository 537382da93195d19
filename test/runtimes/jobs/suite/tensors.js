// Checks of tensors and ops: kinds, odd sizes, NaN and infinities. The large kernels are kernels.js.
import { close, equal, values } from "./check.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** Sizes at the ends of whole vectors of 4, 8 and 16, and beyond a tile. */
const ODD = [1, 3, 4, 5, 7, 15, 17, 31, 67];

export const tensors = {
  "numbers make float32, nested lists a shape": ({ tensor }) => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6.5],
    ]);
    equal(
      [x.dtype, x.shape, x.toArray()],
      [
        "float32",
        [2, 3],
        [
          [1, 2, 3],
          [4, 5, 6.5],
        ],
      ],
    );
    equal(tensor(2.5).item(), 2.5);
  },

  "typed arrays and booleans keep their kind": ({ tensor }) => {
    const kinds = [Float32Array.of(1), Float64Array.of(1), Int32Array.of(1), Uint8Array.of(1), [true]];
    equal(
      kinds.map((x) => tensor(x).dtype),
      ["float32", "float32", "int32", "int32", "bool"],
    );
    equal(tensor(Int32Array.of(-(2 ** 31), 2 ** 31 - 1)).toArray(), [-(2 ** 31), 2 ** 31 - 1]);
    equal(tensor([true, false]).toArray(), [true, false]);
  },

  "elementwise ops at odd sizes": ({ tensor }) => {
    for (const n of ODD) {
      const [a, b] = [values(n), values(n, 5)];
      const [x, y] = [tensor(a), tensor(b)];
      equal(x.add(y).toArray(), [...a.map((v, i) => v + b[i])], `add ${n}`);
      equal(x.mul(y).toArray(), [...a.map((v, i) => v * b[i])], `mul ${n}`);
      equal(x.relu().toArray(), [...a.map((v) => Math.max(v, 0))], `relu ${n}`);
    }
  },

  "sums, means and extremes at odd sizes": ({ tensor }) => {
    for (const n of ODD) {
      const a = values(n);
      const x = tensor(a);
      const sum = a.reduce((s, v) => s + v, 0);
      close(x.sum(), sum, 1e-4);
      close(x.mean(), sum / n, 1e-4);
      equal([x.max().item(), x.min().item()], [Math.max(...a), Math.min(...a)]);
    }
  },

  "tensors of no elements": ({ zeros, cat, ones }) => {
    equal(zeros([0, 3]).add(1).shape, [0, 3]);
    equal(zeros([0]).sum().item(), 0);
    equal(cat([zeros([0, 2]), ones([1, 2])], { axis: 0 }).toArray(), [[1, 1]]);
  },

  "NaN goes through as in PyTorch": ({ tensor, maximum }) => {
    const x = tensor([1, nan, -2]);
    equal(x.relu().toArray(), [1, nan, 0]);
    equal(x.max().item(), nan);
    equal(x.clamp({ min: -1, max: 1 }).toArray(), [1, nan, -1]);
    equal(maximum(x, tensor([0, 0, nan])).toArray(), [1, nan, nan]);
    equal(x.isnan().toArray(), [false, true, false]);
    equal(x.eq(x).toArray(), [true, false, true]);
  },

  "infinities and zeros of both signs": ({ tensor }) => {
    equal(
      tensor([1, -1, 0])
        .div(tensor([0, 0, 0]))
        .toArray(),
      [inf, -inf, nan],
    );
    equal(tensor([inf]).sub(inf).toArray(), [nan]);
    equal(tensor([inf, -inf, -1]).exp().toArray().slice(0, 2), [inf, 0]);
    equal(tensor([0, -1]).log().toArray(), [-inf, nan]);
    equal(tensor([-0]).neg().toArray(), [0]);
    equal(tensor([0]).mul(-1).toArray(), [-0]);
  },

  "int32 arithmetic": ({ tensor }) => {
    const x = tensor(Int32Array.of(7, -7, 2 ** 31 - 1));
    equal([x.add(1).dtype, x.add(1).toArray()], ["int32", [8, -6, -(2 ** 31)]]);
    equal(x.remainder(3).toArray(), [1, 2, 1]);
    equal([x.div(2).dtype, x.div(2).toArray().slice(0, 2)], ["float32", [3.5, -3.5]]);
    equal(x.slice({ stop: 2 }).sum().item(), 0);
  },

  "bool arithmetic and promotion": ({ tensor, where, logicalAnd, logicalNot }) => {
    const b = tensor([true, false, true]);
    equal(b.add(tensor(Int32Array.of(1, 2, 3))).dtype, "int32");
    equal(b.add(0.5).dtype, "float32");
    equal(b.sum().item(), 2);
    equal(logicalAnd(b, logicalNot(b)).toArray(), [false, false, false]);
    equal(where(b, tensor([1, 2, 3]), tensor([-1, -2, -3])).toArray(), [1, -2, 3]);
  },

  "broadcasting over both sides": ({ tensor, arange }) => {
    const rows = arange(3).reshape([3, 1]);
    const columns = tensor([10, 20, 30, 40, 50]);
    equal(
      rows.add(columns).toArray(),
      [0, 1, 2].map((r) => [10, 20, 30, 40, 50].map((c) => r + c)),
    );
    equal(rows.reshape([1, 3, 1]).mul(columns.reshape([5, 1, 1])).shape, [5, 3, 1]);
  },

  "exp, log, tanh, erf, sin near the engine's own": ({ tensor }) => {
    const a = values(997).map((v) => v * 6);
    const x = tensor(a);
    for (const name of ["exp", "tanh", "sin", "cos", "atan", "sinh"]) {
      const expected = [...a].map((v) => Math[name](v));
      close(x[name](), expected, 4e-6);
    }
    close(
      x.abs().log(),
      [...a].map((v) => Math.log(Math.abs(v))),
      2e-6,
    );
    close(tensor([0, 0.5, 1, -2]).erf(), [0, 0.5204998778, 0.8427007929, -0.995322265], 1e-6);
  },

  "softmax keeps its feet far out": ({ tensor, logsumexp }) => {
    const x = tensor([
      [1000, 1001, 999],
      [-1000, -1000, -1000],
      [0, -Infinity, 0],
    ]);
    close(x.softmax({ axis: 1 }).sum({ axis: 1 }), [1, 1, 1], 1e-6);
    close(x.softmax({ axis: 1 }).select(2), [0.5, 0, 0.5], 1e-6);
    close(logsumexp(x, { axis: 1 }), [1001.4076, -998.9014, Math.LN2], 1e-5);
  },

  "reductions along an axis": ({ tensor }) => {
    const x = tensor(values(2 * 3 * 5), { shape: [2, 3, 5] });
    equal(
      [0, 1, 2].map((axis) => x.sum({ axis }).shape),
      [
        [3, 5],
        [2, 5],
        [2, 3],
      ],
    );
    equal(x.mean({ axis: [0, 2], keepDims: true }).shape, [1, 3, 1]);
    close(x.sum({ axis: 1 }).sum({ axis: 0 }).sum(), x.sum(), 1e-5);
    close(tensor([1, 2, 3, 4]).variance(), 5 / 3, 1e-6);
    equal(
      tensor([
        [3, 9, 9],
        [1, 0, -1],
      ])
        .argmax({ axis: 1 })
        .toArray(),
      [1, 0],
    );
  },

  "sort, top-k and running sums": ({ tensor, sort, topk, cumsum }) => {
    const x = tensor([3, -1, nan, 2, 3]);
    const { values: up, indices } = sort(x);
    equal(
      [up.toArray(), indices.toArray()],
      [
        [-1, 2, 3, 3, nan],
        [1, 3, 0, 4, 2],
      ],
    );
    equal(topk(tensor([1, 5, 2, 4]), 2).values.toArray(), [5, 4]);
    equal(cumsum(tensor([1, 2, 3, 4, 5]), { axis: 0 }).toArray(), [1, 3, 6, 10, 15]);
  },

  "gather, scatter, embedding": ({ tensor, gather, scatterAdd, embedding, zeros }) => {
    const x = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    equal(gather(x, tensor(Int32Array.of(1, 0, 1)).reshape([3, 1]), { axis: 1 }).toArray(), [[2], [3], [6]]);
    equal(embedding(tensor(Int32Array.of(2, 0)), x).toArray(), [
      [5, 6],
      [1, 2],
    ]);
    const index = tensor(Int32Array.of(0, 2, 0, 0));
    equal(scatterAdd(zeros([3]), index, tensor([1, 2, 3, 4]), { axis: 0 }).toArray(), [8, 0, 2]);
  },

  "slices, permutations, joins": ({ tensor, cat, stack }) => {
    const x = tensor(
      Float32Array.from({ length: 24 }, (_, i) => i),
      { shape: [2, 3, 4] },
    );
    equal(x.permute([2, 0, 1]).select(3).toArray(), [
      [3, 7, 11],
      [15, 19, 23],
    ]);
    equal(x.slice({ axis: 2, start: 1, stop: 4, step: 2 }).select(1).toArray(), [
      [13, 15],
      [17, 19],
      [21, 23],
    ]);
    equal(x.flip(0).select(0).select(0).toArray(), [12, 13, 14, 15]);
    equal(cat([x, x], { axis: 1 }).shape, [2, 6, 4]);
    equal(stack([x, x], { axis: 0 }).shape, [2, 2, 3, 4]);
  },

  "the same seed draws the same bits": ({ seed, randn, rand, randint, dropout, ones }) => {
    const draw = () => {
      seed(7);
      return [randn([5]), rand([3]), randint(0, 100, [4]), dropout(ones([9]), { p: 0.5 })].map((x) => [...x.data]);
    };
    equal(draw(), draw());
    const x = randn([20_000]);
    close(x.mean(), 0, 0.03);
    close(x.std(), 1, 0.03);
  },
};

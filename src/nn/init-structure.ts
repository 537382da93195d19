// Initialisers that give a weight a structure: identities, orthogonal rows, zeros between values.
import { noGrad } from "../autograd.ts";
import { mul, sub } from "../ops/binary.ts";
import { randn, randperm } from "../ops/create-random.ts";
import { matmul } from "../ops/gemm.ts";
import { fillNormal } from "../ops/internal/random.ts";
import { transpose } from "../ops/permute.ts";
import { slice } from "../ops/slice.ts";
import { vectorNorm } from "../ops/vector-norm.ts";
import { tidy } from "../scope.ts";
import { checkInt, checkNumber, demand, readOptions } from "../shape.ts";
import { expectTensor, type Tensor } from "../tensor.ts";
import { fill } from "./fill.ts";

function checkRank(op: string, x: Tensor, least: number, most: number): void {
  expectTensor(op, "x", x, "float32");
  const ranks = least === most ? least : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  demand(x.rank >= least && x.rank <= most, op, `x of ${ranks} axes`, x.shape);
}

/**
 * Ones on the diagonal of a matrix, zeros elsewhere: a layer that begins by passing on what it gets.
 *
 * @param x a matrix, filled in place.
 * @returns `x`.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.eye_
 *
 * @example
 * ```ts
 * import { nn, zeros } from "sedge";
 * nn.init.eye(zeros([2, 3])).toArray(); // => [[1,0,0],[0,1,0]]
 * ```
 */
export function eye(x: Tensor): Tensor {
  checkRank("eye", x, 2, 2);
  return fill("eye", x, ({ data, shape: [rows = 0, columns = 0] }) => {
    data.fill(0);
    for (let i = 0; i < Math.min(rows, columns); i++) data[i * columns + i] = 1;
  });
}

/**
 * A convolution that begins by passing on its channels: 1 in the middle of the kernel from each channel to the same one, 0
 * elsewhere.
 *
 * @param x a weight [out, in, kernel sizes ...] of 3 to 5 axes, filled in place. @param options `groups` (default 1).
 * @returns `x`.
 * @throws RangeError for another rank, or channels that groups do not divide.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.dirac_
 *
 * @example
 * ```ts
 * import { nn, zeros } from "sedge";
 * nn.init.dirac(zeros([2, 2, 3])).toArray(); // => [[[0,1,0],[0,0,0]],[[0,0,0],[0,1,0]]]
 * ```
 */
export function dirac(x: Tensor, options?: { groups?: number }): Tensor {
  const { groups } = readOptions("dirac", options, { groups: 1 });
  checkRank("dirac", x, 3, 5);
  checkInt("dirac", "groups", groups, 1);
  const [outputs = 0, inputs = 0, ...kernel] = x.shape;
  demand(outputs % groups === 0, "dirac", `groups to divide ${outputs}`, groups);
  const each = outputs / groups;
  const size = kernel.reduce((n, d) => n * d, 1);
  const middle = kernel.reduce((at, d) => at * d + Math.floor(d / 2), 0);
  return fill("dirac", x, ({ data }) => {
    data.fill(0);
    for (let o = 0; o < outputs; o++) {
      const channel = o % each;
      if (channel < inputs) data[(o * inputs + channel) * size + middle] = 1;
    }
  });
}

/**
 * Orthonormal rows, or columns where there are fewer of them, times `gain`; trailing axes count as one. All orthogonal
 * matrices are alike likely.
 *
 * @param x a weight of at least 2 axes, filled in place. @param options `gain` (default 1).
 * @returns `x`.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.orthogonal_
 * @see Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2014.
 *
 * @example
 * ```ts
 * import { eye, nn, zeros } from "sedge";
 * const w = nn.init.orthogonal(zeros([2, 8]));
 * w.matmul(w.transpose(0, 1)).sub(eye(2)).abs().amax().item() < 1e-5; // => true
 * ```
 */
export function orthogonal(x: Tensor, options?: { gain?: number }): Tensor {
  const { gain } = readOptions("orthogonal", options, { gain: 1 });
  checkRank("orthogonal", x, 2, Infinity);
  return fill("orthogonal", x, () =>
    noGrad(() =>
      tidy(() => {
        const rows = x.shape[0]!;
        const columns = x.size / rows;
        const q = orthonormal(Math.min(rows, columns), Math.max(rows, columns));
        x.data.set(mul(rows > columns ? transpose(q, 0, 1) : q, gain).data);
      }),
    ),
  );
}

/** n random orthonormal rows of m by Gram and Schmidt's method, each row twice against rounding. */
function orthonormal(n: number, m: number): Tensor {
  const q = randn([n, m]);
  for (let i = 0; i < n; i++) {
    tidy(() => {
      let row = slice(q, { start: i, stop: i + 1 });
      const before = slice(q, { start: 0, stop: i });
      for (let pass = 0; pass < 2; pass++) row = sub(row, matmul(matmul(row, transpose(before, 0, 1)), before));
      q.data.set(mul(row, 1 / vectorNorm(row).item()).data, i * m);
    });
  }
  return q;
}

/**
 * Normal values with a share of zeros in every column, at random rows.
 *
 * @param x a matrix, filled in place. @param sparsity share of each column that is 0, from 0 to 1.
 * @param options `std` of the values (default 0.01).
 * @returns `x`.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.sparse_
 * @see Martens, "Deep learning via Hessian-free optimization", 2010.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "sedge";
 * nn.init.sparse(zeros([4, 3]), 0.5).eq(0).sum({ axis: 0 }).toArray(); // => [2,2,2]
 * ```
 */
export function sparse(x: Tensor, sparsity: number, options?: { std?: number }): Tensor {
  const { std } = readOptions("sparse", options, { std: 0.01 });
  checkRank("sparse", x, 2, 2);
  checkNumber("sparse", "sparsity", sparsity, 0, 1);
  checkNumber("sparse", "std", std, 0);
  const [rows = 0, columns = 0] = x.shape;
  return fill("sparse", x, () => {
    fillNormal(x, 0, std);
    for (let column = 0; column < columns; column++) {
      tidy(() => {
        const order = randperm(rows).data.slice(0, Math.ceil(sparsity * rows));
        for (const row of order) x.data[row * columns + column] = 0;
      });
    }
  });
}

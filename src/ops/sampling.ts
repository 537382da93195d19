// Draws by probabilities that a tensor holds. Random tensors of a given distribution are create-random.ts; dropout is
// random.ts.
import { tidy } from "../scope.ts";
import { checkInt, fault, readOptions, refusal, show } from "../shape.ts";
import { empty, expectTensor, type Tensor } from "../tensor.ts";
import { made } from "./internal/made.ts";
import { fillUniform } from "./internal/random.ts";

/** Steps of a uniform float32. */
const STEPS = 2 ** 24;

/**
 * Draws classes by their probabilities, from the stream that `seed` sets: to sample the next token of a text, say. Sums
 * are taken in float64 in a fixed order, so that the same seed draws the same in every runtime. There is no gradient.
 *
 * @param probabilities float32 weights [rows, classes] or [classes], each at least 0; a row need not sum to 1.
 * @param n how many to draw from each row, at least 1.
 * @param options `replacement` (default false): whether a class may come again in a row.
 * @returns int32 classes [rows, n] of each row in the order of drawing, or [n].
 * @throws TypeError if `probabilities` is not float32; RangeError for another rank, for weights that are negative, infinite
 *   or NaN, and for rows with no class left to draw.
 * @see https://pytorch.org/docs/stable/generated/torch.multinomial.html
 *
 * @example
 * ```ts
 * import { multinomial, tensor } from "sedge";
 * multinomial(tensor([[0, 1, 0], [0, 0, 2]]), 2, { replacement: true }).toArray(); // => [[1,1],[2,2]]
 * multinomial(tensor([0.5, 0, 0.5]), 2).sum().item(); // => 2
 * ```
 */
export function multinomial(probabilities: Tensor, n: number, options?: { replacement?: boolean }): Tensor {
  const op = "multinomial";
  expectTensor(op, "probabilities", probabilities, "float32");
  const { shape } = probabilities;
  if (shape.length !== 1 && shape.length !== 2) {
    throw fault(op, "probabilities of shape [rows, classes] or [classes]", show(shape));
  }
  checkInt(op, "n", n, 1);
  const { replacement } = readOptions(op, options, { replacement: false });
  const classes = shape.at(-1)!;
  const rows = shape.length === 1 ? 1 : shape[0]!;
  const bad = probabilities.data.find((p) => !(p >= 0 && p < Infinity));
  if (bad !== undefined) throw refusal(op, "probabilities to be finite and at least 0", bad);
  for (let r = 0; r < rows; r++) {
    const above = probabilities.data.subarray(r * classes, (r + 1) * classes).filter((p) => p > 0).length;
    const least = replacement ? 1 : n;
    if (above < least) throw fault(op, `at least ${least} probabilities above 0 in row ${r}`, above);
  }
  return tidy(() => {
    const drawn = made(op, empty([...shape.slice(0, -1), n], "int32"), {});
    const uniform = empty([rows, n, 2]); // two of 24 bits make one of 48
    fillUniform(uniform, 0, 1);
    for (let r = 0; r < rows; r++) {
      const weights = Float64Array.from(probabilities.data.subarray(r * classes, (r + 1) * classes));
      let sums = sumsOf(weights);
      for (let i = r * n; i < (r + 1) * n; i++) {
        const u = uniform.data[2 * i]! + uniform.data[2 * i + 1]! / STEPS;
        const chosen = firstAbove(sums, u * sums[classes - 1]!);
        drawn.data[i] = chosen;
        if (replacement) continue;
        weights[chosen] = 0;
        sums = sumsOf(weights);
      }
    }
    return drawn;
  });
}

function sumsOf(weights: Float64Array): Float64Array {
  let sum = 0;
  return weights.map((w) => (sum += w));
}

/** The first place whose sum is above `bound`, which is below the last sum: never that of a weight of 0. */
function firstAbove(sums: Float64Array, bound: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Draws 1 with the probability that each element states, else 0, from the stream that `seed` sets. There is no gradient.
 *
 * @param p float32 probabilities in [0, 1], any shape.
 * @returns float32 of `p`'s shape, 0 or 1.
 * @throws TypeError if `p` is not float32; RangeError for an element outside of [0, 1], or NaN.
 * @see https://pytorch.org/docs/stable/generated/torch.bernoulli.html
 *
 * @example
 * ```ts
 * import { bernoulli, tensor } from "sedge";
 * bernoulli(tensor([0, 1, 1])).toArray(); // => [0,1,1]
 * ```
 */
export function bernoulli(p: Tensor): Tensor {
  const op = "bernoulli";
  expectTensor(op, "p", p, "float32");
  const bad = p.data.find((v) => !(v >= 0 && v <= 1));
  if (bad !== undefined) throw refusal(op, "p from 0 to 1", bad);
  const y = empty(p.shape);
  fillUniform(y, 0, 1);
  const [drawn, bounds] = [y.data, p.data];
  for (let i = 0; i < drawn.length; i++) drawn[i] = drawn[i]! < bounds[i]! ? 1 : 0;
  return made(op, y, {});
}

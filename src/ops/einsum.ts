// Products of many operands: einsum and multiDot, which take no tensor first. Those of two are gemm.ts and tensordot.ts.
import { tidy } from "../scope.ts";
import { describe, refusal } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { contract, ordered, summed, type Term } from "./internal/contract.ts";
import { expectFloat } from "./internal/gemm.ts";
import { expectRank, mismatch, multiply } from "./internal/multiply.ts";
import { permute } from "./permute.ts";
import { reshape } from "./shape.ts";
import { slice } from "./slice.ts";

const OP = "einsum";

/**
 * Sums of products over labelled axes, by Einstein's convention: each operand's axes are named by letters; letters that the
 * result lacks are summed over.
 *
 * `...` stands for any further axes, which broadcast; a letter twice in one operand takes its diagonal; without `->` the
 * result has the axes of `...`, then the letters that occur once, in alphabetical order, capitals first. Spaces do not
 * matter, and axes of size 1 broadcast. Operands are multiplied from left to right by batched matrix products.
 *
 * @param equation as `"bij,bjk->bik"`.
 * @param operands float32, one for each part before the arrow.
 * @throws TypeError if an operand is not float32; RangeError if the equation cannot be read or does not fit the operands.
 * @see https://pytorch.org/docs/stable/generated/torch.einsum.html
 *
 * @example
 * ```ts
 * import { einsum, tensor } from "sedge";
 * const a = tensor([[1, 2], [3, 4]]);
 * einsum("ij,jk->ik", a, a).toArray(); // => [[7,10],[15,22]]
 * einsum("ii", a).item(); // => 5
 * einsum("...i->...", a).toArray(); // => [3,7]
 * ```
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  const fail = (wanted: string): never => {
    throw mismatch(OP, `${wanted} by ${describe(equation)}`, ...operands);
  };
  const [parts, right] = read(equation, operands.length);
  const sizes = new Map<string, number>();
  const labels = operands.map((x, i) => {
    expectFloat(OP, `operands[${i}]`, x);
    const own = labelsOf(parts[i]!, x.rank) ?? fail(`as many axes of operands[${i}] as are named`);
    own.forEach((label, axis) => {
      const [size, before] = [x.shape[axis]!, sizes.get(label) ?? 1];
      // sizes of 1 broadcast, but not within one operand
      if (size !== x.shape[own.indexOf(label)] || (size !== 1 && before !== 1 && size !== before)) {
        fail(`one size for "${label}"`);
      }
      if (size !== 1 || before === 1) sizes.set(label, size);
    });
    return own;
  });
  const all = labels.flat();
  const known = [...sizes.keys()];
  const further = known.filter((l) => l <= "9").length;
  const once = known.filter((l) => l > "9" && all.indexOf(l) === all.lastIndexOf(l)).sort();
  const named = right ?? `...${once.join("")}`;
  const letters = named.replace("...", "");
  const result = labelsOf(named, letters.length + (named === letters ? 0 : further))!;
  if (new Set(result).size < result.length || !result.every((l) => sizes.has(l))) fail("a result of distinct labels");
  const isKept = (label: string): boolean => result.includes(label);
  return tidy(() => {
    let [product, ...rest] = operands.map((x, i) => diagonal({ x, labels: labels[i]! })) as [Term, ...Term[]];
    while (rest.length > 0) {
      const [next, ...later] = rest as [Term, ...Term[]];
      product = contract(product, next, (l) => isKept(l) || later.some(({ labels }) => labels.includes(l)));
      rest = later;
    }
    const y = ordered(summed(product, isKept), result);
    return operands.includes(y) ? reshape(y, y.shape) : y;
  });
}

/** The operands' parts of an equation, and the result's if it is given. */
function read(equation: unknown, count: number): [parts: string[], result?: string] {
  const text = typeof equation === "string" ? equation.replaceAll(" ", "") : "?";
  const [left, right] = text.split("->") as [string, string?];
  const parts = left.split(",");
  const term = "[a-zA-Z]*(\\.{3}[a-zA-Z]*)?";
  if (parts.length !== count || !new RegExp(`^${term}(,${term})*(->${term})?$`).test(text)) {
    const form = 'letters, ",", "..." and one "->"';
    throw refusal(OP, `equation of ${form} for ${count} operands`, equation);
  }
  return right === undefined ? [parts] : [parts, right];
}

/** A label for each of `rank` axes, null if they are not as many. Those that "..." stands for are numbered from the last. */
function labelsOf(part: string, rank: number): string[] | null {
  const [before, after] = part.split("...") as [string, string?];
  const further = rank - before.length - (after ?? "").length;
  if (further < 0 || (further > 0 && after === undefined)) return null;
  return [...before, ...Array.from({ length: further }, (_, i) => String(further - 1 - i)), ...(after ?? "")];
}

/** The diagonals of axes that share a label. */
function diagonal({ x, labels }: Term): Term {
  const again = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (again < 0) return { x, labels };
  const label = labels[again]!;
  const pair = [labels.indexOf(label), again];
  const rest = [...labels.keys()].filter((axis) => !pair.includes(axis));
  const n = x.shape[again]!;
  // every n + 1st element of a matrix laid out as a line
  const lines = reshape(permute(x, [...rest, ...pair]), [...rest.map((axis) => x.shape[axis]!), n * n]);
  return diagonal({
    x: slice(lines, { axis: -1, step: n + 1 }),
    labels: [...rest.map((axis) => labels[axis]!), label],
  });
}

/**
 * The matrix product of several matrices, in the order that takes the fewest multiplications. The first and the last may
 * be vectors, as of `matmul`.
 *
 * @param matrices two or more float32 tensors.
 * @throws TypeError if one is not float32; RangeError if there are fewer than two, or sizes do not match.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.multi_dot.html
 *
 * @example
 * ```ts
 * import { multiDot, ones } from "sedge";
 * multiDot([ones([2, 30]), ones([30, 3]), ones([3, 4])]).shape; // => [2,4]
 * ```
 */
export function multiDot(matrices: readonly Tensor[]): Tensor {
  const op = "multiDot";
  if (!Array.isArray(matrices) || matrices.length < 2) {
    throw refusal(op, "matrices to be an array of two or more", matrices);
  }
  const last = matrices.length - 1;
  const sizes = matrices.map((x: Tensor, i) => {
    const name = `matrices[${i}]`;
    expectFloat(op, name, x);
    expectRank(op, name, x, 2, ...(i === 0 || i === last ? [1] : []));
    return x.rank === 1 && i === last ? 1 : x.shape.at(-1)!;
  });
  sizes.unshift(matrices[0].rank === 1 ? 1 : matrices[0].shape[0]);
  // the cheapest way to multiply the matrices from i to j, from those of their parts
  const plans: Record<number, Plan>[] = matrices.map((x: Tensor, i) => ({ [i]: { cost: 0, product: () => x } }));
  for (let count = 1; count <= last; count++) {
    for (let i = 0, j = count; j <= last; i++, j++) {
      for (let at = i; at < j; at++) {
        const [a, b] = [plans[i]![at]!, plans[at + 1]![j]!];
        const cost = a.cost + b.cost + sizes[i]! * sizes[at + 1]! * sizes[j + 1]!;
        if (cost < (plans[i]![j]?.cost ?? Infinity)) {
          plans[i]![j] = { cost, product: () => multiply(op, a.product(), b.product()) };
        }
      }
    }
  }
  return tidy(() => plans[0]![last]!.product());
}

interface Plan {
  readonly cost: number;
  readonly product: () => Tensor;
}

// Recurrent layers above one another and in both directions: checks of shapes, PyTorch's shapes to rows and back. One
// layer in one direction is recurrence.ts; the public functions are ops/rnn.ts.
import { tidy } from "../../scope.ts";
import { checkInt, checkNumber, describe, fault, readOptions, refusal } from "../../shape.ts";
import { expectTensor, type Tensor } from "../../tensor.ts";
import { tensor, zeros } from "../create.ts";
import { indexSelect } from "../gather.ts";
import { cat, stack } from "../join.ts";
import { PackedSequence } from "../packed.ts";
import { transpose } from "../permute.ts";
import { dropout as drop } from "../random.ts";
import { reshape } from "../shape.ts";
import { select } from "../slice.ts";
import { expectShape } from "./arguments.ts";
import { type Cell, lstmCell } from "./cells.ts";
import { recurrence } from "./recurrence.ts";

/** Options of {@link rnn}, {@link lstm} and {@link gru}. */
export interface RecurrentOptions {
  /** Layers above one another. Default 1. */
  numLayers?: number;
  /** Whether a second set of weights reads the sequences from their ends; outputs stand side by side. Default false. */
  bidirectional?: boolean;
  /** Whether tensors are `[B, T, ...]` instead of `[T, B, ...]`; states are not. Default false. */
  batchFirst?: boolean;
  /** Probability of dropping an output on the way to the next layer, while `training`. Default 0. */
  dropout?: number;
  /** Default false. */
  training?: boolean;
}

export const DEFAULTS: Required<RecurrentOptions> = {
  numLayers: 1,
  bidirectional: false,
  batchFirst: false,
  dropout: 0,
  training: false,
};

/** The states before; null or left out for zeros. */
type States = readonly (Tensor | null | undefined)[];

/** Checks the weights, in groups of one layer and direction, and tells the sizes that they have. */
function sizesOf(
  op: string,
  cell: Cell,
  weights: readonly Tensor[],
  count: number,
  directions: number,
): [group: number, inputs: number, outputs: number, width: number] {
  const group = Array.isArray(weights) ? weights.length / count : 0;
  const projected = cell === lstmCell && (group === 3 || group === 5);
  if (!projected && group !== 2 && group !== 4) {
    const got = Array.isArray(weights) ? weights.length : describe(weights);
    throw fault(op, `weights to be a list of ${count} times 2 or 4 tensors`, got);
  }
  const inputs = weights[0]?.shape?.[1] ?? 0;
  const [rows = 0, outputs = 0] = weights[1]?.shape ?? [];
  const width = projected ? Math.floor(rows / cell.gates) : outputs;
  const gates = cell.gates * width;
  weights.forEach((w, i) => {
    const own = i < group * directions ? inputs : outputs * directions;
    const biases = group > 3 ? [[gates], [gates]] : [];
    expectShape(op, `weights[${i}]`, w, [[gates, own], [gates, outputs], ...biases, [outputs, width]][i % group]!);
  });
  return [group, inputs, outputs, width];
}

/** The sequences of states [count, batch, size], or of one [batch, size], in another order. */
const ordered = (states: Tensor, order: readonly number[] | null | undefined): Tensor =>
  order ? indexSelect(states, tensor(Int32Array.from(order)), { axis: -2 }) : states;

/**
 * The outputs and the final states: [L D, B, P] of the hidden state and, of an LSTM, [L D, B, H] of the cell. `weights`
 * are in PyTorch's order, layer by layer, in each forwards before backwards. With `single` x and the states are those of
 * one step, without axes for time and layers.
 */
export function layers<X extends Tensor | PackedSequence>(
  op: string,
  cell: Cell,
  x: X,
  given: States,
  weights: readonly Tensor[],
  options?: RecurrentOptions,
  single = false,
): [y: X, ...states: Tensor[]] {
  const { numLayers, bidirectional, batchFirst, dropout, training } = readOptions(op, options, DEFAULTS);
  checkInt(op, "numLayers", numLayers, 1);
  checkNumber(op, "dropout", dropout, 0, 1);
  const directions = bidirectional ? 2 : 1;
  const count = numLayers * directions;
  const [group, inputs, outputs, width] = sizesOf(op, cell, weights, count, directions);

  const packed = !single && x instanceof PackedSequence ? x : null;
  const data = (packed?.data ?? x) as Tensor;
  expectTensor(op, "x", data, "float32");
  const outer = data.shape.slice(0, -1);
  const usual = packed || single ? 1 : 2;
  const unbatched = !packed && outer.length === usual - 1;
  if ((outer.length !== usual && !unbatched) || data.shape.at(-1) !== inputs) {
    const axes = packed ? "2" : `${usual} or ${usual + 1}`;
    throw refusal(op, `x of ${axes} axes, the last of size ${inputs}`, data.shape);
  }
  const turned = batchFirst && outer.length === 2;
  const [first = 1, second = 1] = single ? [1, ...outer] : turned ? [outer[1], outer[0]] : outer;
  const sizes = packed?.batchSizes ?? new Array<number>(first).fill(second);
  if (sizes.length === 0) throw refusal(op, "x of at least one step", data.shape);
  const batch = sizes[0]!;
  const shapes = (cell === lstmCell ? [outputs, width] : [outputs]).map((size) => [
    ...(single ? [] : [count]),
    ...(unbatched ? [] : [batch]),
    size,
  ]);
  shapes.forEach((shape, i) => {
    if ((given[i] ?? null) !== null) expectShape(op, i === 0 ? "h0" : "c0", given[i], shape);
  });

  // A layer alone is spared taking states apart and putting them together: an op is 3 us where kernels have the caches.
  const several = count > 1 ? [count] : [];
  return tidy(() => {
    const states = shapes.map((shape, i) => {
      const before = given[i] ?? zeros(shape);
      return ordered(reshape(before, [...several, batch, shape.at(-1)!]), packed?.sortedIndices);
    });
    const last: Tensor[][] = shapes.map(() => []);
    let rows = packed ? data : reshape(turned ? transpose(data, 0, 1) : data, [first * second, inputs]);
    for (let layer = 0; layer < numLayers; layer++) {
      if (layer > 0 && training && dropout > 0) rows = drop(rows, { p: dropout });
      const both: Tensor[] = [];
      for (let i = layer * directions; i < (layer + 1) * directions; i++) {
        const before = count > 1 ? states.map((s) => select(s, i)) : states;
        const own = weights.slice(i * group, (i + 1) * group);
        const turns = turned && layer === numLayers - 1;
        const reverse = both.length > 0;
        const [y, ...ends] = recurrence(op, cell, rows, before, own, sizes, reverse, turns) as [Tensor, ...Tensor[]];
        both.push(y);
        last.forEach((list, s) => {
          list.push(ends[s]!);
        });
      }
      rows = bidirectional ? cat(both, { axis: -1 }) : both[0]!;
    }
    const after = last.map((list, s) => {
      const all = count > 1 ? stack(list) : list[0]!;
      return reshape(ordered(all, packed?.unsortedIndices), shapes[s]!);
    });
    if (packed) return [new PackedSequence(rows, sizes, packed.sortedIndices) as X, ...after];
    return [reshape(rows, [...outer, directions * outputs]) as X, ...after];
  });
}

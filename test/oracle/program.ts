// Interprets the straight-line programs of the group `graph`: a register per line, operands are inputs or registers,
// the last register is the output. They prove gradients through shared and unused subexpressions.
import {
  add,
  amax,
  cat,
  exp,
  gelu,
  matmul,
  mean,
  mul,
  relu,
  sigmoid,
  slice,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
} from "../../src/index.ts";
import type { Adapter } from "./calls.ts";

/** One instruction: its operands, and the number that some take (an axis or a factor). */
type Instruction = (x: Tensor, y: Tensor, n: number) => Tensor;

/** The first half of x's rows, then the second half of y's. */
function halfCat(x: Tensor, y: Tensor): Tensor {
  const rows = x.shape[0] ?? 0;
  const half = Math.floor(rows / 2);
  return cat([slice(x, { axis: 0, start: 0, stop: half }), slice(y, { axis: 0, start: half, stop: rows })], {
    axis: 0,
  });
}

const instructions: Record<string, Instruction> = {
  add: (x, y) => add(x, y),
  sub: (x, y) => sub(x, y),
  mul: (x, y) => mul(x, y),
  matmul: (x, y) => matmul(x, y),
  half_cat: halfCat,
  relu: (x) => relu(x),
  gelu: (x) => gelu(x),
  tanh: (x) => tanh(x),
  sigmoid: (x) => sigmoid(x),
  square: (x) => square(x),
  exp_tanh: (x) => exp(tanh(x)),
  transpose: (x) => transpose(x, 0, 1),
  scale: (x, _, n) => mul(x, n),
  softmax: (x, _, axis) => softmax(x, { axis }),
  sum_keepdim: (x, _, axis) => sum(x, { axis, keepDims: true }),
  mean_keepdim: (x, _, axis) => mean(x, { axis, keepDims: true }),
  max_keepdim: (x, _, axis) => amax(x, { axis, keepDims: true }),
};

export const program: Adapter = ({ kase, x }) => {
  const lines = kase.kwargs.program;
  if (!Array.isArray(lines)) throw new TypeError("program: expected a list of instructions in kwargs");
  const registers: Tensor[] = [];
  for (const [name, ...args] of lines) {
    const instruction = instructions[String(name)];
    if (!instruction) throw new Error(`program: expected a known instruction, got ${String(name)}`);
    const operands = args.filter((arg: unknown) => typeof arg === "string");
    const [first, second = first] = operands.map((arg: string) => x[arg] ?? registers[Number(arg.slice(1))]);
    if (!first || !second) throw new Error(`program: expected operands of ${String(name)} to be defined before it`);
    registers.push(instruction(first, second, Number(args.find((arg: unknown) => typeof arg === "number") ?? 0)));
  }
  return registers.at(-1);
};

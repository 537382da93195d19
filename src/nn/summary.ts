// A table of a model's layers: what they give, their parameters, their share of the memory. Knows modules only by what they
// offer to everyone.
import { memory } from "../memory.ts";
import { zeros } from "../ops/create.ts";
import { getRngState, setRngState } from "../random.ts";
import { tidy } from "../scope.ts";
import { checkShape, demand, readOptions, type Shape, show } from "../shape.ts";
import { BYTES, type DType, Tensor } from "../tensor.ts";
import { contentsOf } from "./contents.ts";
import type { HookHandle } from "./hooks.ts";

/** What a model is tried with: the shape of its input or of each, batch axis and all, or the inputs themselves. */
export type SummaryInput = Shape | readonly Shape[] | Tensor | readonly Tensor[];

/** What is known of a module here. */
interface Summarized {
  training: boolean;
  readonly call: (...inputs: never[]) => unknown;
  eval(): unknown;
  fields(): Iterable<readonly [string, unknown]>;
  namedModules(): [string, Summarized][];
  registerForwardHook(hook: (module: never, inputs: never, output: never) => void): HookHandle;
  registerForwardPreHook(hook: () => void): HookHandle;
}

/** What is found out about a module, without those within. */
interface Row {
  name: string;
  kind: string;
  outputs: string[];
  parameters: Tensor[];
  buffers: Tensor[];
  /** Bytes that its forward left behind, in the batch's scope and for `backward`. */
  activations: number;
}

/** Most characters in a line, as long as names can be cut. */
const WIDTH = 100;
const HEADS = ["layer", "kind", "output", "parameters", "trainable", "memory"];
/** Columns of numbers, which stand at the right. */
const NUMBERS = [3, 5];

/** The table, then the totals. */
export function summaryOf(model: Summarized, input: SummaryInput, options?: { dtype?: DType | undefined }): string {
  const { dtype } = readOptions("summary", options, { dtype: "float32" as DType });
  const rows = tidy(() => measured(model, inputsOf(input, dtype)));
  const count = (list: readonly Tensor[]): number => list.reduce((sum, t) => sum + t.size, 0);
  const bytes = (list: readonly Tensor[]): number => list.reduce((sum, t) => sum + t.size * BYTES[t.dtype], 0);
  const all = rows.flatMap(({ parameters }) => parameters);
  const kinds = [bytes(all), bytes(rows.flatMap(({ buffers }) => buffers))];
  const activations = rows.reduce((sum, row) => sum + row.activations, 0);
  const total = kinds[0]! + kinds[1]! + activations;
  const lines = rows.flatMap((row) => {
    const { name, kind, outputs, parameters, buffers } = row;
    const trained = parameters.filter((t) => t.requiresGrad).length;
    const share = (bytes(parameters) + bytes(buffers) + row.activations) / Math.max(total, 1);
    const trainable = trained === parameters.length ? "yes" : trained > 0 ? "part" : "no";
    const own = parameters.length > 0 ? [grouped(count(parameters)), trainable] : ["", ""];
    const first = [name || "(model)", kind, outputs[0] ?? "-", ...own, `${(100 * share).toFixed(1)} %`];
    return [first, ...outputs.slice(1).map((output) => ["", "", output, "", "", ""])];
  });
  const trained = count(all.filter((t) => t.requiresGrad));
  return [
    ...table([HEADS, ...lines]),
    `parameters: ${grouped(count(all))}, trainable ${grouped(trained)}`,
    `memory: parameters ${inUnits(kinds[0]!)}, buffers ${inUnits(kinds[1]!)}, activations ${inUnits(activations)} for this batch`,
  ].join("\n");
}

function inputsOf(input: SummaryInput, dtype: DType): Tensor[] {
  const list: readonly unknown[] = Array.isArray(input) && typeof input[0] !== "number" ? input : [input];
  demand(list.length > 0, "summary", "the shape of an input, or inputs", input);
  return list.map((x) => (x instanceof Tensor ? x : zeros(checkShape("summary", x, "input"), { dtype })));
}

/** Runs the model once, in evaluation mode, and takes down what each module does. */
function measured(model: Summarized, inputs: readonly Tensor[]): Row[] {
  const modules = model.namedModules();
  const modes = modules.map(([, module]) => module.training);
  const random = getRngState();
  const seen = new Set<Tensor>();
  const handles: HookHandle[] = [];
  /** Forwards at work, from the outermost: bytes before it, and those left by forwards within. */
  const stack: { before: number; within: number }[] = [];
  const fresh = (list: [string, Tensor][]): Tensor[] =>
    list.flatMap(([, t]) => (seen.has(t) || !seen.add(t) ? [] : [t]));
  const rows = modules.map(([name, module]): Row => {
    const { parameters, buffers } = contentsOf(module.fields(), (_): _ is never => false);
    const kind = module.constructor.name;
    const row: Row = {
      name,
      kind,
      outputs: [],
      parameters: fresh(parameters),
      buffers: fresh(buffers),
      activations: 0,
    };
    handles.push(
      module.registerForwardPreHook(() => {
        stack.push({ before: memory().bytes, within: 0 });
      }),
      module.registerForwardHook((_module, _inputs, output) => {
        const { before, within } = stack.pop()!;
        const left = memory().bytes - before;
        row.activations += left - within;
        const outer = stack.at(-1);
        if (outer) outer.within += left;
        if (row.outputs.length === 0) row.outputs = shapesOf(output);
      }),
    );
    return row;
  });
  try {
    model.eval();
    model.call(...(inputs as never[]));
  } finally {
    for (const handle of handles) handle.remove();
    modules.forEach(([, module], i) => {
      module.training = modes[i]!;
    });
    setRngState(random);
  }
  return rows;
}

/** The shapes of all tensors in a result, which may be a tuple of tuples. */
function shapesOf(value: unknown): string[] {
  if (value instanceof Tensor) return [show(value.shape)];
  if (Array.isArray(value)) return value.flatMap(shapesOf);
  return typeof value === "object" && value !== null ? [value.constructor?.name ?? "Object"] : [];
}

/** Aligned lines under a head; the first column is cut from the left where a line would be too long. */
function table(lines: readonly string[][]): string[] {
  const widths = HEADS.map((_, j) => Math.max(...lines.map((line) => line[j]!.length)));
  const rest = widths.slice(1).reduce((sum, width) => sum + width + 2, 0);
  widths[0] = Math.min(widths[0]!, Math.max(WIDTH - rest, 12));
  const cut = (text: string, width: number): string => (text.length > width ? `\u2026${text.slice(1 - width)}` : text);
  const drawn = lines.map((line) =>
    line
      .map((text, j) => (NUMBERS.includes(j) ? text.padStart(widths[j]!) : cut(text, widths[j]!).padEnd(widths[j]!)))
      .join("  ")
      .trimEnd(),
  );
  const rule = "\u2500".repeat(widths[0] + rest);
  return [drawn[0]!, rule, ...drawn.slice(1), rule];
}

/** 1234567 as 1,234,567, in every runtime. */
const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

function inUnits(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  const [unit, name] = bytes < 1e6 ? [1e3, "kB"] : bytes < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  return `${(bytes / unit).toFixed(1)} ${name}`;
}

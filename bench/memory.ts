// `npm run bench -- --memory [--json] [--filter TEXT]`: the most memory that each training step of bench/workloads.ts holds,
// beside the least that it could. Each step runs in a process of its own, since linear memory never shrinks.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { memory, Tensor } from "sedge";
import { k } from "../src/wasm.ts";
import { workloads } from "./workloads.ts";

/** Bytes of one step. */
export interface StepMemory {
  readonly name: string;
  readonly parameters: number;
  readonly gradients: number;
  readonly optimizer: number;
  readonly batch: number;
  /** What the graph holds for backward when the forward ends, each block once, without parameters and batch. */
  readonly saved: number;
  /** The most that tensors and graphs held at once. */
  readonly peak: number;
  /** Working memory that ops share, beside it. */
  readonly scratch: number;
  /** What WebAssembly took from the system, with room to grow. */
  readonly linear: number;
  /** `peak` by what backward cannot do without: parameters, optimizer, batch and saved. */
  readonly ratio: number;
  /** The same, with the gradients, all of which the optimizer needs at once. */
  readonly ratioWithGradients: number;
}

interface Block {
  readonly bytes: number;
}
interface GraphNode {
  readonly held: readonly Block[];
  readonly edges: readonly (GraphNode | Tensor | null)[];
}

/** The blocks that a graph keeps for backward, without those of its leaves. */
function savedBlocks(loss: Tensor): Set<Block> {
  const nodes = new Set<GraphNode>();
  const blocks = new Set<Block>();
  const leaves: Tensor[] = [];
  const stack = [loss.node as unknown as GraphNode];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (nodes.has(node)) continue;
    nodes.add(node);
    for (const block of node.held) blocks.add(block);
    for (const edge of node.edges)
      if (edge instanceof Tensor) leaves.push(edge);
      else if (edge !== null) stack.push(edge);
  }
  for (const leaf of leaves) blocks.delete(leaf.storage!);
  return blocks;
}

const total = (blocks: Iterable<Block>): number => [...blocks].reduce((sum, { bytes }) => sum + bytes, 0);

/** Measures the third step of a training, which is like all later ones. */
export function stepMemory(name: string): StepMemory {
  const workload = workloads.find((one) => one.name === name)!;
  const before = memory().bytes;
  const { model, batch, step } = workload.setup();
  const given = Object.values(batch).flatMap((x) => (x === null ? [] : [x.storage!]));
  const parameters = total(model.parameters().map((p) => p.storage!));
  step();
  step();
  model.zeroGrad();
  const standing = memory({ resetPeak: true }).bytes - before;
  let saved = 0;
  const backward = Tensor.prototype.backward;
  Tensor.prototype.backward = function (...args) {
    const blocks = savedBlocks(this);
    for (const block of given) blocks.delete(block);
    saved = total(blocks);
    return backward.apply(this, args);
  };
  try {
    step();
  } finally {
    Tensor.prototype.backward = backward;
  }
  const { peakBytes, scratchBytes: scratch } = memory();
  const gradients = total(model.parameters().flatMap(({ grad }) => (grad === null ? [] : [grad.storage!])));
  const peak = peakBytes - before;
  const ideal = standing + saved;
  return {
    ...{ name, parameters, gradients, optimizer: standing - parameters - total(given), batch: total(given), saved },
    ...{ peak, scratch, linear: k.memory.buffer.byteLength },
    ...{ ratio: peak / ideal, ratioWithGradients: peak / (ideal + gradients) },
  };
}

function print(results: readonly StepMemory[]): void {
  const head = [
    "step",
    "parameters",
    "gradients",
    "optimizer",
    "batch",
    "saved",
    "peak",
    "of the ideal",
    "with gradients",
    "scratch",
    "WebAssembly",
  ];
  const kB = (bytes: number): string => (bytes / 1e3).toFixed(1);
  const rows = results.map((r) => [
    r.name,
    ...[r.parameters, r.gradients, r.optimizer, r.batch, r.saved, r.peak].map(kB),
    r.ratio.toFixed(2),
    r.ratioWithGradients.toFixed(2),
    kB(r.scratch),
    kB(r.linear),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  console.log([line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n"));
}

/** Each step measured by this file in a process of its own. */
function all(filter: string): StepMemory[] {
  const names = workloads.map(({ name }) => name).filter((name) => name.includes(filter));
  return names.map((name) => {
    const args = [...process.execArgv, fileURLToPath(import.meta.url), "--step", name];
    const { stdout, status } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (status !== 0) throw new Error(`bench: the step ${name} failed`);
    return JSON.parse(stdout) as StepMemory;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      memory: { type: "boolean" },
      json: { type: "boolean" },
      filter: { type: "string", default: "" },
      step: { type: "string" },
    },
  });
  if (values.step !== undefined) console.log(JSON.stringify(stepMemory(values.step)));
  else if (values.json) console.log(JSON.stringify({ results: all(values.filter) }, null, 2));
  else print(all(values.filter));
}

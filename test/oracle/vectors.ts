// A folder of reference vectors in memory: the manifest's cases, each with its stored tensors.
// How a case is run is run.ts; what counts as equal is compare.ts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors, type StoredTensor } from "./safetensors.ts";

/** A step on the way from a stored base to an operand, such as `["transpose", 0, 1]`. */
export type ViewStep = readonly [string, ...(number | readonly number[])[]];

/** A case as the manifest states it. `sched` and `init` carry numbers of their own and no tensors. */
export interface ManifestCase {
  readonly name: string;
  readonly op: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly inputs?: readonly string[];
  readonly params?: readonly string[];
  readonly outputs?: readonly string[];
  readonly cotangents?: readonly string[];
  readonly grads?: readonly string[];
  readonly views?: Readonly<Record<string, readonly ViewStep[]>>;
  readonly steps?: number;
  /** Per tensor `out.X` or `grad.X`: torch's own float32 error and the largest expected magnitude. */
  readonly f32?: Readonly<Record<string, readonly [number | null, number | null] | null>>;
  readonly base_lr?: number;
  readonly lrs?: readonly number[];
  readonly momentums?: readonly number[];
  readonly metrics?: readonly number[];
  readonly value?: unknown;
}

export interface Case extends ManifestCase {
  readonly group: string;
  /** A stored tensor by its role: `in.x`, `param.weight`, `out.y`, `cot.y`, `grad.x`. Throws if the file lacks it. */
  stored(role: string): StoredTensor;
}

interface Manifest {
  groups: { group: string; file: string | null; cases: ManifestCase[] }[];
}

/** Every case of the folder, in the manifest's order. */
export function readVectors(folder: string): Case[] {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  return manifest.groups.flatMap(({ group, file, cases }) => {
    const tensors = file === null ? new Map<string, StoredTensor>() : readSafetensors(readFileSync(join(folder, file)));
    return cases.map((c) => ({
      ...c,
      group,
      stored(role: string): StoredTensor {
        const found = tensors.get(`${c.name}/${role}`);
        if (!found) throw new Error(`${file} has no ${c.name}/${role}`);
        return found;
      },
    }));
  });
}

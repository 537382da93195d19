// Tensors to and from safetensors files on disk. Only Node and its like load this file, through src/node.ts;
// what the bytes mean is src/io/safetensors.ts.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { StateDict } from "../nn/state.ts";
import { checkOptions, checkText, describe } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { decodeSafetensors, encodeSafetensors, type Metadata, safetensorsMetadata } from "./safetensors.ts";

/** What {@link save} takes: tensors by name, or whatever has a state dict, such as a module. */
export type Saveable = Readonly<StateDict> | { stateDict(): Readonly<StateDict> };

/**
 * Writes a model's state dict, or tensors by name, to a safetensors file.
 * The file appears whole or not at all: the bytes go to a temporary name in the same folder, which is renamed when they
 * are on the disk; on failure an older file of the same name stays as it was.
 *
 * @param path where to write; the folder must exist.
 * @param options.metadata facts about the file, text by name. Default: none.
 * @throws Error if the file cannot be written, with the system's error as its cause; TypeError for what cannot be saved.
 * @see https://github.com/huggingface/safetensors#format
 *
 * @example
 * ```ts
 * import { nn } from "sedge";
 * import { load, save } from "sedge/node";
 * const model = new nn.Linear(3, 2);
 * save("linear.safetensors", model, { metadata: { epoch: "5" } });
 * model.loadStateDict(load("linear.safetensors"));
 * ```
 */
export function save(path: string, what: Saveable, options?: { metadata?: Metadata }): void {
  checkText("save", "path", path);
  checkOptions("save", options, ["metadata"]);
  if (typeof what !== "object" || what === null || what instanceof Tensor) {
    throw new TypeError(`save: expected a model or tensors by name, got ${describe(what)}`);
  }
  const tensors = typeof what.stateDict === "function" ? what.stateDict() : (what as Readonly<StateDict>);
  const bytes = encodeSafetensors(tensors, options);
  writeWhole("save", path, bytes);
}

/** Tells apart the temporary files of one process. */
let writes = 0;

/** Writes a file that appears whole or not at all. */
export function writeWhole(op: string, path: string, bytes: Uint8Array): void {
  // In the same folder: a rename is atomic only within one file system.
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${writes++}.tmp`);
  try {
    const file = openSync(temporary, "wx");
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new Error(`${op}: cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * The tensors of a safetensors file, by name. The whole file is checked before the first tensor is made.
 * F32, I32 and BOOL load as they are; F16, BF16 and F64 as float32; other integers as int32.
 *
 * @throws Error if the file cannot be read, with the system's error as its cause; RangeError if it is truncated, corrupt, or
 * holds an integer outside of int32.
 * @param path the file. @returns its tensors by name, for `loadStateDict`.
 * @see https://github.com/huggingface/safetensors#format
 *
 * @example
 * ```ts
 * import { tensor } from "sedge";
 * import { load, save } from "sedge/node";
 * save("x.safetensors", { x: tensor([1, 2]) });
 * load("x.safetensors").x?.toArray(); // => [1,2]
 * ```
 */
export function load(path: string): StateDict {
  return decodeSafetensors(read("load", path), { file: path });
}

/**
 * The metadata of a safetensors file: text by name, empty where the file has none.
 *
 * @throws Error if the file cannot be read; RangeError if it is truncated or corrupt.
 *
 * @example
 * ```ts
 * import { loadMetadata, save } from "sedge/node";
 * save("empty.safetensors", {}, { metadata: { note: "nothing" } });
 * loadMetadata("empty.safetensors").note; // => "nothing"
 * ```
 */
export function loadMetadata(path: string): Metadata {
  return safetensorsMetadata(read("loadMetadata", path), { file: path });
}

function read(op: string, path: string): Uint8Array {
  checkText(op, "path", path);
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Error(`${op}: cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

// The arguments of `npm start`: what they may be, and what is said about others. What is done with them is scripts/start.ts.
import { parseArgs } from "node:util";

export const USAGE = `usage: npm start -- [--data DIR] [--epochs N] [--seed N]
  --data DIR   train on the IDX files in a folder (train-images-idx3-ubyte and kin, gzipped or not);
               default: drawings of ten glyphs that the program makes itself
  --epochs N   passes over the training data; default: 8 on the drawings, 5 on a folder
  --seed N     what the drawings, the first weights, dropout and shuffling follow from; default: 1`;

/** An argument that cannot be used: its error is shown with the usage. */
export class ArgumentError extends Error {}

function whole(name: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ArgumentError(`expected --${name} to be a whole number of at least ${least}, got ${JSON.stringify(text)}`);
}

/** What was asked for; what is left out has its default where it is used. */
export interface StartOptions {
  data?: string;
  epochs?: number;
  seed: number;
}

/** Reads the arguments after the program's name. */
export function readArguments(args: readonly string[]): StartOptions {
  const text = { type: "string" } as const;
  let values: { data?: string; epochs?: string; seed?: string };
  try {
    ({ values } = parseArgs({ args: [...args], options: { data: text, epochs: text, seed: text } }));
  } catch (error) {
    throw new ArgumentError((error as Error).message);
  }
  if (values.data === "") throw new ArgumentError("expected --data to be a folder, got nothing");
  return {
    ...(values.data !== undefined && { data: values.data }),
    ...(values.epochs !== undefined && { epochs: whole("epochs", values.epochs, 1) }),
    seed: whole("seed", values.seed ?? "1", 0),
  };
}

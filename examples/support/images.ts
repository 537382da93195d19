// The images of the recipes: drawings that the project makes itself, or Fashion-MNIST.
import { join } from "node:path";
import type { Dataset } from "sedge";
import { loadIdxFolder } from "sedge/node";
import { GLYPHS, glyphs } from "./glyphs.ts";

/** Names of Fashion-MNIST's classes, by label. */
const FASHION = [
  "T-shirt",
  "trouser",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
] as const;

/** Images [N, 1, 28, 28] from 0 to 1 with labels [N]. */
export interface Images {
  readonly train: Dataset;
  readonly test: Dataset;
  readonly names: readonly string[];
}

/**
 * Fashion-MNIST from the folder `data`, or `train` and `test` glyphs where that is undefined.
 * With `quick`, no more than `train` and `test` of either.
 */
export function images(
  { data, quick }: { readonly data: string | undefined; readonly quick: boolean },
  { train, test }: { train: number; test: number },
): Images {
  if (data === undefined) return { train: glyphs(train), test: glyphs(test), names: GLYPHS };
  const whole = loadIdxFolder(join(data, "fashion-mnist"));
  if (!quick) return { ...whole, names: FASHION };
  return { train: whole.train.slice(0, train), test: whole.test.slice(0, test), names: FASHION };
}

// IDX files on disk, gzipped or not, under the names that MNIST and its kin use. Only Node and its like load this
// file, through src/node.ts; the format is src/data/idx.ts.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { checkText, show } from "../shape.ts";
import type { Dataset } from "./dataset.ts";
import { type IdxArray, idxDataset, parseIdx } from "./idx.ts";

/** Images to train on, images to test on, and how many classes they have. */
export interface ImageFolder {
  readonly train: Dataset;
  readonly test: Dataset;
  /** Largest label of both parts plus one. */
  readonly classes: number;
}

/** First two bytes of every gzip file (RFC 1952). */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/**
 * Reads an IDX file, gzipped or not; the file's first bytes tell, not its name.
 *
 * @throws TypeError if `path` is no text; Error if the file cannot be read; RangeError if it is truncated, corrupt, or no IDX file.
 * @see http://yann.lecun.com/exdb/mnist/
 *
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { readIdx } from "sedge/node";
 * writeFileSync("t10k-labels-idx1-ubyte", new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]));
 * readIdx("t10k-labels-idx1-ubyte").shape; // => [3]
 * ```
 */
export function readIdx(path: string): IdxArray {
  checkText("readIdx", "path", path);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new Error(`readIdx: cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  if (bytes[0] === GZIP_MAGIC[0] && bytes[1] === GZIP_MAGIC[1]) {
    try {
      bytes = gunzipSync(bytes);
    } catch (cause) {
      throw new RangeError(`readIdx: ${path}: expected a sound gzip file, got ${(cause as Error).message}`, { cause });
    }
  }
  return parseIdx(bytes, { file: path });
}

/** The spellings in use: `train-images-idx3-ubyte`, `train-images.idx3-ubyte`, each also with `.gz`. */
function findFile(folder: string, stem: string, rank: number): string {
  const names = ["-", "."].flatMap((joint) => ["", ".gz"].map((zip) => `${stem}${joint}idx${rank}-ubyte${zip}`));
  const found = names.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error(`loadIdxFolder: expected one of ${names.join(", ")} in ${folder}, got none`);
  }
  return found;
}

/**
 * Loads a folder of MNIST's kind: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
 * `t10k-labels-idx1-ubyte`, each also as `.idx3-ubyte` / `.idx1-ubyte` and with `.gz`.
 * Images become float32 [N, 1, H, W] of 0 to 1, labels int32 [N].
 *
 * @throws Error if the folder or a file is missing; RangeError for corrupt files, different numbers of images and labels,
 * or different sizes of training and test images.
 * @see https://github.com/zalandoresearch/fashion-mnist#get-the-data
 *
 * @example
 * ```ts
 * import { mkdirSync, writeFileSync } from "node:fs";
 * import { loadIdxFolder } from "sedge/node";
 * mkdirSync("small");
 * for (const part of ["train", "t10k"]) {
 *   const image = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255]; // one image of 1 x 2 pixels
 *   writeFileSync(`small/${part}-images-idx3-ubyte`, new Uint8Array(image));
 *   writeFileSync(`small/${part}-labels-idx1-ubyte`, new Uint8Array([0, 0, 8, 1, 0, 0, 0, 1, 4]));
 * }
 * const { train, classes } = loadIdxFolder("small");
 * train.x.toArray(); // => [[[[0,1]]]]
 * classes; // => 5
 * ```
 */
export function loadIdxFolder(folder: string): ImageFolder {
  checkText("loadIdxFolder", "folder", folder);
  if (!existsSync(folder)) throw new Error(`loadIdxFolder: expected a folder, got ${folder}, which does not exist`);
  if (!statSync(folder).isDirectory()) throw new Error(`loadIdxFolder: expected a folder, got the file ${folder}`);
  // All four are found before the first is read: a missing file should not cost the time of the others.
  const [trainFiles, testFiles] = [findPart(folder, "train"), findPart(folder, "t10k")];
  const train = readPart(...trainFiles);
  let test: Dataset | null = null;
  try {
    test = readPart(...testFiles);
    const [trainSize, testSize] = [train, test].map(({ x }) => show(x.shape.slice(2)));
    if (trainSize !== testSize) {
      throw new RangeError(
        `loadIdxFolder: expected test images of the training ones' size ${trainSize}, got ${testSize}`,
      );
    }
  } catch (error) {
    train.dispose();
    test?.dispose();
    throw error;
  }
  let classes = 0;
  for (const { y } of [train, test]) for (const label of y.data) classes = Math.max(classes, label + 1);
  return { train, test, classes };
}

const findPart = (folder: string, part: string): [images: string, labels: string] => [
  findFile(folder, `${part}-images`, 3),
  findFile(folder, `${part}-labels`, 1),
];

const readPart = (images: string, labels: string): Dataset =>
  idxDataset(readIdx(images), readIdx(labels), { file: images });

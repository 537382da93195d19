// Text by characters: a vocabulary, and windows of it to learn the next character from.
import { tensor } from "../ops/create.ts";
import { randint } from "../ops/create-random.ts";
import { reshape } from "../ops/shape.ts";
import { slice } from "../ops/slice.ts";
import { tidy } from "../scope.ts";
import { checkInt, checkOptions, checkText, demand, describe, fault, refusal, show } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { Dataset } from "./dataset.ts";

/** Numbers of characters: an int32 tensor [N], or a list. */
export type Ids = Tensor | ArrayLike<number>;

/** A {@link CharTokenizer} as plain JSON. */
export interface CharTokenizerState {
  readonly vocabulary: readonly string[];
  readonly unknown?: string;
}

/**
 * Characters as numbers and back. The vocabulary is that of a text, sorted by code point; a character beyond the 16-bit
 * ones counts as one.
 *
 * @param text what has every character that will come.
 * @param options `unknown`: the character that stands in for those of other texts, part of the vocabulary whether `text` has
 * it or not. Default: an unknown character is an error.
 * @throws TypeError for what is no text; RangeError for an empty one, or an `unknown` of several characters.
 * @see https://github.com/karpathy/nanoGPT/blob/master/data/shakespeare_char/prepare.py
 *
 * @example
 * ```ts
 * import { CharTokenizer } from "sedge/data";
 * const tokenizer = new CharTokenizer("hello");
 * tokenizer.vocabulary; // => ["e","h","l","o"]
 * [...tokenizer.encode("hole")]; // => [1,3,2,0]
 * tokenizer.decode([1, 0, 2, 2, 3]); // => "hello"
 * CharTokenizer.fromJSON(JSON.stringify(tokenizer)).size; // => 4
 * ```
 */
export class CharTokenizer {
  /** The characters, each at the place of its number. */
  readonly vocabulary: readonly string[];
  /** What stands in for other characters, or null. */
  readonly unknown: string | null;
  private readonly ids: ReadonlyMap<string, number>;

  constructor(text: string, options?: { unknown?: string }) {
    const op = "CharTokenizer";
    checkText(op, "text", text);
    checkOptions(op, options, ["unknown"]);
    const unknown = options?.unknown;
    const one = unknown === undefined || (typeof unknown === "string" && [...unknown].length === 1);
    demand(one, op, "unknown to be one character", unknown);
    this.unknown = unknown ?? null;
    const characters = new Set(unknown === undefined ? text : text + unknown);
    this.vocabulary = [...characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
    this.ids = idsBy(this.vocabulary);
  }

  /** Number of characters in the vocabulary. */
  get size(): number {
    return this.vocabulary.length;
  }

  /** The numbers of a text's characters; without `unknown`, one that is not in the vocabulary throws, with its position. */
  encode(text: string): Int32Array {
    demand(typeof text === "string", "encode", "text", text, TypeError);
    const ids = new Int32Array(text.length);
    const other = this.unknown === null ? undefined : this.ids.get(this.unknown);
    let length = 0;
    let position = 0;
    for (const character of text) {
      const id = this.ids.get(character) ?? other;
      if (id === undefined) {
        throw fault("encode", "characters of the vocabulary", `${describe(character)} at position ${position}`);
      }
      ids[length++] = id;
      position += character.length;
    }
    return ids.subarray(0, length);
  }

  /** The text of characters' numbers: a list, or an int32 tensor [N]. */
  decode(ids: Ids): string {
    return Array.from(idsOf("decode", ids), (id) => {
      const character = this.vocabulary[id];
      demand(character !== undefined, "decode", `numbers from 0 to ${this.size - 1}`, id);
      return character;
    }).join("");
  }

  /** What `JSON.stringify` writes. */
  toJSON(): CharTokenizerState {
    const { vocabulary, unknown } = this;
    return unknown === null ? { vocabulary } : { vocabulary, unknown };
  }

  /** A tokenizer of what `toJSON` gave, or of its text. */
  static fromJSON(json: string | CharTokenizerState): CharTokenizer {
    let state: unknown = json;
    try {
      if (typeof json === "string") state = JSON.parse(json);
    } catch (cause) {
      throw new RangeError(`fromJSON: expected the JSON of a CharTokenizer, got ${(cause as Error).message}`, {
        cause,
      });
    }
    const { vocabulary, unknown } = (state ?? {}) as Partial<CharTokenizerState>;
    const good = Array.isArray(vocabulary) && vocabulary.every((v) => typeof v === "string" && [...v].length === 1);
    demand(good && vocabulary.length > 0, "fromJSON", "the state of a CharTokenizer", json);
    const ids = idsBy(vocabulary);
    const known = ids.size === vocabulary.length && (unknown === undefined || ids.has(unknown));
    demand(known, "fromJSON", "a vocabulary of each character once, unknown among them", json);
    // in the order given, which numbers have been learnt by
    return Object.assign(tokenizer(vocabulary[0]!), { vocabulary: [...vocabulary], unknown: unknown ?? null, ids });
  }
}

/** Stands outside of the class: the bundler would call a class that names itself _CharTokenizer. */
const tokenizer = (text: string): CharTokenizer => new CharTokenizer(text);

const idsBy = (vocabulary: readonly string[]): ReadonlyMap<string, number> =>
  new Map(vocabulary.map((character, id) => [character, id]));

/** Numbers as an array to read. */
function idsOf(op: string, ids: unknown): ArrayLike<number> {
  if (ids instanceof Tensor) {
    if (ids.dtype !== "int32" || ids.rank !== 1) throw fault(op, "ids int32 [N]", `${ids.dtype} ${show(ids.shape)}`);
    return ids.data;
  }
  const list =
    Array.isArray(ids) || ids instanceof Int32Array || ids instanceof Uint8Array || ids instanceof Uint16Array;
  demand(list, op, "ids to be a list or an int32 tensor", ids, TypeError);
  return ids;
}

function expectId(op: string, id: number | undefined): number {
  if ((id! | 0) !== id) throw refusal(op, "ids to be integers", id, TypeError);
  return id;
}

/** The windows that begin at some places, and those one character on, both int32 [N, length]. */
function windowsAt(op: string, ids: ArrayLike<number>, starts: number[], length: number): [x: Tensor, y: Tensor] {
  const n = starts.length;
  const [x, y] = [new Int32Array(n * length), new Int32Array(n * length)];
  for (const [i, start] of starts.entries()) {
    for (let t = 0; t <= length; t++) {
      const id = expectId(op, ids[start + t]);
      if (t < length) x[i * length + t] = id;
      if (t > 0) y[i * length + t - 1] = id;
    }
  }
  // all is read by now: ids may lie in the core's memory, whose views end when a tensor makes it grow
  return [tensor(x, { shape: [n, length] }), tensor(y, { shape: [n, length] })];
}

/**
 * A dataset of windows to learn the next character from: `x` int32 [N, length], and `y` the same one character on. Windows
 * begin every `length` characters and both share one copy of the ids; what is left at the end is left out.
 *
 * @param length characters in a window.
 * @param options `stride`: characters from the start of a window to the next (default: `length`); another stride copies.
 * @throws RangeError if there are not `length + 1` characters.
 *
 * @example
 * ```ts
 * import { textWindows } from "sedge/data";
 * const { x, y } = textWindows([0, 1, 2, 3, 4, 5], 2);
 * x.toArray(); // => [[0,1],[2,3]]
 * y.toArray(); // => [[1,2],[3,4]]
 * ```
 */
export function textWindows(ids: Ids, length: number, options?: { stride?: number }): Dataset {
  const op = "textWindows";
  checkOptions(op, options, ["stride"]);
  const given = idsOf(op, ids);
  checkInt(op, "length", length, 1);
  const stride = checkInt(op, "stride", options?.stride ?? length, 1);
  demand(given.length > length, op, `at least ${length + 1} ids`, given.length);
  const n = Math.floor((given.length - 1 - length) / stride) + 1;
  return tidy(() => {
    if (stride === length) {
      const all = ids instanceof Tensor ? ids : tensor(Int32Array.from(given, (id) => expectId(op, id)));
      const from = (start: number): Tensor => reshape(slice(all, { start, stop: start + n * length }), [n, length]);
      return new Dataset(from(0), from(1));
    }
    const starts = Array.from({ length: n }, (_, i) => i * stride);
    return new Dataset(...windowsAt(op, given, starts, length));
  });
}

/**
 * A batch of windows at random places, from the seeded stream: `x` int32 [batchSize, length], and `y` the same one
 * character on. For training by steps rather than epochs, in a `tidy` a turn.
 *
 * @param options `length` of a window, `batchSize`.
 * @returns `[x, y]`.
 * @throws RangeError if there are not `length + 1` characters.
 * @see https://github.com/karpathy/nanoGPT/blob/master/train.py
 *
 * @example
 * ```ts
 * import { randomWindows } from "sedge/data";
 * const [x, y] = randomWindows([0, 1, 2, 3, 4, 5], { length: 3, batchSize: 2 });
 * x.shape; // => [2,3]
 * y.sub(x).toArray(); // => [[1,1,1],[1,1,1]]
 * ```
 */
export function randomWindows(ids: Ids, options: { length: number; batchSize: number }): [x: Tensor, y: Tensor] {
  const op = "randomWindows";
  checkOptions(op, options, ["length", "batchSize"]);
  const { length, batchSize } = options ?? {};
  checkInt(op, "length", length, 1);
  checkInt(op, "batchSize", batchSize, 1);
  const { length: n } = idsOf(op, ids);
  demand(n > length, op, `at least ${length + 1} ids`, n);
  return tidy(() => {
    const starts = Array.from(randint(0, n - length, [batchSize]).data);
    return windowsAt(op, ids instanceof Tensor ? ids.data : ids, starts, length); // read after the draw: it may grow memory
  });
}

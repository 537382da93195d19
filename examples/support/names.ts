// First names for the recipes that learn letters: those of a folder of data, or made-up ones of syllables. Also their
// alphabet, and how a letter is drawn from a model's scores.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { multinomial, rand, softmax, type Tensor, tidy } from "sedge";
import { CharTokenizer } from "sedge/data";

/** The letters as numbers from 1 on; 0, the full stop, stands for what is before a name and after it. */
export const letters = new CharTokenizer(".abcdefghijklmnopqrstuvwxyz");

/** Names to learn from, to choose by, and to measure on once. */
export interface Names {
  readonly train: readonly string[];
  readonly dev: readonly string[];
  readonly test: readonly string[];
}

/** The names of DIR/text in makemore's own split, or made-up ones: 80 %, 10 % and 10 %. */
export function loadNames(data: string | undefined): Names {
  if (data === undefined) return madeUpNames(8000);
  const [train, dev, test] = ["train", "dev", "test"].map((part) =>
    readFileSync(join(data, "text", `names-${part}.txt`), "utf8")
      .trim()
      .split("\n"),
  );
  return { train: train!, dev: dev!, test: test! };
}

const ONSETS = ["b", "ch", "d", "f", "g", "j", "k", "l", "l", "m", "m", "n", "n", "r", "r", "s", "sh", "t", "v", "z"];
const VOWELS = ["a", "a", "a", "e", "e", "i", "i", "o", "u", "ia"];
const ENDS = ["", "", "", "h", "l", "n", "n", "r", "s", "th"];

/** `count` different names of two or three syllables, the last of which may end in a consonant, from the seeded stream. */
export function madeUpNames(count: number): Names {
  const names = new Set<string>();
  while (names.size < count) {
    const draws = tidy(() => rand([8]).data.slice());
    const pick = (list: readonly string[], draw: number): string => list[Math.floor(draws[draw]! * list.length)]!;
    const syllable = (i: number): string => pick(ONSETS, 2 * i) + pick(VOWELS, 2 * i + 1);
    names.add(syllable(0) + syllable(1) + (draws[6]! < 0.4 ? syllable(2) : "") + pick(ENDS, 7));
  }
  const all = [...names];
  const [train, dev] = [0.8 * count, 0.9 * count].map(Math.round) as [number, number];
  return { train: all.slice(0, train), dev: all.slice(train, dev), test: all.slice(dev) };
}

/** A letter's number, drawn with the probabilities that scores [1, letters] give. */
export const drawLetter = (scores: Tensor): number => tidy(() => multinomial(softmax(scores), 1).item());

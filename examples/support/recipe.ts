// What a recipe is: a file of this folder's parent that exports `about` and `run`. scripts/example.ts runs it.

/** What `npm run example` passes on. */
export interface Settings {
  /** The folder of real data (fashion-mnist, text, tabular), or none: then a recipe makes its own. */
  readonly data: string | undefined;
  /** Whether to stay within a few seconds: less data, fewer steps. */
  readonly quick: boolean;
  /** What initialisation, dropout, shuffling and made data follow from. */
  readonly seed: number;
  /** The folder for pictures, plots and models; it exists. */
  readonly out: string;
}

/** What a recipe ends with. */
export interface Result {
  /** The last line that is shown: the measured result, such as `test accuracy 91.7 %`. */
  readonly summary: string;
  /** Measured figures by name, for docs/results.md and the tests. */
  readonly figures: Readonly<Record<string, number>>;
}

/** A recipe as a module. */
export interface Recipe {
  /** One sentence: what is trained on what. */
  readonly about: string;
  run(settings: Settings): Promise<Result>;
}

// What the recipes must reach: published figures, and comparisons within a run. Measured figures never stand here.

/** A bound on a figure of a recipe. */
export interface Target {
  readonly recipe: string;
  readonly figure: string;
  /** Whether the figure must be at most or at least the bound. */
  readonly must: "<=" | ">=";
  /** A number, or the name of another figure of the same run. */
  readonly bound: number | string;
  /** What was published, where that is not the bound itself. */
  readonly published?: number;
  /** What it learns from. Default: real data. */
  readonly data?: "made";
  /** Where the bound is from. */
  readonly source: string;
}

const MAKEMORE = "[makemore](https://github.com/karpathy/nn-zero-to-hero)";
const GERON = "[Hands-On Machine Learning, ch. 10](https://github.com/ageron/handson-ml3)";
const FASHION =
  "[Fashion-MNIST benchmark](https://github.com/zalandoresearch/fashion-mnist#benchmark), 2 Conv Layers with max pooling";
const ADDITION = "[Keras' addition_rnn](https://keras.io/examples/nlp/addition_rnn/), of symbols";

export const TARGETS: readonly Target[] = [
  {
    recipe: "gpt",
    figure: "validationLoss",
    must: "<=",
    bound: 1.88,
    source: "[nanoGPT](https://github.com/karpathy/nanoGPT#quick-start), on a CPU",
  },
  { recipe: "names-mlp", figure: "plainDev", must: "<=", bound: 2.18, published: 2.17, source: `${MAKEMORE}, part 2` },
  {
    recipe: "names-mlp",
    figure: "normalisedDev",
    must: "<=",
    bound: 2.12,
    published: 2.106,
    source: `${MAKEMORE}, part 3`,
  },
  { recipe: "fashion-mlp", figure: "testAccuracy", must: ">=", bound: 0.88, published: 0.884, source: GERON },
  { recipe: "cnn", figure: "testAccuracy", must: ">=", bound: 0.916, source: FASHION },
  { recipe: "cnn", figure: "parameters", must: "<=", bound: 100_000, source: "the size of a net in the same table" },
  {
    recipe: "addition",
    figure: "perSymbol",
    must: ">=",
    bound: 0.99,
    data: "made",
    source: ADDITION,
  },
  {
    recipe: "addition",
    figure: "epochsTo99",
    must: "<=",
    bound: 55,
    data: "made",
    source: ADDITION,
  },
  { recipe: "transfer", figure: "newHead", must: ">=", bound: "scratch", source: "the same budget from scratch" },
  ...["dropoutTestLoss", "l2TestLoss", "earlyStoppingTestLoss"].map(
    (figure) =>
      ({
        recipe: "regularisation",
        figure,
        must: "<=",
        bound: "noneTestLoss",
        source: "the same network without a cure",
      }) as const,
  ),
];

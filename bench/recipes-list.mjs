/**
 * The recipes that `npm run bench -- recipes` compares: the tutorial's own, and each choice beside it alone.
 *
 * `train` are the options of `train`; what depends on the number of iterations is a function of it.
 */
export const recipes = [
  { name: "tutorial", words: "the tutorial's recipe" },
  {
    name: "best-by-validation",
    words: "`--validate-every`: the best of 8 snapshots",
    train: (iterations) => ({ validateEvery: Math.ceil(iterations / 8) }),
  },
  {
    name: "early-stopping",
    words: "`--early-stopping`: ends after 5 of 20 tests without progress, keeps the best",
    train: { earlyStopping: true },
  },
  {
    name: "class-weights",
    words: "`--class-weights balanced` (no change: as many patches of each class)",
    train: { classWeights: "balanced" },
  },
  { name: "flips", words: "`--flips`", train: { flips: true } },
  { name: "stain-jitter", words: "`--stain-jitter 0.05`", train: { stainJitter: 0.05 } },
  { name: "stain-jitter-strong", words: "`--stain-jitter 0.2`", train: { stainJitter: 0.2 } },
  { name: "cosine", words: "`--schedule cosine`", train: { schedule: "cosine" } },
  { name: "one-cycle", words: "`--schedule one-cycle`", train: { schedule: "one-cycle" } },
  {
    name: "warm-up",
    words: "`--warm-up`: a tenth of the iterations",
    train: (iterations) => ({ warmUp: Math.ceil(iterations / 10) }),
  },
  { name: "dropout", words: "`--network dropout`", train: { network: "dropout" } },
  { name: "batch-norm", words: "`--network batch-norm`", train: { network: "batch-norm" } },
  { name: "no-padding", words: "`--network no-padding`", train: { network: "no-padding" } },
  { name: "rate-3", words: "`--learning-rate 0.003`", train: { learningRate: 0.003 } },
  {
    name: "batch-norm-rate-3",
    words: "`--network batch-norm --learning-rate 0.003`",
    train: { network: "batch-norm", learningRate: 0.003 },
  },
  {
    name: "batch-norm-early-stopping",
    words: "`--network batch-norm --early-stopping`",
    train: { network: "batch-norm", earlyStopping: true },
  },
  {
    name: "batch-norm-one-cycle",
    words: "`--network batch-norm --schedule one-cycle --learning-rate 0.003`",
    train: { network: "batch-norm", schedule: "one-cycle", learningRate: 0.003 },
  },
  {
    name: "batch-norm-flips",
    words: "`--network batch-norm --flips`",
    train: { network: "batch-norm", flips: true },
  },
  {
    name: "batch-norm-stain-jitter",
    words: "`--network batch-norm --stain-jitter 0.05`",
    train: { network: "batch-norm", stainJitter: 0.05 },
  },
  {
    name: "batch-norm-cosine",
    words: "`--network batch-norm --schedule cosine`",
    train: { network: "batch-norm", schedule: "cosine" },
  },
];

/**
 * What `npm run bench -- accuracy` compares: the tutorial's recipe at the standard preset, the one that validation
 * patients of short trainings have chosen (`bench -- recipes`), and one choice changed at a time.
 *
 * `mean` says what is subtracted from every patch in the place of the mean image.
 */
export const accuracyRecipes = [
  { name: "tutorial", words: "the tutorial's recipe", seeds: 3 },
  {
    name: "batch-norm",
    words: "`--network batch-norm`, chosen in short trainings",
    seeds: 3,
    train: { network: "batch-norm" },
  },
  { name: "mean-colour", words: "the mean image's average colour subtracted", seeds: 1, mean: "colour" },
  { name: "no-mean", words: "nothing subtracted", seeds: 1, mean: "nothing" },
  { name: "no-padding", words: "`--network no-padding`", seeds: 1, train: { network: "no-padding" } },
  { name: "stain-jitter", words: "`--stain-jitter 0.05`", seeds: 1, train: { stainJitter: 0.05 } },
];

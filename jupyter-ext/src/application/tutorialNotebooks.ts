/** The tutorial's notebooks: one to begin with, then one a step. */
export const tutorialNotebooks = [
  "0-start-here.ipynb",
  "1-patch-extraction.ipynb",
  "2-cross-validation.ipynb",
  "3-databases.ipynb",
  "4-training.ipynb",
  "5-output.ipynb",
] as const;

/** A notebook's file name; its number is the tutorial's step. */
export type TutorialNotebook = (typeof tutorialNotebooks)[number];

import { HistobookError } from "../foundation/index.js";
import type { Study } from "../study/index.js";
import { findRed, measureTheMean, meetInABatch } from "./databases.js";
import { exerciseOf, type Exercise, type ExercisePlan } from "./exercise.js";
import { findTheLeak, findTheLuckyFold, nameTheChooser } from "./folds.js";
import { breakTheMagnification, chooseWithoutPeeking, countTheWindows } from "./output.js";
import { guessTheBalance, lookIntoTheRing, readAName } from "./patches.js";
import { countTheStrangers, guessTheShare, tellPatchesApart } from "./start.js";
import { countTheRounds, priceOfBoasting, seeWithoutPooling } from "./training.js";

/** The library's exercises by name, three a notebook, and what answers each. */
export interface ExerciseAnswers {
  /** Notebook 0: the numbers of patches that have epithelium in their middle. */
  "tell the patches apart": readonly number[];
  /** Notebook 0: how many percent of an image are epithelium. */
  "guess the share": number;
  /** Notebook 0: how many patients have taught a network nothing. */
  "count the strangers": number;
  /** Notebook 1: how many percent of all pixels are epithelium. */
  "guess the class balance": number;
  /** Notebook 1: how many percent of an edge patch are epithelium. */
  "look into the ring": number;
  /** Notebook 1: the image from which a patch was cut. */
  "read a patch's name": string;
  /** Notebook 2: the split that tears a patient apart. */
  "find the leaking split": number;
  /** Notebook 2: the fold whose test patients have the most epithelium. */
  "find the lucky fold": number;
  /** Notebook 2: a patient on whom the threshold may be chosen. */
  "name who may choose": string;
  /** Notebook 3: the square with the colours in Caffe's order. */
  "find red in the mean image": string;
  /** Notebook 3: how many patients' patches are in one batch. */
  "meet in a batch": number;
  /** Notebook 3: by how many grey levels a mean image varies. */
  "measure the mean image": number;
  /** Notebook 4: how many pixels a value sees without a pooling. */
  "see without pooling": number;
  /** Notebook 4: the loss of being sure of everything. */
  "price the boaster": number;
  /** Notebook 4: how often the training has seen each patch. */
  "count the rounds": number;
  /** Notebook 5: the threshold that may be reported. */
  "choose without peeking": number;
  /** Notebook 5: the F-score at the wrong magnification. */
  "break the magnification": number;
  /** Notebook 5: how many windows are classified. */
  "count the windows": number;
}

/** The name of one of the library's exercises. */
export type ExerciseName = keyof ExerciseAnswers;

const catalogue: { [Name in ExerciseName]: (study: Study) => Exercise<ExerciseAnswers[Name]> } = {
  "tell the patches apart": tellPatchesApart,
  "guess the share": guessTheShare,
  "count the strangers": countTheStrangers,
  "guess the class balance": guessTheBalance,
  "look into the ring": lookIntoTheRing,
  "read a patch's name": readAName,
  "find the leaking split": findTheLeak,
  "find the lucky fold": findTheLuckyFold,
  "name who may choose": nameTheChooser,
  "find red in the mean image": findRed,
  "meet in a batch": meetInABatch,
  "measure the mean image": measureTheMean,
  "see without pooling": seeWithoutPooling,
  "price the boaster": priceOfBoasting,
  "count the rounds": countTheRounds,
  "choose without peeking": chooseWithoutPeeking,
  "break the magnification": breakTheMagnification,
  "count the windows": countTheWindows,
};

/** The names of the library's exercises, in the order of the notebooks. */
export const exerciseNames = Object.keys(catalogue) as ExerciseName[];

/**
 * A question about the reader's own study that checks its answer: predict first, then find out. `ask()` shows it, `answer(…)`
 * judges, `hint()` helps a little at a time, `reveal()` tells. What each gives is for `display`.
 *
 * One of the library's is taken by its name (`ExerciseAnswers` lists them); a teacher's own is a plan: the question, the
 * form of an answer, hints, how the truth is worked out of the study, and what is said of an answer.
 *
 * @throws HistobookError `BadOption` when there is no exercise of that name.
 * @example
 * const leak = exercise("find the leaking split", study);
 * String((await leak.ask()).data["text/plain"]).split("\n")[0]; // => "Exercise: find the leaking split"
 * (await leak.answer()).right; // => null
 * @example
 * const images = exercise(
 *   {
 *     title: "count the images",
 *     question: "How many images has your study?",
 *     form: numberAnswer("a number of images"),
 *     hints: ["Look into images/, and leave the masks out."],
 *     truth: ({ cases }) => cases.length,
 *     judge: (answer, count) => ({
 *       right: answer === count,
 *       words: answer === count ? "One mask each." : "Masks are no images.",
 *     }),
 *     solution: (count) => `${count} images.`,
 *   },
 *   study,
 * );
 * (await images.answer(20)).right; // => true
 */
export function exercise<Name extends ExerciseName>(
  name: Name,
  study: Study,
): Exercise<ExerciseAnswers[Name]>;
export function exercise<Answer, Truth>(plan: ExercisePlan<Answer, Truth>, study: Study): Exercise<Answer>;
export function exercise<Answer, Truth>(
  which: ExerciseName | ExercisePlan<Answer, Truth>,
  study: Study,
): Exercise<never> | Exercise<Answer> {
  if (typeof which !== "string") return exerciseOf(which, study);
  if (Object.hasOwn(catalogue, which)) return catalogue[which](study);
  throw new HistobookError("BadOption", {
    subject: "exercise",
    found: `'${String(which)}'`,
    expected: `one of ${exerciseNames.map((name) => `'${name}'`).join(", ")}`,
    fix: "correct the name",
  });
}

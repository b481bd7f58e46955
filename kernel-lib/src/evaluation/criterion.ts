import { choiceOption, HistobookError, numberOption } from "../foundation/index.js";
import type { PixelCounts } from "./counts.js";
import { countsAt, type LevelCounts } from "./levels.js";
import { ratio, scoresOf } from "./scores.js";

/** By what a threshold is chosen. */
export type ThresholdCriterion = "f-score" | "accuracy" | "youden" | "precision" | "recall";

/** All of them, in the order of the help. */
export const thresholdCriteria: readonly ThresholdCriterion[] = [
  "f-score",
  "accuracy",
  "youden",
  "precision",
  "recall",
];

/** What a threshold shall be good for. */
export interface CriterionOptions {
  /**
   * What shall be as high as it can be; default `f-score`. `youden` is recall + specificity - 1 (Youden 1950). `precision` is
   * the highest precision with a recall of `atLeast`, `recall` the highest recall with a precision of `atLeast`.
   */
  choose?: ThresholdCriterion;
  /** The floor for the other one of precision and recall, [0,1]; for these two alone, which need it. */
  atLeast?: number;
}

/** A criterion that was checked. */
export interface Criterion {
  choose: ThresholdCriterion;
  atLeast: number | null;
}

/** A threshold, and how good it is by its criterion. */
export interface RatedThreshold {
  /** Probability, [0,1]. */
  value: number;
  score: number;
}

/**
 * Checks the options of a criterion.
 *
 * @throws HistobookError `BadOption`.
 */
export function criterionOf({ choose = "f-score", atLeast }: CriterionOptions): Criterion {
  choiceOption("--choose", choose, thresholdCriteria);
  const other = flooredBy(choose);
  if (other === null && atLeast === undefined) return { choose, atLeast: null };
  if (other !== null && atLeast !== undefined)
    return { choose, atLeast: numberOption("--at-least", atLeast, { minimum: 0, maximum: 1 }) };
  throw new HistobookError("BadOption", {
    subject: "--at-least",
    found: other === null ? `${atLeast} with '${choose}'` : `no value with '${choose}'`,
    expected:
      other === null
        ? "a floor with 'precision' or 'recall' alone"
        : `the lowest ${other} that will do, 0 to 1`,
    fix: other === null ? "leave it out" : `add --at-least 0.9, say`,
  });
}

/** A criterion in words, e.g. "highest recall with a precision of at least 0.9". */
export function criterionWords({ choose, atLeast }: Criterion): string {
  const words: Record<ThresholdCriterion, string> = {
    "f-score": "highest F-score",
    accuracy: "highest accuracy",
    youden: "highest Youden index (recall + specificity - 1)",
    precision: `highest precision with a recall of at least ${atLeast}`,
    recall: `highest recall with a precision of at least ${atLeast}`,
  };
  return words[choose];
}

/** How good calls are by a criterion, without its floor; 0 where that is not defined. */
export function criterionScore({ choose }: Criterion, counts: PixelCounts): number {
  const scores = scoresOf(counts);
  if (choose === "youden") {
    const specificity = ratio(counts.trueNegatives, counts.trueNegatives + counts.falsePositives);
    return (scores.recall ?? 0) + (specificity ?? 0) - 1;
  }
  return scores[choose === "f-score" ? "fScore" : choose] ?? 0;
}

/**
 * The best by a criterion of the 256 thresholds that a `_prob.png` can tell apart.
 *
 * Of several equally good ones the nearest to 0.5 wins, the lower of two. It is no part of the public library: a threshold is
 * chosen by `selectThreshold`, which takes validation maps alone.
 *
 * @returns undefined when no threshold reaches the floor
 */
export function bestThreshold(levels: LevelCounts, criterion: Criterion): RatedThreshold | undefined {
  let best: RatedThreshold | undefined;
  for (let level = 255; level >= 0; level--) {
    const value = level / 255;
    const counts = countsAt(levels, value);
    if (!reachesFloor(criterion, counts)) continue;
    const score = criterionScore(criterion, counts);
    const nearer = best === undefined || Math.abs(value - 0.5) <= Math.abs(best.value - 0.5);
    if (best === undefined || score > best.score || (score === best.score && nearer)) best = { value, score };
  }
  return best;
}

/** The floor of a criterion applies to this one of the scores. */
export function flooredBy(choose: ThresholdCriterion): "precision" | "recall" | null {
  return choose === "precision" ? "recall" : choose === "recall" ? "precision" : null;
}

function reachesFloor({ choose, atLeast }: Criterion, counts: PixelCounts): boolean {
  const other = flooredBy(choose);
  if (other === null || atLeast === null) return true;
  const found = scoresOf(counts)[other];
  return found !== null && found >= atLeast;
}

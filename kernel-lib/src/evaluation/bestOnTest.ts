import { criterionScore, bestThreshold, type Criterion } from "./criterion.js";
import { addCounts } from "./counts.js";
import { countsAt, type LevelCounts } from "./levels.js";

/** What a fold's chosen threshold cost against the best one for its test patients. */
export interface FoldCost {
  fold: number;
  /** The best threshold for the test patients, [0,1]; null where none reaches the criterion's floor on them. */
  value: number | null;
  /** By the criterion, on the test patients: at that threshold, and at the chosen one. */
  score: number | null;
  atChosen: number;
  /** `score` minus `atChosen`; null where there is no best one. */
  cost: number | null;
}

/** What choosing thresholds without the test patients cost; no result, only what could not have been had. */
export interface ThresholdCost {
  criterion: Criterion;
  folds: FoldCost[];
  /** Over all pixels, each fold at its own threshold. */
  pooled: Omit<FoldCost, "fold" | "value">;
}

/**
 * Finds out what the chosen thresholds cost against the best for the test patients, after everything else is done and for the
 * report alone.
 */
export function thresholdCost(
  folds: readonly { fold: number; threshold: number; levels: LevelCounts }[],
  criterion: Criterion,
): ThresholdCost {
  const found = folds.map(({ fold, threshold, levels }) => {
    const best = bestThreshold(levels, criterion);
    const chosen = countsAt(levels, threshold);
    const atBest = best && countsAt(levels, best.value);
    return { fold, value: best?.value ?? null, chosen, atBest };
  });
  const compare = (chosen: typeof found): Omit<FoldCost, "fold" | "value"> => {
    const atChosen = criterionScore(criterion, addCounts(chosen.map((one) => one.chosen)));
    const best = chosen.map(({ atBest }) => atBest).filter((counts) => counts !== undefined);
    if (best.length < chosen.length) return { score: null, atChosen, cost: null };
    const score = criterionScore(criterion, addCounts(best));
    return { score, atChosen, cost: score - atChosen };
  };
  return {
    criterion,
    folds: found.map((one) => ({ fold: one.fold, value: one.value, ...compare([one]) })),
    pooled: compare(found),
  };
}

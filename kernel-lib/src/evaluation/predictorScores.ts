import { applyThreshold } from "../output/index.js";
import {
  addBoundaries,
  boundaryCounts,
  boundaryFScore,
  boundaryTolerances,
  type BoundaryCounts,
} from "./boundary.js";
import { calibrationError } from "./calibration.js";
import { addCounts, countPixels, type PixelCounts } from "./counts.js";
import { addLevels, countLevels, pixelsOf, type LevelCounts } from "./levels.js";
import type { MappedImage } from "./mappedImages.js";
import { averagePrecision, rocAuc } from "./ranking.js";
import { averageScores, ratio, scoresOf, type Scores } from "./scores.js";

/** All figures of a predictor, [0,1]; null where one is not defined. */
export interface PredictorScores extends Scores {
  /** Area under the ROC curve; does not depend on the threshold. */
  rocAuc: number | null;
  /** Does not depend on the threshold. */
  averagePrecision: number | null;
  /** Expected calibration error, 0 at best; does not depend on the threshold. */
  calibrationError: number | null;
  /** F-score of the boundary's pixels that are met exactly, and within 1, 2 and 3 working pixels. */
  boundaryF0: number | null;
  boundaryF1: number | null;
  boundaryF2: number | null;
  boundaryF3: number | null;
}

/** A figure's name. */
export type FigureName = keyof PredictorScores;

/** Each figure in words, in the order in which they are shown. */
export const figureWords: Readonly<Record<FigureName, string>> = {
  fScore: "F-score",
  accuracy: "accuracy",
  precision: "precision",
  recall: "recall",
  iou: "IoU",
  rocAuc: "ROC AUC",
  averagePrecision: "average precision",
  calibrationError: "calibration error",
  boundaryF0: "boundary F at 0 px",
  boundaryF1: "boundary F at 1 px",
  boundaryF2: "boundary F at 2 px",
  boundaryF3: "boundary F at 3 px",
};

/** All figures' names, in the order in which they are shown. */
export const figureNames = Object.keys(figureWords) as FigureName[];

/** The network at the chosen threshold and at 0.5, beside the two predictors that look at nothing. */
export interface ScoreSet {
  atThreshold: PredictorScores;
  atHalf: PredictorScores;
  /** Calls every pixel epithelium, with probability 1. */
  allEpithelium: PredictorScores;
  /** Calls no pixel epithelium: probability 0. */
  allOther: PredictorScores;
}

/** A predictor's name. */
export type PredictorName = keyof ScoreSet;

/** Each predictor in words, in the order in which they are shown. */
export const predictorWords: Readonly<Record<PredictorName, string>> = {
  atThreshold: "at the chosen threshold",
  atHalf: "at 0.5",
  allEpithelium: "calling everything epithelium",
  allOther: "calling nothing epithelium",
};

/** All predictors' names, in the order in which they are shown. */
export const predictorNames = Object.keys(predictorWords) as PredictorName[];

/** What a threshold called, compared with the masks. */
export interface Calls {
  counts: PixelCounts;
  /** One for each of `boundaryTolerances`. */
  boundary: BoundaryCounts[];
}

/** What all figures of an image, a patient or many of them follow from; it adds up. */
export interface Evidence {
  levels: LevelCounts;
  atThreshold: Calls;
  atHalf: Calls;
}

/** Counts an image's map against its mask. */
export function evidenceOf({ levels, mask, width }: MappedImage, threshold: number): Evidence {
  const calls = (value: number): Calls => {
    const called = applyThreshold({ levels }, value);
    return { counts: countPixels(called, mask), boundary: boundaryCounts(called, mask, width) };
  };
  return { levels: countLevels(levels, mask), atThreshold: calls(threshold), atHalf: calls(0.5) };
}

/** Adds up the evidence of several images: what "pooled" figures are made of. */
export function addEvidence(all: readonly Evidence[]): Evidence {
  const calls = (name: "atThreshold" | "atHalf"): Calls => ({
    counts: addCounts(all.map((one) => one[name].counts)),
    boundary: boundaryTolerances.map((_, i) => addBoundaries(all.map((one) => one[name].boundary[i]))),
  });
  return {
    levels: addLevels(all.map(({ levels }) => levels)),
    atThreshold: calls("atThreshold"),
    atHalf: calls("atHalf"),
  };
}

/** Works out every predictor's figures. */
export function scoreSetOf({ levels, atThreshold, atHalf }: Evidence): ScoreSet {
  const map = levelFigures(levels);
  const { epithelium, other } = pixelsOf(levels);
  const share = ratio(epithelium, epithelium + other);
  // What calls all pixels the same has no boundary.
  const boundary = atHalf.boundary.map(({ mask }) => ({ predicted: 0, predictedMet: 0, mask, maskMet: 0 }));
  // Of one level everywhere the figures are known; a bootstrap asks for them thousands of times.
  const constant = (called: 0 | 1): PredictorScores => ({
    ...callFigures({
      counts: {
        truePositives: called * epithelium,
        falsePositives: called * other,
        falseNegatives: (1 - called) * epithelium,
        trueNegatives: (1 - called) * other,
      },
      boundary,
    }),
    rocAuc: epithelium === 0 || other === 0 ? null : 0.5,
    averagePrecision: epithelium === 0 ? null : share,
    calibrationError: share === null ? null : Math.abs(called - share),
  });
  return {
    atThreshold: { ...callFigures(atThreshold), ...map },
    atHalf: { ...callFigures(atHalf), ...map },
    allEpithelium: constant(1),
    allOther: constant(0),
  };
}

/** The mean of several score sets, each counting once; undefined figures are left out. */
export function averageScoreSets(all: readonly ScoreSet[]): ScoreSet {
  const average = (name: PredictorName): PredictorScores =>
    averageScores<FigureName>(
      all.map((scores) => scores[name]),
      figureNames,
    );
  return {
    atThreshold: average("atThreshold"),
    atHalf: average("atHalf"),
    allEpithelium: average("allEpithelium"),
    allOther: average("allOther"),
  };
}

/** The share of pixels that are epithelium in truth, [0,1]; null without pixels. */
export function epitheliumShare(levels: LevelCounts): number | null {
  const { epithelium, other } = pixelsOf(levels);
  return ratio(epithelium, epithelium + other);
}

type LevelFigure = "rocAuc" | "averagePrecision" | "calibrationError";

function levelFigures(levels: LevelCounts): Pick<PredictorScores, LevelFigure> {
  return {
    rocAuc: rocAuc(levels),
    averagePrecision: averagePrecision(levels),
    calibrationError: calibrationError(levels),
  };
}

function callFigures({ counts, boundary }: Calls): Omit<PredictorScores, LevelFigure> {
  const [boundaryF0, boundaryF1, boundaryF2, boundaryF3] = boundary.map(boundaryFScore);
  return { ...scoresOf(counts), boundaryF0, boundaryF1, boundaryF2, boundaryF3 };
}

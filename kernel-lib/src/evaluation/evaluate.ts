import { setImmediate as nextTurn } from "node:timers/promises";
import {
  cellSignal,
  messageOf,
  numberOption,
  stopIfAborted,
  topicOf,
  type Skipped,
} from "../foundation/index.js";
import { readManifest, recordedIn, type Study } from "../study/index.js";
import { thresholdCost, type ThresholdCost } from "./bestOnTest.js";
import { calibration, type CalibrationBin } from "./calibration.js";
import { chooseThreshold, type ThresholdOptions } from "./chosenThreshold.js";
import type { PixelCounts } from "./counts.js";
import { criterionOf, type Criterion } from "./criterion.js";
import { refuseExploratory, type ExploratoryThreshold } from "./exploratory.js";
import type { IntervalOptions } from "./intervals.js";
import type { LevelCounts } from "./levels.js";
import { foldsWithMaps, mappedCases, readMappedImage } from "./mappedImages.js";
import {
  addEvidence,
  averageScoreSets,
  epitheliumShare,
  evidenceOf,
  scoreSetOf,
  type Evidence,
  type ScoreSet,
} from "./predictorScores.js";
import { scoreIntervals, type ScoreIntervals } from "./scoreIntervals.js";

/** The options of `evaluate`. */
export interface EvaluateOptions extends ThresholdOptions, IntervalOptions {
  /**
   * A probability, [0,1], that was fixed beforehand, or `auto` (default): each fold's own, chosen on its validation patients.
   * One that was set by hand in a map (`showMap(…).chosen`) or by `histobook threshold --value` is refused.
   */
  threshold?: number | "auto" | ExploratoryThreshold;
  fold?: number;
}

/** An image, patient or fold with its figures; a patient's and a fold's are pooled over its pixels. */
export interface ScoredItem extends ScoreSet {
  name: string;
  fold: number;
  patient: string | null;
  threshold: number;
  pixels: number;
  /** The share of its pixels that are epithelium in truth, [0,1]. */
  epithelium: number | null;
}

/** A test patient, with what other questions than `evaluate`'s own can be answered from. */
export interface ScoredPatient extends ScoredItem {
  /** Hits and misses at the threshold. */
  counts: PixelCounts;
  /** All of the patient's pixels. */
  levels: LevelCounts;
}

/** The figures of several patients, with their 95 % intervals (see `patientIntervals`). */
export interface ScoredPatients extends ScoreSet {
  intervals: ScoreIntervals;
}

/** Where a fold's threshold comes from. */
export interface ThresholdSource {
  fold: number;
  value: number;
  /**
   * `validation`: chosen on validation patients; `inner folds`: on training patients, each mapped by an inner fold's network
   * that has not seen it; `given`: a number that was fixed beforehand.
   */
  origin: "validation" | "inner folds" | "given";
  /** Those on whom it was chosen. */
  patients: string[];
}

/** How well held-out patients were segmented. */
export interface Evaluation {
  images: ScoredItem[];
  patients: ScoredPatient[];
  folds: (ScoredItem & ScoredPatients)[];
  /** Over all pixels of all test patients. */
  pooled: ScoredPatients;
  /** The mean over patients, each counting once. */
  averaged: ScoredPatients;
  /** Over all pixels of all test patients: how far probabilities can be believed. */
  calibration: CalibrationBin[];
  thresholds: ThresholdSource[];
  /** By what thresholds were chosen. */
  criterion: Criterion;
  /** What the thresholds cost against the best for the test patients, which nobody could have known. */
  bestOnTest: ThresholdCost;
  /** How often patients were drawn for the intervals, and with which seed. */
  repeats: number;
  seed: number;
  /** Where the maps or their networks were computed, when any of them comes from a recording. */
  recorded?: string;
  skipped: Skipped[];
}

/**
 * Compares step 5's pictures with the pathologist's masks: F-score, accuracy, precision, recall, IoU, areas under the curves,
 * calibration and boundaries of every image, patient and fold, pooled and averaged, with 95 % intervals and beside what a
 * predictor reaches that looks at nothing. Each figure is defined in docs/evaluation.md.
 *
 * @throws HistobookError `MissingStep` without pictures or, for `auto`, without validation patients; `BadOption`, `Interrupted`.
 */
export async function evaluate(study: Study, options: EvaluateOptions = {}): Promise<Evaluation> {
  const { threshold = "auto", seed = 1, repeats = 1000, report, signal = cellSignal() } = options;
  if (typeof threshold === "number") numberOption("--threshold", threshold, { minimum: 0, maximum: 1 });
  const criterion = criterionOf(options);
  const wanted = foldsWithMaps(study, options.fold);
  if (threshold !== "auto") refuseExploratory(study.directory, wanted, threshold);
  const thresholds: ThresholdSource[] = [];
  const counted: CountedImage[] = [];
  const skipped: Skipped[] = [];
  const total = wanted.reduce((sum, fold) => sum + mappedCases(study, fold).length, 0);
  for (const fold of wanted) {
    const source = await thresholdOf(study, fold, threshold as number | "auto", options);
    thresholds.push(source);
    for (const [one, path] of mappedCases(study, fold)) {
      stopIfAborted(signal, "evaluate");
      try {
        const evidence = evidenceOf(await readMappedImage(study, one, path), source.value);
        counted.push({ name: one.name, patient: one.patient, fold, threshold: source.value, evidence });
      } catch (error) {
        skipped.push({ file: one.imagePath, reason: messageOf(error), topic: topicOf(error) });
      }
      const done = counted.length + skipped.length;
      report?.({ event: "progress", step: "evaluate", done, total, unit: "images", detail: `fold ${fold}` });
    }
  }
  const patients = groupBy(counted, ({ fold, patient }) => `${fold} ${patient}`).map(pooledGroup);
  const folds = groupBy(patients, ({ fold }) => String(fold)).map(pooledGroup);
  const intervals = async (
    of: CountedImage[],
    combine: (drawn: Evidence[]) => ScoreSet,
  ): Promise<ScoreIntervals> => {
    // Up to a second each: an interrupt is heard between them.
    await nextTurn();
    stopIfAborted(signal, "evaluate");
    const evidence = of.map((patient) => patient.evidence);
    return scoreIntervals(evidence, combine, { seed, repeats });
  };
  const pool = (drawn: Evidence[]): ScoreSet => scoreSetOf(addEvidence(drawn));
  const average = averaging();
  const all = addEvidence(patients.map(({ evidence }) => evidence));
  const scoredFolds: Evaluation["folds"] = [];
  for (const group of folds) {
    const members = patients.filter(({ fold }) => fold === group.fold);
    const scored = { ...scoredItem(group, `fold ${group.fold}`), patient: null };
    scoredFolds.push({ ...scored, intervals: await intervals(members, pool) });
  }
  const manifest = readManifest(study.directory);
  const recorded = wanted.map((fold) => recordedIn(manifest, fold)).find((words) => words !== undefined);
  return {
    ...(recorded !== undefined && { recorded }),
    images: counted.map((image) => scoredItem(image, image.name)),
    patients: patients.map((group): ScoredPatient => ({
      ...scoredItem(group, group.patient),
      counts: group.evidence.atThreshold.counts,
      levels: group.evidence.levels,
    })),
    folds: scoredFolds,
    pooled: { ...scoreSetOf(all), intervals: await intervals(patients, pool) },
    averaged: {
      ...average(patients.map(({ evidence }) => evidence)),
      intervals: await intervals(patients, average),
    },
    calibration: calibration(all.levels),
    thresholds,
    criterion,
    bestOnTest: thresholdCost(
      folds.map(({ fold, threshold: value, evidence: { levels } }) => ({ fold, threshold: value, levels })),
      criterion,
    ),
    repeats,
    seed,
    skipped,
  };
}

/** An image, or what several have together. */
interface CountedImage {
  name: string;
  patient: string;
  fold: number;
  threshold: number;
  evidence: Evidence;
}

async function thresholdOf(
  study: Study,
  fold: number,
  threshold: number | "auto",
  options: EvaluateOptions,
): Promise<ThresholdSource> {
  if (threshold !== "auto") return { fold, value: threshold, origin: "given", patients: [] };
  const { value, patients, origin = "validation" } = await chooseThreshold(study, fold, options);
  return { fold, value, origin, patients };
}

function scoredItem(group: CountedImage, name: string): ScoredItem {
  const { fold, patient, threshold, evidence } = group;
  const { truePositives, falsePositives, falseNegatives, trueNegatives } = evidence.atHalf.counts;
  return {
    name,
    fold,
    patient,
    threshold,
    pixels: truePositives + falsePositives + falseNegatives + trueNegatives,
    epithelium: epitheliumShare(evidence.levels),
    ...scoreSetOf(evidence),
  };
}

function pooledGroup(group: CountedImage[]): CountedImage {
  return { ...group[0], evidence: addEvidence(group.map(({ evidence }) => evidence)) };
}

/** Averages patients; a patient that is drawn again is not worked out again. */
function averaging(): (drawn: Evidence[]) => ScoreSet {
  const known = new Map<Evidence, ScoreSet>();
  const scoresOf = (evidence: Evidence): ScoreSet => {
    const scores = known.get(evidence) ?? scoreSetOf(evidence);
    known.set(evidence, scores);
    return scores;
  };
  return (drawn) => averageScoreSets(drawn.map(scoresOf));
}

function groupBy<Item>(items: Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

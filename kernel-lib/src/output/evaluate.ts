import { join } from "node:path";
import { HistobookError, messageOf, numberOption, type Skipped } from "../foundation/index.js";
import { imageSize, pictureName, readManifest, readMask, type Case, type Study } from "../study/index.js";
import { chooseThreshold, type ThresholdOptions } from "./chosenThreshold.js";
import { addLevels, countLevels, countsAt, type LevelCounts } from "./levels.js";
import { addCounts, averageScores, scoresOf, type PixelCounts, type Scores } from "./metrics.js";
import { readProbabilityPicture } from "./pictures.js";
import { foldsWithMaps } from "./threshold.js";

/** The options of `evaluate`. */
export interface EvaluateOptions extends ThresholdOptions {
  /** A probability, [0,1], or `auto` (default): each fold's own, chosen on its validation patients. */
  threshold?: number | "auto";
  fold?: number;
}

/** Scores at 0.5, at the chosen threshold, and of a predictor that calls every pixel epithelium. */
export interface ScoreSet {
  atHalf: Scores;
  atThreshold: Scores;
  allEpithelium: Scores;
}

/** An image, patient or fold with its scores; a patient's and a fold's are pooled over its pixels. */
export interface ScoredItem extends ScoreSet {
  name: string;
  fold: number;
  patient: string | null;
  threshold: number;
}

/** A test patient, with what other questions than `evaluate`'s own can be answered from. */
export interface ScoredPatient extends ScoredItem {
  /** Hits and misses at the threshold. */
  counts: PixelCounts;
  /** All of the patient's pixels. */
  levels: LevelCounts;
}

/** How well held-out patients were segmented. */
export interface Evaluation {
  images: ScoredItem[];
  patients: ScoredPatient[];
  folds: ScoredItem[];
  /** Over all pixels of all test patients. */
  pooled: ScoreSet;
  /** The mean over patients, each counting once. */
  averaged: ScoreSet;
  skipped: Skipped[];
}

/**
 * Compares step 5's pictures with the pathologist's masks: F-score, accuracy, precision, recall and IoU of every
 * image, patient and fold, pooled and averaged.
 *
 * @throws HistobookError `MissingStep` without pictures or, for `auto`, without validation patients; `BadOption`.
 */
export async function evaluate(study: Study, options: EvaluateOptions = {}): Promise<Evaluation> {
  const { threshold = "auto" } = options;
  if (threshold !== "auto") numberOption("--threshold", threshold, { minimum: 0, maximum: 1 });
  const counted: CountedImage[] = [];
  const skipped: Skipped[] = [];
  for (const fold of foldsWithMaps(study, options.fold)) {
    const value = threshold === "auto" ? (await chooseThreshold(study, fold, options)).value : threshold;
    for (const [one, path] of mappedCases(study, fold)) {
      try {
        counted.push({
          name: one.name,
          patient: one.patient,
          fold,
          threshold: value,
          ...countsOf(await imageLevels(study, one, path), value),
        });
      } catch (error) {
        skipped.push({ file: one.imagePath, reason: messageOf(error) });
      }
    }
  }
  const images = counted.map((image): ScoredItem => ({
    ...identity(image, image.name),
    ...pooledScores([image]),
  }));
  const patients = groupBy(counted, ({ fold, patient }) => `${fold} ${patient}`).map(
    (group): ScoredPatient => ({
      ...identity(group[0], group[0].patient),
      ...pooledScores(group),
      counts: addCounts(group.map(({ atThreshold }) => atThreshold)),
      levels: addLevels(group.map(({ levels }) => levels)),
    }),
  );
  const folds = groupBy(counted, ({ fold }) => String(fold)).map((group): ScoredItem => ({
    ...identity(group[0], `fold ${group[0].fold}`),
    patient: null,
    ...pooledScores(group),
  }));
  return {
    images,
    patients,
    folds,
    pooled: pooledScores(counted),
    averaged: averagedScores(patients),
    skipped,
  };
}

interface ImageCounts {
  atHalf: PixelCounts;
  atThreshold: PixelCounts;
  allEpithelium: PixelCounts;
  levels: LevelCounts;
}

interface CountedImage extends ImageCounts {
  name: string;
  patient: string;
  fold: number;
  threshold: number;
}

async function imageLevels(study: Study, one: Case, path: string): Promise<LevelCounts> {
  if (one.maskPath === null) throw mismatch(one.imagePath, "no mask", `${one.name}_mask.png`, "add the mask");
  const stored = readProbabilityPicture(path);
  const size = await imageSize(one.imagePath);
  const mask = await readMask(one.maskPath, stored.width / size.width, { size });
  if (mask.width !== stored.width || mask.height !== stored.height) {
    const found = `a picture of ${stored.width} x ${stored.height} pixels`;
    const expected = `the image's working size, ${mask.width} x ${mask.height}`;
    throw mismatch(path, found, expected, `run 'histobook output ${study.directory}' again`);
  }
  return countLevels(stored.levels, mask.data);
}

function countsOf(levels: LevelCounts, threshold: number): ImageCounts {
  return {
    atHalf: countsAt(levels, 0.5),
    atThreshold: countsAt(levels, threshold),
    allEpithelium: countsAt(levels, 0),
    levels,
  };
}

function mappedCases(study: Study, fold: number): [Case, string][] {
  const { maps } = readManifest(study.directory);
  const records = Object.entries(maps).filter(([, map]) => map.fold === fold);
  return study.cases.flatMap((one): [Case, string][] => {
    const record = records.find(([path]) => path.split("/").at(-1) === one.name);
    if (!record) return [];
    return [[one, join(study.directory, record[0], "..", pictureName(one.name, "prob"))]];
  });
}

function identity(
  { fold, patient, threshold }: CountedImage,
  name: string,
): Omit<ScoredItem, keyof ScoreSet> {
  return { name, fold, patient, threshold };
}

function pooledScores(images: ImageCounts[]): ScoreSet {
  const pooled = (name: keyof ScoreSet): Scores => scoresOf(addCounts(images.map((image) => image[name])));
  return {
    atHalf: pooled("atHalf"),
    atThreshold: pooled("atThreshold"),
    allEpithelium: pooled("allEpithelium"),
  };
}

function averagedScores(items: ScoreSet[]): ScoreSet {
  const averaged = (name: keyof ScoreSet): Scores => averageScores(items.map((item) => item[name]));
  return {
    atHalf: averaged("atHalf"),
    atThreshold: averaged("atThreshold"),
    allEpithelium: averaged("allEpithelium"),
  };
}

function groupBy<Item>(items: Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

function mismatch(subject: string, found: string, expected: string, fix: string): HistobookError {
  return new HistobookError("BadInput", { subject, found, expected, fix });
}

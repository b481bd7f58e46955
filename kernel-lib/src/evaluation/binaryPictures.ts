import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { numberOption, removeLeftovers, stopIfAborted, withWorkLock } from "../foundation/index.js";
import {
  applyThreshold,
  moreFilePath,
  moreFilesOption,
  readProbabilityPicture,
  writeBinaryPicture,
  writeMoreFile,
  type MoreFileKind,
  type StoredMap,
} from "../output/index.js";
import { caseNamed, imageSize, pictureName, readImage, type Study } from "../study/index.js";
import { chooseThreshold, type ThresholdOptions } from "./chosenThreshold.js";
import { criterionOf } from "./criterion.js";
import { tagExploratory } from "./exploratory.js";
import { foldsWithMaps } from "./mappedImages.js";

/** What can be written beside a binary picture: `_prob.png` says no more than its own steps. */
export const thresholdFiles = ["overlay", "geojson"] as const satisfies readonly MoreFileKind[];

/** The options of `applyThresholds`. */
export interface ApplyThresholdOptions extends ThresholdOptions {
  /**
   * A probability, [0,1], or `auto` (default): each fold's own, chosen on its validation patients. A number other than 0.5 is
   * tagged exploratory in the manifest, and `evaluate` refuses it.
   */
  value?: number | "auto";
  /** Default all folds that have maps. */
  fold?: number;
  /** What is written beside the binary pictures, at each fold's threshold: `overlay`, `geojson`; default nothing. */
  also?: readonly MoreFileKind[];
}

/** What was written. */
export interface ThresholdResult {
  folds: FoldValue[];
  /** Paths of the `_binary.png` files. */
  files: string[];
}

/** The threshold that a fold's pictures were made with. */
export interface FoldValue {
  fold: number;
  value: number;
  /** True for one that was set by hand. */
  exploratory: boolean;
}

/**
 * Turns a study's `_prob.png` pictures into `_binary.png` (0 and 255) at a threshold (tutorial step 5's last words).
 *
 * @throws HistobookError `MissingStep` without pictures or, for `auto`, without validation patients; `BadOption`, `Locked`,
 * `Interrupted`.
 */
export async function applyThresholds(
  study: Study,
  options: ApplyThresholdOptions = {},
): Promise<ThresholdResult> {
  const { value = "auto" } = options;
  if (value !== "auto") numberOption("--value", value, { minimum: 0, maximum: 1 });
  criterionOf(options);
  const also = moreFilesOption(options.also, thresholdFiles);
  const folds = foldsWithMaps(study, options.fold);
  removeLeftovers(study.directory);
  const about = { ...options, subject: `the thresholds of ${study.directory}`, step: "threshold" };
  return withWorkLock(join(study.directory, "threshold.lock"), about, (signal) =>
    writeBinaryPictures(study, folds, { ...options, signal, value, also }),
  );
}

async function writeBinaryPictures(
  study: Study,
  folds: readonly number[],
  options: ApplyThresholdOptions & Required<Pick<ApplyThresholdOptions, "value" | "also">>,
): Promise<ThresholdResult> {
  const { value, also, signal } = options;
  const result: ThresholdResult = { folds: [], files: [] };
  for (const fold of folds) {
    const threshold = value === "auto" ? (await chooseThreshold(study, fold, options)).value : value;
    if (value !== "auto") await tagExploratory(study.directory, fold, value);
    const folder = join(study.directory, "out", String(fold));
    removeLeftovers(folder);
    for (const name of mapNames(folder)) {
      stopIfAborted(signal, "threshold");
      const stored = readProbabilityPicture(join(folder, pictureName(name, "prob")));
      const path = join(folder, pictureName(name, "binary"));
      writeBinaryPicture(path, stored.width, stored.height, applyThreshold(stored, threshold));
      result.files.push(path);
      for (const kind of also)
        result.files.push(await writeAlso(study, folder, name, kind, stored, threshold));
    }
    result.folds.push({ fold, value: threshold, exploratory: value !== "auto" && value !== 0.5 });
  }
  return result;
}

async function writeAlso(
  study: Study,
  folder: string,
  name: string,
  kind: MoreFileKind,
  stored: StoredMap,
  threshold: number,
): Promise<string> {
  const path = moreFilePath(folder, name, kind);
  const { imagePath } = caseNamed(study, name);
  const original = await imageSize(imagePath);
  const image = await readImage(imagePath, stored.width / original.width);
  await writeMoreFile(path, kind, { image, stored, original, threshold });
  return path;
}

function mapNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const ending = pictureName("", "prob");
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending) && !name.startsWith("."))
    .map((name) => name.slice(0, -ending.length))
    .sort();
}

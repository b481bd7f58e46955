import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { numberOption } from "../foundation/index.js";
import { applyThreshold, readProbabilityPicture, writeBinaryPicture } from "../output/index.js";
import { pictureName, type Study } from "../study/index.js";
import { chooseThreshold, type ThresholdOptions } from "./chosenThreshold.js";
import { criterionOf } from "./criterion.js";
import { tagExploratory } from "./exploratory.js";
import { foldsWithMaps } from "./mappedImages.js";

/** The options of `applyThresholds`. */
export interface ApplyThresholdOptions extends ThresholdOptions {
  /**
   * A probability, [0,1], or `auto` (default): each fold's own, chosen on its validation patients. A number other than 0.5 is
   * tagged exploratory in the manifest, and `evaluate` refuses it.
   */
  value?: number | "auto";
  /** Default all folds that have maps. */
  fold?: number;
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
 * @throws HistobookError `MissingStep` without pictures or, for `auto`, without validation patients; `BadOption`.
 */
export async function applyThresholds(
  study: Study,
  options: ApplyThresholdOptions = {},
): Promise<ThresholdResult> {
  const { value = "auto" } = options;
  if (value !== "auto") numberOption("--value", value, { minimum: 0, maximum: 1 });
  criterionOf(options);
  const result: ThresholdResult = { folds: [], files: [] };
  for (const fold of foldsWithMaps(study, options.fold)) {
    const threshold = value === "auto" ? (await chooseThreshold(study, fold, options)).value : value;
    if (value !== "auto") await tagExploratory(study.directory, fold, value);
    const folder = join(study.directory, "out", String(fold));
    for (const name of mapNames(folder)) {
      const stored = readProbabilityPicture(join(folder, pictureName(name, "prob")));
      const path = join(folder, pictureName(name, "binary"));
      writeBinaryPicture(path, stored.width, stored.height, applyThreshold(stored, threshold));
      result.files.push(path);
    }
    result.folds.push({ fold, value: threshold, exploratory: value !== "auto" && value !== 0.5 });
  }
  return result;
}

function mapNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const ending = pictureName("", "prob");
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending) && !name.startsWith("."))
    .map((name) => name.slice(0, -ending.length))
    .sort();
}

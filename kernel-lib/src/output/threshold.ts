import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { HistobookError, numberOption } from "../foundation/index.js";
import { pictureName, readManifest, type Study } from "../study/index.js";
import { chooseThreshold, type ThresholdOptions } from "./chosenThreshold.js";
import { applyThreshold, readProbabilityPicture, writeBinaryPicture } from "./pictures.js";

/** The options of `applyThresholds`. */
export interface ApplyThresholdOptions extends ThresholdOptions {
  /** A probability, [0,1], or `auto` (default): each fold's own, chosen on its validation patients. */
  value?: number | "auto";
  /** Default all folds that have maps. */
  fold?: number;
}

/** What was written. */
export interface ThresholdResult {
  folds: { fold: number; value: number }[];
  /** Paths of the `_binary.png` files. */
  files: string[];
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
  const result: ThresholdResult = { folds: [], files: [] };
  for (const fold of foldsWithMaps(study, options.fold)) {
    const threshold = value === "auto" ? (await chooseThreshold(study, fold, options)).value : value;
    const folder = join(study.directory, "out", String(fold));
    for (const name of mapNames(folder)) {
      const stored = readProbabilityPicture(join(folder, pictureName(name, "prob")));
      const path = join(folder, pictureName(name, "binary"));
      writeBinaryPicture(path, stored.width, stored.height, applyThreshold(stored, threshold));
      result.files.push(path);
    }
    result.folds.push({ fold, value: threshold });
  }
  return result;
}

/**
 * The folds whose test images have been classified, or the one that was asked for.
 *
 * @throws HistobookError `MissingStep` when there are no pictures.
 */
export function foldsWithMaps(study: Study, fold: number | undefined): number[] {
  const folds = Object.values(readManifest(study.directory).maps).map((map) => map.fold);
  const made = [...new Set(folds)].sort((a, b) => a - b);
  if (made.length > 0 && (fold === undefined || made.includes(fold)))
    return fold === undefined ? made : [fold];
  throw new HistobookError("MissingStep", {
    subject: join(study.directory, "out"),
    found: fold === undefined ? "no probability pictures" : `no probability pictures of fold ${fold}`,
    expected: "the pictures of step 5",
    fix: `run 'histobook output ${study.directory}' first`,
  });
}

function mapNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const ending = pictureName("", "prob");
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending) && !name.startsWith("."))
    .map((name) => name.slice(0, -ending.length))
    .sort();
}

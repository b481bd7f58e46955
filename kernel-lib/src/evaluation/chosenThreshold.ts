import { fingerprint, HistobookError } from "../foundation/index.js";
import { readManifest, updateManifest, type Manifest, type Study } from "../study/index.js";
import {
  bestThreshold,
  criterionOf,
  flooredBy,
  type Criterion,
  type CriterionOptions,
  type RatedThreshold,
} from "./criterion.js";
import { countsAt, pixelsOf } from "./levels.js";
import { scoresOf } from "./scores.js";
import { notMadeHere, ValidationMaps, type ValidationOptions } from "./validationMaps.js";

/** The threshold of a fold, chosen on patients that neither trained nor test its model. */
export type FoldThreshold = Manifest["thresholds"][string];

/** How a threshold is chosen. */
export interface ThresholdOptions extends ValidationOptions, CriterionOptions {}

/** A threshold with what speaks for it, all on validation patients. */
export interface SelectedThreshold extends RatedThreshold {
  fScore: number;
  fScoreAtHalf: number;
  pixels: number;
}

/**
 * Chooses the threshold that is best by a criterion, on validation maps and nothing else.
 *
 * All 256 thresholds that a `_prob.png` can tell apart are tried; of several equally good ones the nearest to 0.5 wins, the
 * lower of two.
 *
 * @throws HistobookError `BadOption` when no threshold reaches the floor, `BadInput` for anything but validation maps.
 * @example
 * await train(study, { fold: 1, iterations: 1, batch: 8 });
 * const maps = ValidationMaps.of(study, 1, { pixels: 50 });
 * const { value } = await selectThreshold(maps, { choose: "recall", atLeast: 0.1 });
 * value >= 0 && value <= 1; // => true
 */
export async function selectThreshold(
  maps: ValidationMaps,
  options: CriterionOptions = {},
): Promise<SelectedThreshold> {
  if (!(maps instanceof ValidationMaps)) throw notMadeHere();
  const criterion = criterionOf(options);
  const levels = await maps.levels();
  const best = bestThreshold(levels, criterion);
  if (best === undefined) {
    const choose = flooredBy(criterion.choose) ?? "f-score";
    throw unreachable(criterion, maps.fold, bestThreshold(levels, { choose, atLeast: 0 })?.score ?? 0);
  }
  const fScoreAt = (value: number): number => scoresOf(countsAt(levels, value)).fScore ?? 0;
  const { epithelium, other } = pixelsOf(levels);
  return { ...best, fScore: fScoreAt(best.value), fScoreAtHalf: fScoreAt(0.5), pixels: epithelium + other };
}

/**
 * Chooses a fold's threshold on pixels drawn from its validation patients' images: by default the one with the highest F-score.
 *
 * The test patients' masks are not looked at. The choice is kept in the manifest until model, patients or criterion change.
 *
 * @throws HistobookError `MissingStep` when the fold has no validation patients (`--validation 0`) or no model, `Leakage`,
 * `BadOption`.
 * @example
 * await train(study, { fold: 1, iterations: 1, batch: 8 });
 * const { patients } = await chooseThreshold(study, 1, { choose: "youden", pixels: 50 });
 * patients.length; // => 2
 */
export async function chooseThreshold(
  study: Study,
  fold: number,
  options: ThresholdOptions = {},
): Promise<FoldThreshold> {
  const { directory } = study;
  const { choose, atLeast } = criterionOf(options);
  const maps = ValidationMaps.of(study, fold, options);
  const key = fingerprint(["threshold 2", maps.key, choose, atLeast]);
  const manifest = readManifest(directory);
  const from = (manifest.models[fold] as Manifest["models"][string] | undefined)?.key ?? null;
  const earlier = manifest.thresholds[fold] as FoldThreshold | undefined;
  const chosen: FoldThreshold =
    earlier?.key === key
      ? { ...earlier, from }
      : {
          key,
          from,
          origin: maps.origin,
          choose,
          atLeast,
          ...(await selectThreshold(maps, options)),
          patients: [...maps.patients],
        };
  await updateManifest(directory, (now) => ({
    ...now,
    thresholds: { ...now.thresholds, [fold]: chosen },
  }));
  return chosen;
}

function unreachable({ choose, atLeast }: Criterion, fold: number, highest: number): HistobookError {
  const other = flooredBy(choose) ?? "f-score";
  return new HistobookError("BadOption", {
    subject: "--at-least",
    topic: "thresholds",
    found: `a ${other} of ${atLeast}, which no threshold reaches on fold ${fold}'s validation patients`,
    expected: `at most ${(Math.floor(highest * 1000) / 1000).toFixed(3)}, their highest`,
    fix: "give a lower floor, or train longer",
  });
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadEngine, type EngineChoice } from "../engine/index.js";
import { readParentList } from "../folds/index.js";
import {
  cellSignal,
  fingerprint,
  HistobookError,
  randomStream,
  sampleIndices,
  type RunOptions,
} from "../foundation/index.js";
import { foldModelFiles, modelScale } from "../models/index.js";
import {
  imageSize,
  parentListName,
  readImage,
  readManifest,
  readMask,
  updateManifest,
  type Case,
  type Manifest,
  type Study,
} from "../study/index.js";
import { bestThreshold, countPixels, scoresOf } from "./metrics.js";
import { loadModel } from "./model.js";
import { applyThreshold } from "./pictures.js";
import { predictPixels } from "./probabilityMap.js";

/** The threshold of a fold, chosen on patients that neither trained nor test its model. */
export type FoldThreshold = Manifest["thresholds"][string];

/** How a threshold is chosen. */
export interface ThresholdOptions extends RunOptions {
  engine?: EngineChoice;
  /** Pixels drawn an image; default 1500, or all if there are fewer. */
  pixels?: number;
  /** Default 1. */
  seed?: number;
}

/**
 * Chooses a fold's threshold: the one with the highest F-score on pixels drawn from its validation patients' images.
 *
 * The test patients' masks are not looked at. The choice is kept in the manifest until model or patients change.
 *
 * @throws HistobookError `MissingStep` when the fold has no validation patients (`--validation 0`) or no model.
 */
export async function chooseThreshold(
  study: Study,
  fold: number,
  options: ThresholdOptions = {},
): Promise<FoldThreshold> {
  const { directory } = study;
  const { pixels = 1500, seed = 1, signal = cellSignal() } = options;
  const manifest = readManifest(directory);
  const patients = validationPatients(directory, manifest, fold);
  const cases = study.cases.filter((one) => patients.includes(one.patient) && one.maskPath !== null);
  if (cases.length === 0) throw noValidationImages(directory, fold, patients);
  const files = foldModelFiles(directory, fold);
  const scale = modelScale(files, undefined, () => manifest.scale ?? 0.5);
  const parts = [
    files.model,
    files.mean,
    ...cases.flatMap(({ imagePath, maskPath }) => [imagePath, maskPath ?? ""]),
  ];
  const inputs = parts.map((path) => fingerprint(readFileSync(path)));
  const key = fingerprint(["threshold 1", inputs, scale, pixels, seed]);
  const earlier = manifest.thresholds[fold] as FoldThreshold | undefined;
  const from = (manifest.models[fold] as Manifest["models"][string] | undefined)?.key ?? null;
  const record = async (threshold: FoldThreshold): Promise<FoldThreshold> => {
    await updateManifest(directory, (now) => ({
      ...now,
      thresholds: { ...now.thresholds, [fold]: threshold },
    }));
    return threshold;
  };
  if (earlier?.key === key) return record({ ...earlier, from });

  const engine = await loadEngine(options.engine);
  const { classifier } = loadModel(engine, files);
  const levels: number[] = [];
  const labels: number[] = [];
  try {
    for (const [index, one] of cases.entries()) {
      const { image, mask } = await readPair(one, scale);
      const random = randomStream(seed, "threshold", one.name);
      const positions = sampleIndices(mask.length, pixels, random);
      const probabilities = await predictPixels(image, classifier, positions, { signal });
      for (const probability of probabilities) levels.push(Math.round(255 * probability));
      for (const position of positions) labels.push(mask[position]);
      const done = {
        step: "threshold",
        done: index + 1,
        total: cases.length,
        unit: "images",
        detail: `fold ${fold}`,
      };
      options.report?.({ event: "progress", ...done });
    }
  } finally {
    classifier.dispose();
  }
  const stored = { levels: Uint8Array.from(levels) };
  const mask = Uint8Array.from(labels);
  const { value, fScore } = bestThreshold(stored.levels, mask);
  const atHalf = scoresOf(countPixels(applyThreshold(stored, 0.5), mask)).fScore;
  const chosen = { key, from, value, fScore, fScoreAtHalf: atHalf ?? 0, patients, pixels: mask.length };
  return record(chosen);
}

function validationPatients(directory: string, manifest: Manifest, fold: number): string[] {
  const size = manifest.folds?.size ?? 32;
  if (manifest.folds && manifest.folds.parameters.validation > 0) {
    return readParentList(join(directory, parentListName("val", size, fold)));
  }
  throw new HistobookError("MissingStep", {
    subject: directory,
    found: "folds without validation patients",
    expected: "patients kept aside from training, on whom a threshold may be chosen",
    fix: "give a number instead of 'auto', or run 'histobook folds' with --validation 0.2 and the steps after it",
  });
}

function noValidationImages(directory: string, fold: number, patients: string[]): HistobookError {
  return new HistobookError("BadInput", {
    subject: join(directory, "images"),
    found: `no image with a mask of fold ${fold}'s validation patients (${patients.join(", ")})`,
    expected: "at least one, to choose a threshold on",
    fix: "restore the images and masks, or give a number instead of 'auto'",
  });
}

async function readPair(
  one: Case,
  scale: number,
): Promise<{ image: Awaited<ReturnType<typeof readImage>>; mask: Uint8Array }> {
  const image = await readImage(one.imagePath, scale);
  const size = await imageSize(one.imagePath);
  const mask = await readMask(one.maskPath ?? "", scale, { size });
  return { image, mask: mask.data };
}

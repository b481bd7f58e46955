import { existsSync, readFileSync } from "node:fs";
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
import { foldModelFiles, modelScale, type ModelFiles } from "../models/index.js";
import { loadModel, predictPixels } from "../output/index.js";
import {
  imageSize,
  parentListName,
  readImage,
  readManifest,
  readMask,
  type Case,
  type Study,
} from "../study/index.js";
import { addLevels, countLevels, type LevelCounts } from "./levels.js";

/** How validation maps are made. */
export interface ValidationOptions extends RunOptions {
  engine?: EngineChoice;
  /** Pixels drawn an image; default 1500, or all if there are fewer. */
  pixels?: number;
  /** Default 1. */
  seed?: number;
}

/** Nobody else has it: programs without types can't make validation maps either. */
const madeHere = Symbol("made by ValidationMaps.of");

/** A model, and the images that it is shown: none of a patient that it was trained on. */
interface Part {
  files: ModelFiles;
  scale: number;
  cases: Case[];
}

/**
 * What a fold's network says about pixels of its validation patients, and what their masks say.
 *
 * It can only be made here, from the fold's own lists, and never holds a patient of the fold's test list; whatever chooses a
 * threshold takes it and nothing else. So a threshold can't be chosen on test patients, neither by mistake nor on purpose.
 */
export class ValidationMaps {
  readonly fold: number;
  /** Those on whom the threshold is chosen. */
  readonly patients: readonly string[];
  /** The fingerprint of everything that the maps follow from. */
  readonly key: string;
  readonly #parts: readonly Part[];
  readonly #options: ValidationOptions;
  #levels: Promise<LevelCounts> | undefined;

  private constructor(
    made: symbol,
    fold: number,
    patients: readonly string[],
    parts: readonly Part[],
    options: ValidationOptions,
  ) {
    if (made !== madeHere) throw notMadeHere();
    const { pixels = 1500, seed = 1 } = options;
    this.fold = fold;
    this.patients = patients;
    this.#parts = parts;
    this.#options = { ...options, pixels, seed };
    const inputs = parts.map(({ files, scale, cases }) => {
      const read = [
        files.model,
        files.mean ?? "",
        files.deploy ?? "",
        ...cases.flatMap(({ imagePath, maskPath }) => [imagePath, maskPath ?? ""]),
      ].filter((path) => path !== "");
      return [read.map((path) => fingerprint(readFileSync(path))), scale];
    });
    this.key = fingerprint(["validation maps 1", inputs, pixels, seed]);
  }

  /**
   * The maps of a fold's validation patients; they are computed when somebody asks for their levels.
   *
   * @throws HistobookError `MissingStep` when the fold has no validation patients (`--validation 0`) or no model, `Leakage` when
   * one of them trains or tests, too, `BadInput`.
   */
  static of(study: Study, fold: number, options: ValidationOptions = {}): ValidationMaps {
    const { directory } = study;
    const manifest = readManifest(directory);
    const patients = validationPatients(directory, fold);
    const cases = study.cases.filter((one) => patients.includes(one.patient) && one.maskPath !== null);
    if (cases.length === 0) throw noValidationImages(directory, fold, patients);
    const files = foldModelFiles(directory, fold);
    const scale = modelScale(files, undefined, () => manifest.scale ?? 0.5);
    return new ValidationMaps(madeHere, fold, patients, [{ files, scale, cases }], options);
  }

  /**
   * The pixels by level and mask: every image gives as many of them, drawn at random.
   *
   * @throws HistobookError `Interrupted`, `NoEngine`, `BadInput`.
   */
  levels(): Promise<LevelCounts> {
    return (this.#levels ??= this.#predict());
  }

  async #predict(): Promise<LevelCounts> {
    const { engine: choice, pixels = 0, seed = 1, report, signal = cellSignal() } = this.#options;
    const engine = await loadEngine(choice);
    const total = this.#parts.reduce((sum, { cases }) => sum + cases.length, 0);
    const counted: LevelCounts[] = [];
    for (const { files, scale, cases } of this.#parts) {
      const { classifier } = loadModel(engine, files);
      try {
        for (const one of cases) {
          const { image, mask } = await readPair(one, scale);
          const positions = sampleIndices(mask.length, pixels, randomStream(seed, "threshold", one.name));
          const probabilities = await predictPixels(image, classifier, positions, { signal });
          const levels = Uint8Array.from(probabilities, (probability) => Math.round(255 * probability));
          counted.push(
            countLevels(
              levels,
              Uint8Array.from(positions, (position) => mask[position]),
            ),
          );
          const done = { step: "threshold", done: counted.length, total, unit: "images" };
          report?.({ event: "progress", ...done, detail: `fold ${this.fold}` });
        }
      } finally {
        classifier.dispose();
      }
    }
    return addLevels(counted);
  }
}

/** The error of what claims to be validation maps. */
export function notMadeHere(): HistobookError {
  return new HistobookError("BadInput", {
    subject: "the maps to choose a threshold on",
    found: "something else than ValidationMaps",
    expected: "maps of validation patients, who neither train nor test",
    fix: "make them with ValidationMaps.of(study, fold)",
  });
}

/** A fold's validation patients, none of whom stands on another side of it. */
function validationPatients(directory: string, fold: number): string[] {
  const { folds } = readManifest(directory);
  const size = folds?.size ?? 32;
  const list = (side: "train" | "val" | "test"): string => join(directory, parentListName(side, size, fold));
  const members = (side: "train" | "test"): string[] =>
    existsSync(list(side)) ? readParentList(list(side)) : [];
  if (folds?.parameters.validation === 0 || !existsSync(list("val"))) throw noValidationPatients(directory);
  const patients = readParentList(list("val"));
  for (const side of ["train", "test"] as const) {
    const others = new Set(members(side));
    const shared = patients.find((patient) => others.has(patient));
    if (shared !== undefined) throw leakage(list("val"), shared, list(side));
  }
  return patients;
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

function noValidationPatients(directory: string): HistobookError {
  return new HistobookError("MissingStep", {
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

function leakage(list: string, patient: string, other: string): HistobookError {
  return new HistobookError("Leakage", {
    subject: list,
    found: `patient ${patient}, who also stands in ${other}`,
    expected: "patients who neither train nor test, to choose a threshold on",
    fix: "take the patient out of one of the two lists, or run 'histobook folds' again",
  });
}

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
import { loadModel, predictMap, predictPixels, type ModeName, type ProbabilityMap } from "../output/index.js";
import {
  imageSize,
  innerFolder,
  openStudy,
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

/** The options with the mode, which follows from the fold's maps. */
type InnerOptions = ValidationOptions & { mode?: ModeName };

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
  /** Whether they were kept aside from training, or every one of them by an inner fold's network (`trainInnerFolds`). */
  readonly origin: "validation" | "inner folds";
  /** The fingerprint of everything that the maps follow from. */
  readonly key: string;
  readonly #parts: readonly Part[];
  readonly #options: InnerOptions;
  #levels: Promise<LevelCounts> | undefined;

  private constructor(
    made: symbol,
    fold: number,
    origin: ValidationMaps["origin"],
    patients: readonly string[],
    parts: readonly Part[],
    options: InnerOptions,
  ) {
    if (made !== madeHere) throw notMadeHere();
    const { pixels = 1500, seed = 1 } = options;
    this.fold = fold;
    this.origin = origin;
    this.patients = patients;
    this.#parts = parts;
    this.#options = { ...options, pixels, seed };
    const mode = options.mode ?? "window";
    const inputs = parts.map(({ files, scale, cases }) => {
      const read = [
        files.model,
        files.mean ?? "",
        files.deploy ?? "",
        ...cases.flatMap(({ imagePath, maskPath }) => [imagePath, maskPath ?? ""]),
      ].filter((path) => path !== "");
      return [read.map((path) => fingerprint(readFileSync(path))), scale];
    });
    this.key = fingerprint(["validation maps 1", inputs, pixels, seed, mode]);
  }

  /**
   * The maps of a fold's validation patients, or, where none were kept aside, of its training patients by the networks of its
   * inner folds; they are computed when somebody asks for their levels, in the mode in which the fold's test images were mapped.
   *
   * @throws HistobookError `MissingStep` when the fold has neither validation patients (`--validation 0`) nor inner folds, or no
   * model, `Leakage` when one of the patients stands on another side, too, `BadInput`.
   */
  static of(study: Study, fold: number, options: ValidationOptions = {}): ValidationMaps {
    const { directory } = study;
    const manifest = readManifest(directory);
    const mode = Object.values(manifest.maps).find((map) => map.fold === fold)?.mode;
    const given = { ...options, mode: mode as ModeName | undefined };
    if (!hasValidationPatients(directory, fold)) return ValidationMaps.#ofInnerFolds(study, fold, given);
    const patients = validationPatients(directory, fold);
    const cases = study.cases.filter((one) => patients.includes(one.patient) && one.maskPath !== null);
    if (cases.length === 0) throw noValidationImages(directory, fold, patients);
    const files = foldModelFiles(directory, fold);
    const scale = modelScale(files, undefined, () => manifest.scale ?? 0.5);
    return new ValidationMaps(madeHere, fold, "validation", patients, [{ files, scale, cases }], given);
  }

  /** Every training patient's images with the network of the inner fold in which the patient did not train. */
  static #ofInnerFolds(study: Study, fold: number, options: InnerOptions): ValidationMaps {
    const inner = innerStudy(study.directory, fold);
    const { directory, cases } = inner;
    const manifest = readManifest(directory);
    const count = manifest.folds?.parameters.folds ?? 0;
    const size = manifest.folds?.size ?? 32;
    const parts = Array.from({ length: count }, (_, i): Part => {
      const patients = new Set(readParentList(join(directory, parentListName("test", size, i + 1))));
      const files = foldModelFiles(directory, i + 1);
      const scale = modelScale(files, undefined, () => manifest.scale ?? 0.5);
      return {
        files,
        scale,
        cases: cases.filter((one) => patients.has(one.patient) && one.maskPath !== null),
      };
    });
    const patients = [...new Set(parts.flatMap((part) => part.cases.map(({ patient }) => patient)))].sort();
    return new ValidationMaps(madeHere, fold, "inner folds", patients, parts, options);
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
    const { engine: choice, pixels = 0, seed = 1, mode = "window", report } = this.#options;
    const { signal = cellSignal() } = this.#options;
    const engine = await loadEngine(choice);
    const total = this.#parts.reduce((sum, { cases }) => sum + cases.length, 0);
    const counted: LevelCounts[] = [];
    for (const { files, scale, cases } of this.#parts) {
      const { classifier } = loadModel(engine, files);
      try {
        for (const one of cases) {
          const { image, mask } = await readPair(one, scale);
          const positions = sampleIndices(mask.length, pixels, randomStream(seed, "threshold", one.name));
          const probabilities =
            mode === "window"
              ? await predictPixels(image, classifier, positions, { signal })
              : valuesAt(await predictMap(image, classifier, { mode, signal }), positions);
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
    topic: "thresholds",
    found: "something else than ValidationMaps",
    expected: "maps of validation patients, who neither train nor test",
    fix: "make them with ValidationMaps.of(study, fold)",
  });
}

function hasValidationPatients(directory: string, fold: number): boolean {
  const { folds } = readManifest(directory);
  const list = join(directory, parentListName("val", folds?.size ?? 32, fold));
  return folds?.parameters.validation !== 0 && existsSync(list);
}

/** The study of a fold's inner folds, which holds training patients of the fold and nobody else. */
function innerStudy(directory: string, fold: number): Study {
  const path = join(directory, innerFolder(fold));
  const record = readManifest(path);
  const trained = Object.keys(record.models).length;
  if (!record.folds || trained < record.folds.parameters.folds) throw noValidationPatients(directory);
  const study = openStudy(path);
  const size = readManifest(directory).folds?.size ?? 32;
  const list = join(directory, parentListName("train", size, fold));
  const training = new Set(readParentList(list));
  const stranger = study.cases.find(({ patient }) => !training.has(patient));
  if (stranger) throw foreignPatient(stranger, list);
  return study;
}

function valuesAt({ epithelium }: ProbabilityMap, positions: Uint32Array): Float32Array {
  return Float32Array.from(positions, (position) => epithelium[position]);
}

/** A fold's validation patients, none of whom stands on another side of it. */
function validationPatients(directory: string, fold: number): string[] {
  const size = readManifest(directory).folds?.size ?? 32;
  const list = (side: "train" | "val" | "test"): string => join(directory, parentListName(side, size, fold));
  const members = (side: "train" | "test"): string[] =>
    existsSync(list(side)) ? readParentList(list(side)) : [];
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
    topic: "thresholds",
    found: "folds without validation patients",
    expected: "patients kept aside from training, on whom a threshold may be chosen",
    fix: "give a number instead of 'auto', or run 'histobook folds' with --validation 0.2 and the steps after it, or train inner folds with 'histobook threshold --inner-folds 3'",
  });
}

function noValidationImages(directory: string, fold: number, patients: string[]): HistobookError {
  return new HistobookError("BadInput", {
    subject: join(directory, "images"),
    topic: "thresholds",
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

function foreignPatient({ imagePath, patient }: Case, list: string): HistobookError {
  return new HistobookError("Leakage", {
    subject: imagePath,
    found: `an image of patient ${patient}, who does not stand in ${list}`,
    expected: "training patients of the fold and nobody else, to choose a threshold on",
    fix: "run 'histobook threshold' with --inner-folds again",
  });
}

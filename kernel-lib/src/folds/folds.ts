import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  cellSignal,
  fingerprint,
  HistobookError,
  numberOption,
  stopIfAborted,
  writeWholeLines,
  type RunOptions,
} from "../foundation/index.js";
import { patchPlaces, readImageRecord } from "../patches/index.js";
import {
  classOfType,
  parentListName,
  patchListName,
  readManifest,
  updateManifest,
  type Manifest,
  type PatchType,
  type Side,
  type Study,
} from "../study/index.js";
import { formatPatchLine, type ListSeparator } from "./lists.js";
import { splitPatients, type Fold } from "./split.js";

/** The options of step 2, as the command line names them. */
export interface FoldsOptions extends RunOptions {
  /** Default 5. */
  folds?: number;
  /** Default 1. */
  seed?: number;
  /** Share of each fold's training patients kept aside for choosing a threshold; default 0.2, 0 for none. */
  validation?: number;
  /** Balance the folds by the share of epithelium among a patient's patches; default false. */
  stratify?: boolean;
  /** Between a patch's name and its class; default `tab`. Caffe's own convert_imageset needs `space`. */
  separator?: ListSeparator;
}

/** How many patches a side has. */
export interface PatchCount {
  total: number;
  /** Index 0: other, index 1: epithelium. */
  byClass: [number, number];
}

/** A fold and the patches of its sides. */
export interface FoldSummary extends Fold {
  patches: { train: PatchCount; validation: PatchCount; test: PatchCount };
}

/** What there is of a patient. */
export interface PatientPatches {
  name: string;
  images: number;
  /** By type: p epithelium, e edge, b background. */
  patches: Record<PatchType, number>;
}

/** What step 2 made. */
export interface FoldsResult {
  folds: FoldSummary[];
  /** All of the study's patients, in the order of their images' names. */
  patients: PatientPatches[];
  /** Side of a patch in pixels, as in the lists' names. */
  size: number;
}

type PatchesRecord = NonNullable<Manifest["patches"]>;

/**
 * Step 2: splits a study's patients into folds and writes each fold's lists (tutorial:
 * step2_make_training_lists.m).
 *
 * For each fold: `train_`, `val_` and `test_w32_parent_1.txt` (patients) and `train_`, `val_` and
 * `test_w32_1.txt` (patches and classes, in the tutorial's order). The same parameters give the same bytes.
 * Lists that an earlier run with more folds left are removed.
 *
 * @throws HistobookError `MissingStep` before step 1, `BadOption`, `Interrupted`.
 * @example
 * const { folds } = await makeFolds(study, { folds: 5 });
 * folds.map(({ test }) => test.length); // => [2, 2, 2, 2, 2]
 */
export async function makeFolds(study: Study, options: FoldsOptions = {}): Promise<FoldsResult> {
  const { report, signal = cellSignal() } = options;
  const parameters = {
    folds: options.folds ?? 5,
    seed: numberOption("--seed", options.seed ?? 1, { integer: true }),
    validation: options.validation ?? 0.2,
    stratify: options.stratify ?? false,
    separator: options.separator ?? "tab",
  };
  const { directory } = study;
  const { patches, folds: earlier } = readManifest(directory);
  if (!patches) throw missingPatches(directory);
  const { size } = patches.parameters;
  const split = splitPatients(patientsOf(patches), {
    ...parameters,
    balance: parameters.stratify ? epitheliumShares(patches) : undefined,
  });
  const key = foldsKey(patches, parameters);
  // While the lists are being replaced, the manifest must not say that they belong together.
  if (earlier?.key !== key) await updateManifest(directory, (manifest) => ({ ...manifest, folds: null }));

  const written = new Set<string>();
  for (const fold of split) {
    stopIfAborted(signal, "folds");
    for (const [side, patients] of sidesOf(fold)) {
      if (side === "val" && patients.length === 0) continue;
      const parents = parentListName(side, size, fold.fold);
      const list = patchListName(side, size, fold.fold);
      writeWholeLines(join(directory, parents), patients);
      writeWholeLines(join(directory, list), patchLines(directory, patches, patients, parameters.separator));
      written.add(parents).add(list);
    }
    report?.({ event: "progress", step: "folds", done: fold.fold, total: split.length, unit: "folds" });
  }
  removeStaleLists(directory, written, [size, earlier?.size ?? size]);
  await updateManifest(directory, (manifest) => ({
    ...manifest,
    folds: { key, from: patches.key, parameters, size },
  }));
  return {
    folds: split.map((fold) => summary(fold, patches)),
    patients: patientsOf(patches).map((name) => patientPatches(name, patches)),
    size,
  };
}

/** The key of the lists that these parameters give for these patches. */
export function foldsKey(
  patches: Pick<PatchesRecord, "key">,
  parameters: NonNullable<Manifest["folds"]>["parameters"],
): string {
  return fingerprint(["folds 1", patches.key, parameters]);
}

function sidesOf(fold: Fold): [Side, string[]][] {
  return [
    ["train", fold.train],
    ["val", fold.validation],
    ["test", fold.test],
  ];
}

/** The study's patients in the order of their images' names. */
function patientsOf(patches: PatchesRecord): string[] {
  return [...new Set(Object.values(patches.images).map(({ patient }) => patient))];
}

/** The share of a patient's positions that are epithelium, [0,1]. */
function epitheliumShares(patches: PatchesRecord): Map<string, number> {
  return new Map(
    patientsOf(patches).map((patient) => {
      const { total, byClass } = countPatches([patient], patches);
      return [patient, total === 0 ? 0 : byClass[1] / total];
    }),
  );
}

function countPatches(patients: readonly string[], patches: PatchesRecord): PatchCount {
  const byClass: [number, number] = [0, 0];
  for (const name of patients) {
    const { p, e, b } = patientPatches(name, patches).patches;
    byClass[1] += p;
    byClass[0] += e + b;
  }
  return { total: byClass[0] + byClass[1], byClass };
}

function patientPatches(name: string, patches: PatchesRecord): PatientPatches {
  const rotations = patches.parameters.rotations.length;
  const counted = { p: 0, e: 0, b: 0 };
  let images = 0;
  for (const { patient, positions } of Object.values(patches.images)) {
    if (patient !== name) continue;
    images++;
    for (const type of ["p", "e", "b"] as const) counted[type] += positions[type] * rotations;
  }
  return { name, images, patches: counted };
}

function* patchLines(
  directory: string,
  patches: PatchesRecord,
  patients: readonly string[],
  separator: ListSeparator,
): Generator<string> {
  for (const patient of patients) {
    const images = Object.entries(patches.images)
      .filter(([, image]) => image.patient === patient)
      .sort(([, a], [, b]) => a.imageNumber - b.imageNumber);
    for (const [name] of images) {
      const record = readImageRecord(directory, name);
      if (!record) throw missingPatches(directory);
      for (const { file, type } of patchPlaces(record)) {
        yield formatPatchLine(file, classOfType(type), separator);
      }
    }
  }
}

const listName = /^(?:train|val|test)_w(\d+)_(?:parent_)?\d+\.txt$/;

/** Removes what earlier runs left under the same names: further folds, or validation lists no longer wanted. */
function removeStaleLists(directory: string, written: ReadonlySet<string>, sizes: number[]): void {
  for (const name of readdirSync(directory)) {
    const parts = listName.exec(name);
    if (parts && sizes.includes(Number(parts[1])) && !written.has(name)) {
      rmSync(join(directory, name), { force: true });
    }
  }
}

function summary(fold: Fold, patches: PatchesRecord): FoldSummary {
  return {
    ...fold,
    patches: {
      train: countPatches(fold.train, patches),
      validation: countPatches(fold.validation, patches),
      test: countPatches(fold.test, patches),
    },
  };
}

function missingPatches(directory: string): HistobookError {
  return new HistobookError("MissingStep", {
    subject: directory,
    found: "no patches",
    expected: "the patches of step 1",
    fix: "run 'histobook patches STUDY' first",
  });
}

import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  cellSignal,
  fingerprint,
  HistobookError,
  numberOption,
  removeLeftovers,
  stopIfAborted,
  withWorkLock,
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
type FoldParameters = NonNullable<Manifest["folds"]>["parameters"];

/**
 * Step 2: splits a study's patients into folds and writes each fold's lists (tutorial:
 * step2_make_training_lists.m).
 *
 * For each fold: `train_`, `val_` and `test_w32_parent_1.txt` (patients) and `train_`, `val_` and
 * `test_w32_1.txt` (patches and classes, in the tutorial's order). The same parameters give the same bytes.
 * Lists that an earlier run with more folds left are removed.
 *
 * @throws HistobookError `MissingStep` before step 1, `BadOption`, `Locked` when another process makes this study's folds,
 * `Interrupted`.
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
  removeLeftovers(directory);
  const about = { report, signal, subject: `the folds of ${directory}`, step: "folds" };
  return withWorkLock(join(directory, "folds.lock"), about, (own) =>
    writeFolds(directory, parameters, { report, signal: own }),
  );
}

async function writeFolds(
  directory: string,
  parameters: FoldParameters,
  { report, signal }: RunOptions,
): Promise<FoldsResult> {
  const { patches, folds: earlier } = readManifest(directory);
  if (!patches) throw missingPatches(directory);
  const { size } = patches.parameters;
  const patients = patientsOf(patches);
  const shares = [...patients.values()].map((one): [string, number] => [one.name, epitheliumShare(one)]);
  const split = splitPatients([...patients.keys()], {
    ...parameters,
    balance: parameters.stratify ? new Map(shares) : undefined,
  });
  const key = foldsKey(patches, parameters);
  // Before anything is replaced: a record that can't be read must not leave half of the lists.
  for (const name of Object.keys(patches.images))
    if (!readImageRecord(directory, name)) throw missingPatches(directory);
  // While the lists are being replaced, the manifest must not say that they belong together.
  if (earlier?.key !== key) await updateManifest(directory, (manifest) => ({ ...manifest, folds: null }));

  const written = new Set<string>();
  for (const fold of split) {
    stopIfAborted(signal, "folds");
    for (const [side, members] of sidesOf(fold)) {
      if (side === "val" && members.length === 0) continue;
      const parents = parentListName(side, size, fold.fold);
      const list = patchListName(side, size, fold.fold);
      writeWholeLines(join(directory, parents), members);
      writeWholeLines(join(directory, list), patchLines(directory, patches, members, parameters.separator));
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
    folds: split.map((fold) => summary(fold, patients)),
    patients: [...patients.values()],
    size,
  };
}

/** The key of the lists that these parameters give for these patches. */
export function foldsKey(patches: Pick<PatchesRecord, "key">, parameters: FoldParameters): string {
  return fingerprint(["folds 1", patches.key, parameters]);
}

function sidesOf(fold: Fold): [Side, string[]][] {
  return [
    ["train", fold.train],
    ["val", fold.validation],
    ["test", fold.test],
  ];
}

/** What there is of each patient, in the order of the images' names. */
function patientsOf({ images, parameters }: PatchesRecord): Map<string, PatientPatches> {
  const patients = new Map<string, PatientPatches>();
  for (const { patient: name, positions } of Object.values(images)) {
    const patient = patients.get(name) ?? { name, images: 0, patches: { p: 0, e: 0, b: 0 } };
    patient.images++;
    for (const type of ["p", "e", "b"] as const) {
      patient.patches[type] += positions[type] * parameters.rotations.length;
    }
    patients.set(name, patient);
  }
  return patients;
}

/** The share of a patient's patches that are epithelium, [0,1]. */
function epitheliumShare({ patches: { p, e, b } }: PatientPatches): number {
  return p + e + b === 0 ? 0 : p / (p + e + b);
}

function countPatches(names: readonly string[], patients: ReadonlyMap<string, PatientPatches>): PatchCount {
  const byClass: [number, number] = [0, 0];
  for (const name of names) {
    const { p, e, b } = patients.get(name)?.patches ?? { p: 0, e: 0, b: 0 };
    byClass[1] += p;
    byClass[0] += e + b;
  }
  return { total: byClass[0] + byClass[1], byClass };
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

function summary(fold: Fold, patients: ReadonlyMap<string, PatientPatches>): FoldSummary {
  return {
    ...fold,
    patches: {
      train: countPatches(fold.train, patients),
      validation: countPatches(fold.validation, patients),
      test: countPatches(fold.test, patients),
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

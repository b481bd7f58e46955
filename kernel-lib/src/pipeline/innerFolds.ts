import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { makeDatabases } from "../databases/index.js";
import type { EngineChoice } from "../engine/index.js";
import { makeFolds, readParentList } from "../folds/index.js";
import {
  cellSignal,
  HistobookError,
  makeFolder,
  numberOption,
  stopIfAborted,
  writeWholeFile,
  type RunOptions,
} from "../foundation/index.js";
import { copyImageRecords, makePatches } from "../patches/index.js";
import {
  databaseName,
  deployName,
  innerFolder,
  meanName,
  openStudy,
  parentListName,
  readManifest,
  snapshotPrefix,
  solverName,
  trainingNetName,
  updateManifest,
  type Manifest,
  type Study,
} from "../study/index.js";
import { train, type TrainOptions } from "../training/index.js";
import { takeImages } from "./takeImages.js";

/** The options of `trainInnerFolds`. */
export interface InnerFoldsOptions extends RunOptions {
  /** Into how many folds the training patients are split again; default 3. */
  folds?: number;
  engine?: EngineChoice;
  workers?: number;
}

/**
 * Makes it possible to choose a fold's threshold where no validation patients were kept aside: splits the fold's training
 * patients again, and trains a network for each of these inner folds by the fold's own recipe. `chooseThreshold` then chooses
 * on maps of patients that the inner network has not seen.
 *
 * All of it lies in a study of its own, `STUDY/inner/K`, which holds no image of a test patient, so that nothing in it can follow
 * from one. Maps of the same patients by the other folds' networks would be cheaper, but each of those has learned from this fold's
 * test patients. What is made already is kept; an interrupted training goes on.
 *
 * @returns the inner study
 * @throws HistobookError `MissingStep` before step 4, `BadOption`, `Unsupported` when the fold's prototxts name no databases of
 * the fold, `Interrupted`, and whatever a step throws.
 */
export async function trainInnerFolds(
  study: Study,
  fold: number,
  options: InnerFoldsOptions = {},
): Promise<Study> {
  const { report, signal = cellSignal(), engine, workers } = options;
  const folds = numberOption("--inner-folds", options.folds ?? 3, { minimum: 2, integer: true });
  const { directory } = study;
  const manifest = readManifest(directory);
  const model = manifest.models[fold] as Manifest["models"][string] | undefined;
  const database = manifest.databases[fold] as Manifest["databases"][string] | undefined;
  if (!manifest.patches || !manifest.folds || !database || !model) throw missing(directory, fold);
  const { parameters } = manifest.patches;
  const inner = join(directory, innerFolder(fold));
  const patients = readParentList(join(directory, parentListName("train", manifest.folds.size, fold)));
  takeImages(
    study.cases.filter(({ patient }) => patients.includes(patient)),
    join(inner, "images"),
  );
  await updateManifest(inner, (now) => ({ ...now, scale: parameters.scale, source: manifest.source }));
  const common = { report, signal, workers };
  const made = openStudy(inner);
  // A region rule of the reader's own is not at hand here; it has chosen the places already.
  copyImageRecords(
    directory,
    inner,
    made.cases.map(({ name }) => name),
  );
  await makePatches(made, { ...parameters, ...common, direct: true });
  await makeFolds(made, { ...manifest.folds.parameters, folds, validation: 0, report, signal });
  await makeDatabases(made, { shuffle: database.shuffle, seed: database.seed, ...common });
  for (let k = 1; k <= folds; k++) copyPrototxts(directory, inner, { fold, innerFold: k, size: model.size });
  stopIfAborted(signal, "inner folds");
  const recipe = (model.recipe ?? {}) as Partial<TrainOptions>;
  await train(made, {
    ...recipe,
    ...model.overrides,
    seed: model.seed,
    engine,
    report,
    signal,
    resume: true,
    processes: 0,
  });
  return made;
}

/** Writes an inner fold's prototxts: the fold's own, with the inner fold's files in the place of the fold's. */
function copyPrototxts(
  directory: string,
  inner: string,
  { fold, innerFold, size }: { fold: number; innerFold: number; size: number },
): void {
  const names: ((fold: number) => string)[] = [
    (k) => basename(trainingNetName(size, k)),
    (k) => snapshotPrefix(size, k),
    (k) => databaseName("train", k),
    (k) => databaseName("test", k),
    (k) => meanName(size, k),
  ];
  makeFolder(join(inner, "models"));
  for (const file of [solverName, (k: number) => trainingNetName(size, k)]) {
    const path = join(directory, file(fold));
    if (!existsSync(path)) throw foreign(path, fold);
    let text = readFileSync(path, "utf8");
    // Behind a digit or before one it would be another fold's name.
    const found = names.map((name) => new RegExp(`(?<![\\w])${escaped(name(fold))}(?![\\w])`, "g"));
    if (!found.some((name) => text.search(name) >= 0)) throw foreign(path, fold);
    found.forEach((name, i) => (text = text.replace(name, names[i](innerFold))));
    writeWholeFile(join(inner, file(innerFold)), text);
  }
  const deploy = join(directory, deployName);
  if (existsSync(deploy)) writeWholeFile(join(inner, deployName), readFileSync(deploy));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function missing(directory: string, fold: number): HistobookError {
  return new HistobookError("MissingStep", {
    subject: directory,
    found: `no finished training of fold ${fold}`,
    expected: "steps 1 to 4, so that the inner folds can be trained as the fold was",
    fix: `run 'histobook train ${directory} --fold ${fold}' first`,
  });
}

function foreign(path: string, fold: number): HistobookError {
  return new HistobookError("Unsupported", {
    subject: path,
    found: `a prototxt that doesn't name fold ${fold}'s own databases and network`,
    expected: "the tutorial's file names, which inner folds put their own in the place of",
    fix: "use the tutorial's names, or keep validation patients aside with 'histobook folds --validation 0.2'",
  });
}

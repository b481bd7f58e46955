import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { encodeMean } from "../caffe/index.js";
import { checkLeakage, foldsKey } from "../folds/index.js";
import {
  fingerprint,
  HistobookError,
  isHistobookError,
  numberOption,
  removeLeftovers,
  replaceFolder,
  unfinishedPath,
  withWorkLock,
  writeWholeFile,
  type RunOptions,
} from "../foundation/index.js";
import {
  databaseName,
  meanName,
  patchListName,
  readManifest,
  updateManifest,
  type Manifest,
  type Study,
} from "../study/index.js";
import { cutsOf, filesOf, whileFilling } from "./fill.js";
import { isLevelDatabase, openLevel } from "./level.js";
import { meanSum, type MeanSum } from "./mean.js";
import { createPatchSpace, type PatchSpace } from "./patchSpace.js";
import { namingList, planDatabases } from "./plan.js";
import { writeDatabase, type RecordCount } from "./write.js";

/** The options of step 3, as the command line names them. */
export interface DatabasesOptions extends RunOptions {
  /** Only this fold; default all. */
  fold?: number;
  /** Default true: the lists are in patient and class order, which is unsuitable for training. */
  shuffle?: boolean;
  /** Default 1. */
  seed?: number;
  /**
   * Cut the patches from the images instead of reading PNG files; default as step 1 did it. The databases are
   * the same either way.
   */
  direct?: boolean;
  /** Worker threads; default one a core. The result does not depend on it. */
  workers?: number;
}

/** One fold's databases. */
export interface FoldDatabases {
  fold: number;
  train: RecordCount;
  test: RecordCount;
  /** False when they were there already, made from the same lists and patches. */
  made: boolean;
}

/** What step 3 made. */
export interface DatabasesResult {
  folds: FoldDatabases[];
  /** Working pixels per pixel of the image files. */
  scale: number;
  /** Side of a patch in pixels. */
  size: number;
}

const sides = ["train", "test"] as const;

/**
 * Step 3: makes each fold's LevelDB databases and mean image (tutorial: convert_imageset and
 * compute_image_mean).
 *
 * `DB_train_1`, `DB_test_1` and `DB_train_w32_1.binaryproto` can be read by Caffe itself. The shuffle follows
 * from the seed. Each patch is decoded once for all folds. What has its final name is whole; databases of the
 * same lists and patches are not made again, and stale ones are replaced only after every patch was read.
 *
 * @throws HistobookError `MissingStep` before steps 1 and 2, `Leakage`, `Locked` when a stale database is in
 * use or another process makes this study's databases, `ProcessLost` when a worker thread ended, `BadInput` for a list that names a missing or broken patch, `BadOption`, `Interrupted`.
 * @example
 * const { folds } = await makeDatabases(study, { fold: 1 });
 * folds[0].train.count > folds[0].test.count; // => true
 */
export async function makeDatabases(study: Study, options: DatabasesOptions = {}): Promise<DatabasesResult> {
  const { directory } = study;
  const seed = numberOption("--seed", options.seed ?? 1, { integer: true });
  const shuffle = options.shuffle ?? true;
  removeLeftovers(directory);
  const about = { ...options, subject: `the databases of ${directory}`, step: "databases" };
  return withWorkLock(join(directory, "databases.lock"), about, (signal) =>
    makeMissing(study, { ...options, signal, seed, shuffle }),
  );
}

async function makeMissing(
  study: Study,
  options: DatabasesOptions & Required<Pick<DatabasesOptions, "signal" | "seed" | "shuffle">>,
): Promise<DatabasesResult> {
  const { directory } = study;
  const { signal, seed, shuffle } = options;
  const manifest = readManifest(directory);
  const { patches, folds } = requireEarlierSteps(directory, manifest);
  const { size, scale } = patches.parameters;

  const wanted = wantedFolds(options.fold, folds.parameters.folds).map((fold) => {
    checkLeakage(directory, fold, size);
    const lists = sides.map((side) => contentOf(join(directory, patchListName(side, size, fold))));
    return { fold, key: fingerprint(["databases 1", folds.key, patches.key, shuffle, seed, ...lists]) };
  });
  const missing = wanted.filter(({ fold, key }) => !isMade(directory, manifest, fold, size, key));
  if (missing.length > 0) {
    for (const { fold } of missing) await refuseOpenDatabases(directory, fold);
    const direct = options.direct ?? !patches.files;
    const source = direct ? cutsOf(study, patches) : filesOf(join(directory, "subs"));
    const lists = missing.flatMap(({ fold }) =>
      sides.map((side) => ({
        name: databaseName(side, fold),
        path: join(directory, patchListName(side, size, fold)),
      })),
    );
    const plan = planDatabases(lists, { shuffle, seed }, (file) => source.has(file));
    let done = 0;
    let total = plan.files.length;
    for (const database of plan.databases.values()) total += database.patches.length;
    const progress = (count: number): void => {
      done += count;
      options.report?.({ event: "progress", step: "databases", done, total, unit: "patches" });
    };

    const patchSpace = createPatchSpace(unfinishedPath(join(directory, "patches")), size, plan.files.length);
    try {
      await whileFilling(
        source.shares(plan.files),
        patchSpace,
        { ...options, signal, progress, explain: (problem) => namingList(problem, plan) },
        async () => {
          for (const { fold, key } of missing) {
            const counts = await makeFold(directory, fold, patchSpace, (side, path, sum) =>
              writeDatabase(
                path,
                plan.databases.get(databaseName(side, fold))!,
                { files: plan.files, patches: patchSpace },
                { sum, signal, progress },
              ),
            );
            await updateManifest(directory, (current) => ({
              ...current,
              databases: {
                ...current.databases,
                [fold]: { key, from: folds.key, scale, size, shuffle, seed, ...counts },
              },
            }));
          }
        },
      );
    } finally {
      patchSpace.remove();
    }
  }
  const records = readManifest(directory).databases;
  return {
    folds: wanted.map(({ fold }) => ({
      fold,
      train: records[fold].train,
      test: records[fold].test,
      made: missing.some((one) => one.fold === fold),
    })),
    scale,
    size,
  };
}

/** Makes a fold's three things under unfinished names, and only then puts them in the place of older ones. */
async function makeFold(
  directory: string,
  fold: number,
  patchSpace: PatchSpace,
  write: (side: "train" | "test", path: string, sum?: MeanSum) => Promise<RecordCount>,
): Promise<{ train: RecordCount; test: RecordCount }> {
  const { size } = patchSpace;
  const finals = sides.map((side) => join(directory, databaseName(side, fold)));
  const unfinished = finals.map(unfinishedPath);
  try {
    const sum = meanSum({ channels: 3, height: size, width: size });
    const train = await write("train", unfinished[0], sum);
    const test = await write("test", unfinished[1]);
    // A patch that can't be read must be known before anything is replaced.
    await patchSpace.whole();
    // A training may have opened them meanwhile.
    await refuseOpenDatabases(directory, fold);
    // Between the renames the manifest must not say that these belong together.
    await updateManifest(directory, (manifest) => {
      const databases = { ...manifest.databases };
      delete databases[fold];
      return { ...manifest, databases };
    });
    finals.forEach((path, i) => replaceFolder(unfinished[i], path));
    writeWholeFile(join(directory, meanName(size, fold)), encodeMean(sum.mean()));
    return { train, test };
  } finally {
    for (const path of unfinished) rmSync(path, { recursive: true, force: true });
  }
}

function isMade(directory: string, manifest: Manifest, fold: number, size: number, key: string): boolean {
  return (
    manifest.databases[fold]?.key === key &&
    sides.every((side) => isLevelDatabase(join(directory, databaseName(side, fold)))) &&
    existsSync(join(directory, meanName(size, fold)))
  );
}

/** A database that a training run reads right now must not be replaced under it. */
async function refuseOpenDatabases(directory: string, fold: number): Promise<void> {
  for (const side of sides) {
    const path = join(directory, databaseName(side, fold));
    if (!isLevelDatabase(path)) continue;
    try {
      await (await openLevel(path)).close();
    } catch (error) {
      // A damaged one is about to be replaced anyway.
      if (isHistobookError(error, "Locked")) throw error;
    }
  }
}

/** What steps 1 and 2 made, which belongs together. */
export function requireEarlierSteps(
  directory: string,
  manifest: Manifest,
): { patches: NonNullable<Manifest["patches"]>; folds: NonNullable<Manifest["folds"]> } {
  const { patches, folds } = manifest;
  if (!patches) throw missingStep(directory, "no patches", "step 1", "patches");
  if (!folds) throw missingStep(directory, "no lists of folds", "step 2", "folds");
  if (folds.key !== foldsKey(patches, folds.parameters)) {
    throw missingStep(directory, "lists made from other patches than those here now", "step 2", "folds");
  }
  return { patches, folds };
}

/** The sentence for a step that has to be done first. */
export function missingStep(directory: string, found: string, step: string, command: string): HistobookError {
  return new HistobookError("MissingStep", {
    subject: directory,
    found,
    expected: `what ${step} makes`,
    fix: `run 'histobook ${command} STUDY' first`,
  });
}

function wantedFolds(fold: number | undefined, folds: number): number[] {
  if (fold === undefined) return Array.from({ length: folds }, (_, i) => i + 1);
  return [numberOption("--fold", fold, { minimum: 1, maximum: folds, integer: true })];
}

/** The fingerprint of a file; null where there is none. */
export function contentOf(path: string): string | null {
  return existsSync(path) ? fingerprint(readFileSync(path)) : null;
}

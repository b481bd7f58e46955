import { rmSync } from "node:fs";
import { join } from "node:path";
import { checkLeakage } from "../folds/index.js";
import {
  cellSignal,
  fingerprint,
  HistobookError,
  replaceFolder,
  unfinishedPath,
  type RunOptions,
} from "../foundation/index.js";
import { databaseName, patchListName, readManifest, updateManifest, type Study } from "../study/index.js";
import { contentOf, missingStep, requireEarlierSteps } from "./databases.js";
import { cutsOf, filesOf, whileFilling } from "./fill.js";
import { isLevelDatabase } from "./level.js";
import { createPatchSpace } from "./patchSpace.js";
import { namingList, planDatabases } from "./plan.js";
import { writeDatabase, type RecordCount } from "./write.js";

/**
 * Makes `DB_val_1`, the database of a fold's validation patients, where it is missing or older than the fold's lists. The
 * tutorial has none; a training that is judged by those patients reads it.
 *
 * It is shuffled, so that its first patches stand for all.
 *
 * @throws HistobookError `MissingStep` before steps 1 to 3, or for a fold without validation patients; `Leakage`,
 * `BadInput`, `Interrupted` as `makeDatabases`.
 * @example
 * await makeDatabases(study, { fold: 1 });
 * const { count } = await makeValidationDatabase(study, 1);
 * count > 0; // => true
 */
export async function makeValidationDatabase(
  study: Study,
  fold: number,
  options: RunOptions & { workers?: number } = {},
): Promise<RecordCount> {
  const { directory } = study;
  const signal = options.signal ?? cellSignal();
  const manifest = readManifest(directory);
  const { patches, folds } = requireEarlierSteps(directory, manifest);
  const { size } = patches.parameters;
  const made = manifest.databases[fold] as (typeof manifest.databases)[string] | undefined;
  if (made?.from !== folds.key)
    throw missingStep(directory, `no databases of fold ${fold}'s lists`, "step 3", "databases");
  const name = databaseName("val", fold);
  const list = join(directory, patchListName("val", size, fold));
  const content = contentOf(list);
  if (content === null) throw withoutValidation(directory, fold);
  checkLeakage(directory, fold, size);
  const key = fingerprint(["validation database 1", made.key, content]);
  const path = join(directory, name);
  if (made.validation?.key === key && isLevelDatabase(path)) return made.validation;

  const source = patches.files ? filesOf(join(directory, "subs")) : cutsOf(study, patches);
  const plan = planDatabases([{ name, path: list }], { shuffle: true, seed: made.seed }, (file) =>
    source.has(file),
  );
  let done = 0;
  const total = 2 * plan.files.length;
  const progress = (count: number): void => {
    done += count;
    options.report?.({ event: "progress", step: "databases", done, total, unit: "patches", detail: name });
  };
  const space = createPatchSpace(unfinishedPath(join(directory, "patches")), size, plan.files.length);
  const unfinished = unfinishedPath(path);
  try {
    const explain = { explain: (problem: Parameters<typeof namingList>[0]) => namingList(problem, plan) };
    const counts = await whileFilling(
      source.shares(plan.files),
      space,
      { ...options, signal, progress, ...explain },
      () =>
        writeDatabase(
          unfinished,
          plan.databases.get(name)!,
          { files: plan.files, patches: space },
          { signal, progress },
        ),
    );
    replaceFolder(unfinished, path);
    await updateManifest(directory, (now) => ({
      ...now,
      databases: { ...now.databases, [fold]: { ...now.databases[fold], validation: { key, ...counts } } },
    }));
    return counts;
  } finally {
    space.remove();
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function withoutValidation(directory: string, fold: number): HistobookError {
  return new HistobookError("MissingStep", {
    subject: directory,
    found: `no validation patients of fold ${fold}`,
    expected: "patients kept aside from training, who say which snapshot is the best",
    fix: "run 'histobook folds' with --validation 0.2 and the steps after it, or leave out --validate-every and --early-stopping",
  });
}

import { HistobookError, numberOption } from "../foundation/index.js";
import { readManifest, type Manifest, type Study } from "../study/index.js";
import { readFoldRun, type FoldRun } from "./foldRun.js";
import { overridesOf, type TrainOptions } from "./options.js";
import { writeFoldPrototxts } from "./prototxts.js";

/**
 * Reads what each fold's training is decided by; prototxts that are missing are written first.
 *
 * @returns the runs, and the prototxts that were written, relative to the study
 * @throws HistobookError `MissingStep` without databases, `BadOption`, `BadInput`, `Unsupported`.
 */
export function readFoldRuns(study: Study, options: TrainOptions): { runs: FoldRun[]; written: string[] } {
  const overrides = overridesOf(options);
  const manifest = readManifest(study.directory);
  const folds = foldsToTrain(manifest, options.fold, study.directory);
  const written = folds.flatMap((fold) => {
    const { size, test } = manifest.databases[fold];
    const { network, newNetwork } = options;
    const values = { fold, size, testPatches: test.count, overrides, network, newNetwork };
    return writeFoldPrototxts(study.directory, values);
  });
  return { runs: folds.map((fold) => readFoldRun(study, fold, options)), written };
}

function foldsToTrain(manifest: Manifest, fold: number | undefined, directory: string): number[] {
  const made = Object.keys(manifest.databases)
    .map(Number)
    .sort((a, b) => a - b);
  if (fold !== undefined) numberOption("--fold", fold, { minimum: 1, integer: true });
  if (made.length > 0 && (fold === undefined || made.includes(fold)))
    return fold === undefined ? made : [fold];
  throw new HistobookError("MissingStep", {
    subject: directory,
    found: made.length === 0 ? "no databases" : `databases of folds ${made.join(", ")} only`,
    expected:
      fold === undefined ? "DB_train_1 and the others of step 3" : `DB_train_${fold} and DB_test_${fold}`,
    fix: `run 'histobook databases ${directory}' first`,
  });
}

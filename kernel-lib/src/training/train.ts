import { loadEngine, reportPassedOver } from "../engine/index.js";
import { HistobookError, notebookKernel, numberOption } from "../foundation/index.js";
import { readManifest, type Manifest, type Study } from "../study/index.js";
import { finishedFold, readFoldRun, type FoldRun, type TrainedFold } from "./foldRun.js";
import { openLogSinks } from "./logSinks.js";
import { overridesOf, type TrainOptions } from "./options.js";
import { writeFoldPrototxts } from "./prototxts.js";
import { trainSideBySide } from "./sideBySide.js";
import { trainFold } from "./trainFold.js";

/** What step 4 made. */
export interface TrainResult {
  engine: string;
  /** Prototxts written now, relative to the study; those that were there already are used as they are. */
  written: string[];
  folds: TrainedFold[];
}

/**
 * Step 4: trains the network of one fold or of all, as its prototxts in models/ say (tutorial step 4).
 *
 * The prototxts are written first where they are missing. A model that was made from the same prototxts, databases,
 * seed and options is kept. An interrupt leaves a snapshot, from which `resume` goes on. With `processes` each fold is
 * trained in a process of its own, which a notebook's own process outlives whatever happens to it.
 *
 * @throws HistobookError `MissingStep` without databases, `NoEngine`, `BadOption`, `BadInput`, `Interrupted`,
 * `ProcessLost` when a fold's own process ended without a word.
 */
export async function train(study: Study, options: TrainOptions = {}): Promise<TrainResult> {
  const overrides = overridesOf(options);
  const processes = processesOption(options.processes ?? (notebookKernel() ? "auto" : 0));
  const manifest = readManifest(study.directory);
  const folds = foldsToTrain(manifest, options.fold, study.directory);
  const written = folds.flatMap((fold) => {
    const { size, test } = manifest.databases[fold];
    return writeFoldPrototxts(study.directory, { fold, size, testPatches: test.count, overrides });
  });
  const runs = folds.map((fold) => readFoldRun(study, fold, options));
  const train = processes === 0 ? trainHere : trainSideBySide;
  const trained = await train(study, runs, options, processes);
  for (const fold of trained.folds.filter(({ reused }) => reused)) tellAgain(fold, options);
  return { ...trained, written };
}

/** A model that was there already has its log told like one that was trained now. */
function tellAgain({ fold, entries }: TrainedFold, options: TrainOptions): void {
  const sinks = openLogSinks(options, fold);
  for (const entry of entries) {
    sinks.add(entry);
    options.onEntry?.(fold, entry);
  }
  sinks.close();
}

/** One fold after the other in this process. */
async function trainHere(
  study: Study,
  runs: readonly FoldRun[],
  options: TrainOptions,
): Promise<Omit<TrainResult, "written">> {
  const engine = await loadEngine(options.engine);
  reportPassedOver(engine, "train", options);
  const folds: TrainedFold[] = [];
  for (const run of runs) {
    folds.push(finishedFold(study, run) ?? (await trainFold(study, run, engine, options)));
  }
  return { engine: engine.description, folds };
}

function processesOption(processes: number | "auto"): number | "auto" {
  if (processes === "auto") return processes;
  return numberOption("--processes", processes, { minimum: 0, integer: true });
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

import { join } from "node:path";
import { placeOfWork, type SchedulerName } from "../cluster/index.js";
import { engineChoices, loadEngine, reportPassedOver } from "../engine/index.js";
import { choiceOption, notebookKernel, numberOption, removeLeftovers } from "../foundation/index.js";
import { readManifest, type Study } from "../study/index.js";
import { followTraining, submitTraining } from "./clusterTraining.js";
import { finishedFold, type FoldRun, type TrainedFold } from "./foldRun.js";
import { readFoldRuns } from "./foldRuns.js";
import { iterationsForMinutes } from "./forecast.js";
import { openLogSinks } from "./logSinks.js";
import { replayFolds } from "./replayFolds.js";
import type { TrainOptions } from "./options.js";
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
 * trained in a process of its own, which a notebook's own process outlives whatever happens to it. With `minutes` the
 * iterations are those that fit into that time here. With `on` a cluster trains all folds at once, and this follows them:
 * an interrupt ends the following alone, and the same call finds the jobs again. With `replay` a fold that a recording holds is
 * taken from there.
 *
 * @throws HistobookError `MissingStep` without databases, `NoEngine`, `BadOption`, `BadInput`, `Interrupted`,
 * `ProcessLost` when a fold's own process ended without a word, `JobFailed` when a cluster's job did, `SchedulerRefused`.
 */
export async function train(study: Study, options: TrainOptions = {}): Promise<TrainResult> {
  const place = placeOfWork(options.on, "the folds are trained on this machine instead", options.report);
  if (place !== "local") return trainOnCluster(study, place, options);
  if (options.engine !== undefined) choiceOption("--engine", options.engine, engineChoices);
  removeLeftovers(study.directory);
  removeLeftovers(join(study.directory, "models"));
  const processes = processesOption(options.processes ?? (notebookKernel() ? "auto" : 0));
  const minutes = options.minutes === undefined ? {} : await iterationsForMinutes(study, options);
  const decided = { ...options, ...minutes };
  const { runs, written } = readFoldRuns(study, decided);
  await replayFolds(study, runs, decided);
  const finished = runs.map((run) => finishedFold(study, run));
  for (const fold of finished) if (fold) tellAgain(fold, decided);
  const waiting = runs.filter((_, i) => !finished[i]);
  const trained =
    processes === 0
      ? await trainHere(study, waiting, decided)
      : await trainSideBySide(study, waiting, decided, processes);
  const byFold = new Map(trained.folds.map((fold) => [fold.fold, fold]));
  return {
    engine: trained.engine ?? readManifest(study.directory).models[runs[0].fold].engine,
    written,
    folds: runs.map(({ fold }, i) => finished[i] ?? byFold.get(fold)!),
  };
}

async function trainOnCluster(
  study: Study,
  place: SchedulerName,
  options: TrainOptions,
): Promise<TrainResult> {
  const { written, finished, waiting } = await submitTraining(study, place, options);
  for (const fold of finished) tellAgain(fold, options);
  const folds = [...finished, ...(await followTraining(study, waiting, options))];
  folds.sort((a, b) => a.fold - b.fold);
  return { engine: readManifest(study.directory).models[folds[0].fold].engine, written, folds };
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
): Promise<{ engine: string; folds: TrainedFold[] }> {
  const engine = await loadEngine(options.engine);
  reportPassedOver(engine, "train", options);
  const folds: TrainedFold[] = [];
  for (const run of runs) folds.push(await trainFold(study, run, engine, options));
  return { engine: engine.description, folds };
}

function processesOption(processes: number | "auto"): number | "auto" {
  if (processes === "auto") return processes;
  return numberOption("--processes", processes, { minimum: 0, integer: true });
}

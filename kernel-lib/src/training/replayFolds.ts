import { basename, join } from "node:path";
import { HistobookError, withWorkLock, writeWholeFile } from "../foundation/index.js";
import { openReplay, recordedModel, whyNoModel, type OpenRecording } from "../recording/index.js";
import {
  parseModelName,
  trainingLockName,
  trainingLogName,
  updateManifest,
  type Study,
} from "../study/index.js";
import { finishedFold, type FoldRun } from "./foldRun.js";
import type { TrainOptions } from "./options.js";
import { parseTrainingLog } from "./trainingLog.js";

/**
 * Takes those folds that are not trained yet from a recording, where one was asked for and holds them: model, curves, and a mark in
 * the manifest. Which folds it does not hold, and why, is said in a warning.
 *
 * @throws HistobookError `BadInput` when the recording can't be read, `Locked`.
 */
export async function replayFolds(
  study: Study,
  runs: readonly FoldRun[],
  options: TrainOptions,
): Promise<void> {
  const recording = await openReplay(options);
  if (!recording) return;
  for (const run of runs) {
    if (finishedFold(study, run)) continue;
    const lock = join(study.directory, trainingLockName(run.fold));
    const about = { ...options, subject: `the training of fold ${run.fold}`, step: "train" };
    await withWorkLock(lock, about, async () => {
      if (!finishedFold(study, run)) await replayFold(study, run, recording, options);
    });
  }
}

async function replayFold(
  { directory }: Study,
  { fold, key, database, logPath }: FoldRun,
  recording: OpenRecording,
  { report }: TrainOptions,
): Promise<void> {
  const say = (message: string): void => report?.({ event: "warning", step: "train", message });
  const recorded = recordedModel(recording, fold, key);
  if (!recorded) {
    say(`${recording.path}: ${whyNoModel(recording, fold, database.key)}, so fold ${fold} is trained here.`);
    return;
  }
  const { record, model } = recorded;
  if (
    record.file !== `models/${basename(record.file)}` ||
    parseModelName(basename(record.file))?.fold !== fold
  )
    throw badName(recording.path, record.file, fold);
  const log = recording.files.get(trainingLogName(fold));
  const entries = parseTrainingLog(Buffer.from(log ?? []).toString("utf8")).map((entry) =>
    entry.kind === "run" ? { ...entry, recorded: record.recorded } : entry,
  );
  writeWholeFile(join(directory, record.file), model);
  writeWholeFile(logPath, entries.map((entry) => JSON.stringify(entry) + "\n").join(""));
  await updateManifest(directory, (manifest) => ({
    ...manifest,
    models: { ...manifest.models, [fold]: record },
  }));
  say(`Fold ${fold} was not trained here: it was ${record.recorded}.`);
}

function badName(path: string, file: string, fold: number): HistobookError {
  return new HistobookError("BadInput", {
    subject: path,
    found: `a model called '${file.slice(0, 100)}'`,
    expected: `a name that step 4 gives to a model of fold ${fold}`,
    fix: "record the study again, or work without the recording",
  });
}

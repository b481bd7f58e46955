import { makeDatabases, type DatabasesResult } from "../databases/index.js";
import { evaluate, type Evaluation } from "../evaluation/index.js";
import { cellSignal, type Skipped } from "../foundation/index.js";
import { makeFolds, type FoldsResult } from "../folds/index.js";
import { output, type OutputResult } from "../output/index.js";
import { makePatches, type PatchesResult } from "../patches/index.js";
import { durationWords } from "../payloads/index.js";
import type { Study } from "../study/index.js";
import { train, type TrainResult } from "../training/index.js";
import { commandOfPlan, planForMinutes, type TimedPlan } from "./runPlan.js";
import type { PipelineOptions } from "./pipelineOptions.js";
import { runRegions } from "./runRegions.js";
import { chosenTraining, runSettings } from "./runSettings.js";

/** What each step made, and how long it took. */
export interface PipelineResult {
  patches: PatchesResult;
  folds: FoldsResult;
  databases: DatabasesResult;
  training: TrainResult;
  output: OutputResult;
  evaluation: Evaluation;
  /** What the time budget decided; null without one. */
  plan: TimedPlan | null;
  /** Seconds a step. */
  seconds: Record<"patches" | "folds" | "databases" | "training" | "output" | "evaluation", number>;
  skipped: Skipped[];
}

/**
 * Runs all five steps and the evaluation. What is already made is kept, so that an interrupted run goes on.
 *
 * With `minutes` some seconds go into measuring this machine; what that decides is a warning event, is kept in the manifest and
 * taken again by the same call.
 *
 * Without validation patients (the `paper` preset) the evaluation uses the threshold 0.5.
 *
 * @throws HistobookError whatever a step throws.
 */
export async function runPipeline(study: Study, options: PipelineOptions = {}): Promise<PipelineResult> {
  const { report, signal = cellSignal(), scale, engine, seed, workers } = options;
  const plan = options.minutes === undefined ? null : await planForMinutes(study, options);
  if (plan) report?.({ event: "warning", step: "plan", message: planSentence(study, plan, options) });
  const preset = runSettings({ ...options, ...plan });
  const common = { report, signal, seed };
  const seconds: Partial<PipelineResult["seconds"]> = {};
  const timed = async <T>(step: keyof PipelineResult["seconds"], work: Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work;
    seconds[step] = (performance.now() - start) / 1000;
    return result;
  };
  const patches = await timed(
    "patches",
    makePatches(study, { ...common, ...preset.patches, ...runRegions(study, options), scale, workers }),
  );
  const folds = await timed("folds", makeFolds(study, { ...common, ...preset.folds }));
  const databases = await timed("databases", makeDatabases(study, { ...common, workers }));
  const training = await timed(
    "training",
    train(study, { ...preset.training, ...chosenTraining(options), ...common, engine, resume: true }),
  );
  const maps = await timed("output", output(study.directory, { report, signal, ...preset.output, engine }));
  const threshold = preset.folds.validation === 0 ? 0.5 : "auto";
  const evaluation = await timed("evaluation", evaluate(study, { ...common, threshold, engine }));
  const skipped = [...patches.skipped, ...maps.skipped, ...evaluation.skipped];
  return {
    patches,
    folds,
    databases,
    training,
    output: maps,
    evaluation,
    plan,
    seconds: seconds as PipelineResult["seconds"],
    skipped,
  };
}

function planSentence({ directory }: Study, plan: TimedPlan, options: PipelineOptions): string {
  const { minutes, perImage, iterations, stride, seconds } = plan;
  const { patches, training, maps } = seconds;
  return (
    `${minutes} minutes buy ${perImage} epithelium positions an image (${durationWords(patches)}), ` +
    `${iterations} iterations a fold (${durationWords(training)}) and maps of stride ${stride} (${durationWords(maps)}). ` +
    `The same again, however fast the machine is then: ${commandOfPlan(directory, plan, options)}`
  );
}

import { makeDatabases, type DatabasesResult } from "../databases/index.js";
import type { EngineChoice } from "../engine/index.js";
import { evaluate, type Evaluation } from "../evaluation/index.js";
import { cellSignal, choiceOption, type RunOptions, type Skipped } from "../foundation/index.js";
import { makeFolds, type FoldsResult } from "../folds/index.js";
import { output, type OutputResult } from "../output/index.js";
import { makePatches, type PatchesResult } from "../patches/index.js";
import type { Study } from "../study/index.js";
import { train, type NetworkName, type RecipeOptions, type TrainResult } from "../training/index.js";
import { presets, type PresetName } from "./presets.js";

/** The options of a whole run. */
export interface PipelineOptions extends RunOptions, RecipeOptions {
  /** Default `standard`. */
  preset?: PresetName;
  /** Working pixels per pixel of the file; default the study's own, else 0.5. */
  scale?: number;
  /** The network to write into models/; default the preset's, else the tutorial's. */
  network?: NetworkName;
  engine?: EngineChoice;
  /** Default 1. */
  seed?: number;
  workers?: number;
}

/** What each step made, and how long it took. */
export interface PipelineResult {
  patches: PatchesResult;
  folds: FoldsResult;
  databases: DatabasesResult;
  training: TrainResult;
  output: OutputResult;
  evaluation: Evaluation;
  /** Seconds a step. */
  seconds: Record<"patches" | "folds" | "databases" | "training" | "output" | "evaluation", number>;
  skipped: Skipped[];
}

/**
 * Runs all five steps and the evaluation. What is already made is kept, so that an interrupted run goes on.
 *
 * Without validation patients (the `paper` preset) the evaluation uses the threshold 0.5.
 *
 * @throws HistobookError whatever a step throws.
 */
export async function runPipeline(study: Study, options: PipelineOptions = {}): Promise<PipelineResult> {
  const names = Object.keys(presets) as PresetName[];
  const preset = presets[choiceOption("--preset", options.preset ?? "standard", names)];
  const { report, signal = cellSignal(), scale, engine, seed, workers, ...chosen } = options;
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
    makePatches(study, { ...common, ...preset.patches, scale, workers }),
  );
  const folds = await timed("folds", makeFolds(study, { ...common, ...preset.folds }));
  const databases = await timed("databases", makeDatabases(study, { ...common, workers }));
  const training = await timed(
    "training",
    train(study, { ...preset.training, ...given(chosen), ...common, engine, resume: true }),
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
    seconds: seconds as PipelineResult["seconds"],
    skipped,
  };
}

/** Without what is undefined, which would hide what a preset says. */
export function given<Options extends object>(options: Options): Partial<Options> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<Options>;
}

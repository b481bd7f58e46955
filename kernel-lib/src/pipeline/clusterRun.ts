import {
  planStep,
  submitMissing,
  type ClusterOptions,
  type ClusterStep,
  type PlannedJob,
  type SchedulerName,
  type Submission,
} from "../cluster/index.js";
import { commandLineOptions, fingerprint, HistobookError } from "../foundation/index.js";
import { outputStep } from "../output/index.js";
import type { Study } from "../study/index.js";
import { trainingStep } from "../training/index.js";
import type { PipelineOptions } from "./pipelineOptions.js";
import { regionsModule } from "./runRegions.js";
import { chosenTraining, runSettings } from "./runSettings.js";

/** What a cluster is to do of a whole run, and how. */
export type ClusterRunOptions = PipelineOptions & {
  /** What each job asks its cluster for. */
  cluster?: ClusterOptions;
  /** Among how many tasks step 5 shares the images; default one an image, at most 100. */
  tasks?: number;
};

/**
 * Hands a whole run to a cluster's scheduler and does not wait for it: a chain of jobs, each of which begins when the one before
 * it has ended well. Folds are trained at once, and images are shared among tasks. The evaluation is written to
 * STUDY/evaluation.json.
 *
 * What is made already is kept. Where a step fails, those after it are cancelled; the same call again goes on.
 *
 * @returns the jobs, in their order; those of an earlier call that still wait or run are among them
 * @throws HistobookError `NoScheduler`, `SchedulerRefused`, `BadOption`.
 */
export async function submitRun(
  study: Study,
  place: SchedulerName,
  options: ClusterRunOptions = {},
): Promise<Submission[]> {
  const jobs: Submission[] = [];
  for (const step of runSteps(study, options)) {
    const { places } = await submitMissing(
      study.directory,
      place,
      step,
      options.cluster ?? {},
      jobs.slice(-1),
    );
    jobs.push(places[0].submission);
  }
  return jobs;
}

/**
 * The scripts that `submitRun` would hand over; needs no scheduler.
 *
 * @throws HistobookError `BadOption`, `BadInput`.
 */
export async function planRun(
  study: Study,
  place: SchedulerName,
  options: ClusterRunOptions = {},
): Promise<PlannedJob[]> {
  const jobs: PlannedJob[] = [];
  for (const step of runSteps(study, options))
    jobs.push(await planStep(study.directory, place, step, options.cluster ?? {}));
  return jobs;
}

/** The run's steps as arrays, with the options that the presets give them. */
function runSteps(study: Study, options: ClusterRunOptions): ClusterStep[] {
  if (options.minutes !== undefined) {
    throw new HistobookError("BadOption", {
      subject: "--minutes",
      found: "it beside --on",
      expected: "it on this machine, whose speed it measures",
      fix: "use --per-image, --iterations and --stride there",
    });
  }
  const preset = runSettings(options);
  const { directory, cases } = study;
  const { scale, engine, seed, workers, tasks } = options;
  const one = (step: string, its: Parameters<typeof commandLineOptions>[0]): ClusterStep => {
    const args = [step, directory, ...commandLineOptions(its)];
    return { step, args, tasks: [{ label: step, args: [], key: fingerprint(args) }] };
  };
  const threshold = preset.folds.validation === 0 ? 0.5 : "auto";
  const folds = Array.from({ length: preset.folds.folds ?? 5 }, (_, i) => i + 1);
  const training = { ...preset.training, ...chosenTraining(options), engine, seed };
  // What is trained is not known yet, so the options stand for it.
  const runs = folds.map((fold) => ({ fold, key: fingerprint(["train", training, fold]) }));
  return [
    one("patches", { ...preset.patches, scale, seed, workers, regions: regionsModule(study, options) }),
    one("folds", { ...preset.folds, seed }),
    one("databases", { seed, workers }),
    trainingStep(directory, runs, training),
    outputStep(directory, { ...preset.output, engine, tasks }, cases.length),
    one("evaluate", { threshold, out: `${directory}/evaluation.json` }),
  ];
}

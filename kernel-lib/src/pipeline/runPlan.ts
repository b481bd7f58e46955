import { quoted } from "../cluster/index.js";
import {
  cellSignal,
  commandLineOptions,
  fingerprint,
  HistobookError,
  isHistobookError,
  numberOption,
} from "../foundation/index.js";
import {
  imageSize,
  readManifest,
  scaledSize,
  updateManifest,
  workingScale,
  type Manifest,
  type Study,
} from "../study/index.js";
import { recipeArguments } from "../training/index.js";
import type { Preset } from "./presets.js";
import { rehearse, type Rehearsal } from "./rehearsal.js";
import type { PipelineOptions } from "./pipelineOptions.js";
import { runRegions } from "./runRegions.js";
import { chosenTraining, runSettings } from "./runSettings.js";
import { planTimeBudget, secondsOfRun, type RunPlan, type RunWork } from "./timeBudget.js";

/** What a time budget has decided, by the speeds that were measured once: it is kept in the manifest. */
export type TimedPlan = NonNullable<Manifest["plan"]>;

/** How long a run takes here, and what a time budget buys. */
export interface RunForecast extends Omit<Rehearsal, "solverTests" | "batch"> {
  /** The run as preset and options say. */
  whole: RunPlan;
  /** What so many minutes buy; without those that are too short. */
  budgets: { minutes: number; plan: RunPlan }[];
}

/** Time budgets that people have, in minutes. */
const budgets = [10, 30, 60];

/**
 * Says how long a whole run takes on this machine and what 10, 30 and 60 minutes would buy: does all steps on a few images for some
 * seconds, and keeps nothing of them. What is made already would be kept by a run, and counts here as if it were not there.
 *
 * @throws HistobookError `BadOption`, `BadInput`, `NoEngine`, `Interrupted`.
 */
export async function forecastRun(study: Study, options: PipelineOptions = {}): Promise<RunForecast> {
  const { work, rehearsal, settings } = await measureRun(study, options);
  const { engine, speeds } = rehearsal;
  const choices = {
    perImage: settings.patches.perImage ?? 5000,
    iterations: settings.training.iterations ?? 600_000,
    stride: settings.output.stride ?? 1,
  };
  const { minutes } = options;
  const wanted = minutes === undefined ? budgets : [minutesOption(minutes)];
  return {
    engine,
    speeds,
    whole: { ...choices, seconds: secondsOfRun(choices, work, speeds) },
    budgets: wanted.flatMap((one) => {
      try {
        return [{ minutes: one, plan: planTimeBudget(60 * one, work, speeds) }];
      } catch (error) {
        // Too short for any run; said where nobody else asked for it.
        if (minutes === undefined && isHistobookError(error, "BadOption")) return [];
        throw error;
      }
    }),
  };
}

/**
 * What the option `minutes` buys. A plan that was made for the same question before is taken again, so that an interrupted run
 * goes on with the patches and trainings that it has.
 *
 * @throws HistobookError `BadOption`, `BadInput`, `NoEngine`, `Interrupted`.
 */
export async function planForMinutes(study: Study, options: PipelineOptions): Promise<TimedPlan> {
  const minutes = minutesOption(options.minutes!);
  const { perImage, iterations, stride } = options;
  for (const [subject, value] of Object.entries({
    "--per-image": perImage,
    "--iterations": iterations,
    "--stride": stride,
  })) {
    if (value === undefined) continue;
    throw new HistobookError("BadOption", {
      subject: "--minutes",
      found: `${minutes} beside ${subject} ${value}`,
      expected: "one of them: the time decides patches, iterations and stride",
      fix: "leave one out",
    });
  }
  const { directory } = study;
  const key = questionKey(study, options);
  const { plan: earlier } = readManifest(directory);
  if (earlier?.key === key) return earlier;
  const { work, rehearsal, preset } = await measureRun(study, options);
  const { engine, speeds } = rehearsal;
  const plan = {
    key,
    minutes,
    preset,
    engine,
    ...planTimeBudget(60 * minutes, work, speeds),
    speeds: { ...speeds },
  };
  await updateManifest(directory, (manifest) => ({ ...manifest, plan }));
  return plan;
}

/**
 * The command that does the same again, whatever this machine's speed is then.
 *
 * @example
 * const plan = { preset: "quick" as const, perImage: 150, iterations: 900, stride: 4 };
 * commandOfPlan("my study", plan, { seed: 2 });
 * // => "histobook run 'my study' --preset quick --per-image 150 --iterations 900 --stride 4 --seed 2"
 */
export function commandOfPlan(
  directory: string,
  { preset, perImage, iterations, stride }: Pick<TimedPlan, "preset" | "perImage" | "iterations" | "stride">,
  options: PipelineOptions = {},
): string {
  const { scale, engine, seed, network } = options;
  const regions = typeof options.regions === "string" ? options.regions : undefined;
  const words = [
    ...["run", directory],
    ...commandLineOptions({ preset, perImage, iterations, stride, scale, engine, seed, network, regions }),
    ...recipeArguments(options),
  ];
  return ["histobook", ...words.map(quoted)].join(" ");
}

async function measureRun(
  study: Study,
  options: PipelineOptions,
): Promise<{ work: RunWork; rehearsal: Rehearsal; settings: Preset; preset: TimedPlan["preset"] }> {
  const { report, signal = cellSignal(), engine, seed, workers } = options;
  const { minutes, perImage, iterations, stride, scale } = options;
  const preset = options.preset ?? (minutes === undefined ? "standard" : "quick");
  const settings = runSettings({ preset, perImage, iterations, stride });
  const common = { report, signal, engine, seed, workers, scale };
  const rehearsal = await rehearse(study, {
    ...common,
    settings,
    regions: runRegions(study, options),
    training: chosenTraining(options),
  });
  const { folds = 5, validation = 0.2 } = settings.folds;
  const { edgeRatio = 1, backgroundRatio = 0.3 } = settings.patches;
  const { validateEvery, earlyStopping } = options;
  const hasValidation = validateEvery !== undefined || (earlyStopping ?? false) !== false;
  const { batch, solverTests } = rehearsal;
  const work: RunWork = {
    images: await workingSizes(study, workingScale(study.directory, scale)),
    folds,
    validationShare: validation,
    // Step 1 turns each patch once, by 90 degrees.
    patchesPerPosition: 2 * (1 + edgeRatio + backgroundRatio),
    batch,
    ...(hasValidation && { validateEvery: validateEvery ?? null }),
    ...(solverTests && { solverTests }),
  };
  return { work, rehearsal, settings, preset };
}

/** The images of which there will be patches and maps; one that can't be read is named when its turn comes. */
async function workingSizes({ cases }: Study, scale: number): Promise<{ width: number; height: number }[]> {
  const sizes = [];
  for (const { imagePath, maskPath } of cases) {
    const size = maskPath === null ? undefined : await imageSize(imagePath).catch(() => undefined);
    if (size) sizes.push({ width: scaledSize(size.width, scale), height: scaledSize(size.height, scale) });
  }
  return sizes;
}

function minutesOption(minutes: number): number {
  return numberOption("--minutes", minutes, { minimum: 0.01 });
}

/** All that decides a plan but the machine. */
function questionKey(study: Study, options: PipelineOptions): string {
  const { minutes, preset, scale, engine, seed, network } = options;
  const names = study.cases.map(({ name, maskPath }) => [name, maskPath !== null]);
  return fingerprint([
    "plan 1",
    names,
    { minutes, preset, scale, engine, seed, network },
    recipeArguments(options),
  ]);
}

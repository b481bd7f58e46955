import { choiceOption } from "../foundation/index.js";
import type { NetworkName, RecipeOptions, TrainOptions } from "../training/index.js";
import { presets, type Preset, type PresetName } from "./presets.js";

/** What may be said of a run in place of its preset's figures. */
export interface SizeOptions {
  /** Default `standard`; with `minutes` `quick`. */
  preset?: PresetName;
  /** At most so many epithelium positions an image; default the preset's. */
  perImage?: number;
  /** Iterations a fold; default the preset's. */
  iterations?: number;
  /** Step 5 computes every n-th pixel of every n-th row; default the preset's. */
  stride?: number;
}

/**
 * A preset with what was said in its place. A run of other iterations than the preset's leaves ten snapshots, or one every 10,000
 * iterations.
 *
 * @throws HistobookError `BadOption` for a preset that is not there.
 */
export function runSettings({ preset, perImage, iterations, stride }: SizeOptions): Preset {
  const names = Object.keys(presets) as PresetName[];
  const chosen = presets[choiceOption("--preset", preset ?? "standard", names)];
  const snapshotEvery = iterations && Math.min(10_000, Math.max(1, Math.ceil(iterations / 10)));
  return {
    ...chosen,
    patches: { ...chosen.patches, ...(perImage !== undefined && { perImage }) },
    training: { ...chosen.training, ...(iterations !== undefined && { iterations, snapshotEvery }) },
    output: { ...chosen.output, ...(stride !== undefined && { stride }) },
  };
}

/** What of a run's options its training is given beside the preset: without what is undefined, which would hide what a preset says. */
export function chosenTraining(
  options: RecipeOptions & { network?: NetworkName },
): Pick<TrainOptions, "network" | keyof RecipeOptions> {
  const { network, validateEvery, earlyStopping, classWeights, schedule, warmUp, flips, stainJitter } =
    options;
  const named = { network, validateEvery, earlyStopping, classWeights, schedule, warmUp, flips, stainJitter };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

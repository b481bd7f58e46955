import type { OutputOptions } from "../output/index.js";
import type { FoldsOptions } from "../folds/index.js";
import type { PatchOptions } from "../patches/index.js";
import type { RecipeOptions, TrainOptions } from "../training/index.js";

/** How much work a whole run is. */
export type PresetName = "quick" | "standard" | "paper";

/** The options that a preset gives each step. */
export interface Preset {
  /** One line for people. */
  description: string;
  patches: Pick<PatchOptions, "perImage" | "edgeRatio" | "backgroundRatio">;
  folds: Pick<FoldsOptions, "folds" | "validation">;
  training: Pick<TrainOptions, "iterations" | "batch" | "snapshotEvery" | "learningRate" | "newNetwork"> &
    RecipeOptions;
  output: Pick<OutputOptions, "stride">;
}

/** All presets, the smallest first. */
export const presets: Record<PresetName, Preset> = {
  quick: {
    description: "everything once, small enough for two processor cores and five minutes",
    // So short a training learns the edges' fine distinction badly, and too many of them make it call epithelium
    // rarely; many small batches bring it further than few large ones. The network with normalised batches was better
    // on validation patients after half of the iterations (docs/recipes.md).
    patches: { perImage: 200, edgeRatio: 0.5, backgroundRatio: 0.5 },
    folds: { folds: 5, validation: 0.2 },
    training: {
      iterations: 400,
      batch: 24,
      snapshotEvery: 200,
      learningRate: 0.001,
      newNetwork: "batch-norm",
    },
    output: { stride: 4 },
  },
  standard: {
    description: "enough training for usable maps: an hour or so on a few processor cores",
    patches: { perImage: 1000 },
    folds: { folds: 5, validation: 0.2 },
    training: { iterations: 5000, batch: 128, snapshotEvery: 1000, learningRate: 0.001 },
    output: { stride: 2 },
  },
  paper: {
    description: "the tutorial's own numbers: days on a processor",
    patches: { perImage: 5000 },
    folds: { folds: 5, validation: 0 },
    training: { iterations: 600_000, batch: 128, snapshotEvery: 10_000, learningRate: 0.001 },
    output: { stride: 1 },
  },
};

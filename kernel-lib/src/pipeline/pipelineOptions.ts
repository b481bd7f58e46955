import type { EngineChoice } from "../engine/index.js";
import type { RunOptions } from "../foundation/index.js";
import type { NetworkName, RecipeOptions } from "../training/index.js";
import type { RegionOptions } from "./runRegions.js";
import type { SizeOptions } from "./runSettings.js";

/** The options of a whole run. */
export interface PipelineOptions extends RunOptions, RecipeOptions, SizeOptions, RegionOptions {
  /** In place of `perImage`, `iterations` and `stride`: as much as fits into so many minutes on this machine. */
  minutes?: number;
  /** Working pixels per pixel of the file; default the study's own, else 0.5. */
  scale?: number;
  /** The network to write into models/; default the preset's, else the tutorial's. */
  network?: NetworkName;
  engine?: EngineChoice;
  /** Default 1. */
  seed?: number;
  workers?: number;
}

import type { Classifier } from "../../engine/index.js";
import type { Agreement } from "./compareMaps.js";
import type { View } from "./view.js";

/** The ways in which a map can be computed, as `--mode` names them. */
export const modeNames = ["window", "dense", "adaptive"] as const;

/** A way in which a map can be computed. */
export type ModeName = (typeof modeNames)[number];

/** What a mode is given: one image, and the pixels of which probabilities are wanted. */
export interface MapTask {
  classifier: Classifier;
  /** The image with its mirrored margin; mirrored and turned ones too where their answers are to be averaged. */
  views: readonly View[];
  /** The wanted pixels: each of these rows with each of these columns of the image, both ascending. */
  rows: Uint32Array;
  columns: Uint32Array;
  /** The probability by which pixels will be told apart, [0,1]. */
  threshold: number;
  /** The share of the pixels whose own windows adaptive mode may classify, [0,1]. */
  windowShare: number;
  /** Decides which pixels are drawn for comparing with window mode. */
  seed: number;
  /** Called with the number of wanted pixels that are done. */
  onWindows?: (done: number) => void;
  signal?: AbortSignal;
}

/** What a mode makes. */
export interface FilledGrid {
  /** The probability of epithelium at each wanted pixel, [0,1], row by row. */
  epithelium: Float32Array;
  /** How many pixels' own windows were classified, those for comparing included. */
  windows: number;
  /** How far it agrees with window mode where both were run; null in window mode. */
  agreement: Agreement | null;
}

/** One way of computing a map. Each stands in a file of its own; all must pass test/output/mode.contract.ts. */
export interface MapMode {
  /**
   * How many pixels beyond a window of its own it looks at, so that the image is mirrored as far.
   *
   * @throws HistobookError `Unsupported` when the network can't be used so.
   */
  context(classifier: Classifier): number;
  /**
   * Fills a map.
   *
   * @throws HistobookError `Interrupted`.
   */
  fill(task: MapTask): Promise<FilledGrid>;
}

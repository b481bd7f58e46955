import {
  choiceOption,
  HistobookError,
  numberOption,
  usableCores,
  type RunOptions,
} from "../foundation/index.js";
import type { MaskRule, PatchType } from "../study/index.js";
import type { PatchParameters } from "./parameters.js";
import type { RecordedRule, RegionRule, RegionSettings } from "./regionRule.js";

/** The options of step 1, as the command line names them. */
export interface PatchOptions extends RunOptions {
  /** Working pixels per pixel of the file; default the study's own, else 0.5 (20x to 10x). */
  scale?: number;
  /** Side of a patch in working pixels; default 32. */
  size?: number;
  /** At most so many epithelium positions an image; default 5000. */
  perImage?: number;
  /** Edge positions per epithelium position; default 1. */
  edgeRatio?: number;
  /** Background positions per epithelium position; default 0.3. */
  backgroundRatio?: number;
  /** Degrees, counter-clockwise; default [0, 90]. */
  rotations?: number[];
  /** A pixel whose grey is above this share of 255 is white and no patch's centre; default 0.8. */
  white?: number;
  /**
   * Where the labelled pixel lies in its patch (counted from 0): `inference` puts it at size/2 in every
   * rotation, where step 5 looks for it; `original` brings back the tutorial's place, which is one pixel
   * further and moves with the rotation. Default `inference`.
   */
  centre?: "inference" | "original";
  /** How the reduced mask becomes binary; default `majority` (the original: `fringe`). */
  maskRule?: MaskRule;
  /** Whether white pixels may be centres of edge patches; default `remove` (the original: `keep`). */
  whiteEdges?: "remove" | "keep";
  /**
   * Which pixels may be the centres of patches; default the tutorial's rule for epithelium. A function, a module's path whose
   * default export is one, or what the manifest remembers of a rule whose images are all done.
   */
  regions?: RegionRule | RecordedRule | string;
  /** Numbers and words that the rule goes by. */
  regionSettings?: RegionSettings;
  /** Default 1. */
  seed?: number;
  /** Worker threads; default one a core. The result does not depend on it. */
  workers?: number;
  /** Only choose positions and write no PNG files; step 3 then cuts the patches itself. Default false. */
  direct?: boolean;
}

/**
 * How many positions of a type are wanted beside a number of epithelium positions.
 *
 * The number counts positions, not patches: the original too takes its ratios before it rotates.
 */
export function wantedOfType(type: PatchType, positives: number, parameters: PatchParameters): number {
  if (type === "p") return positives;
  const ratio = type === "e" ? parameters.edgeRatio : parameters.backgroundRatio;
  return Math.round(positives * ratio);
}

/**
 * Fills in the defaults and checks every option.
 *
 * @param scale working pixels per pixel of the file
 * @throws HistobookError `BadOption`.
 * @example
 * patchParameters({ perImage: 100 }, 0.5).rotations; // => [0, 90]
 */
export function patchParameters(options: PatchOptions, scale: number): PatchParameters {
  const rotations = options.rotations ?? [0, 90];
  for (const rotation of rotations) {
    numberOption("--rotations", rotation, { minimum: 0, maximum: 359, integer: true });
  }
  if (rotations.length === 0 || new Set(rotations).size < rotations.length) {
    throw new HistobookError("BadOption", {
      subject: "--rotations",
      found: rotations.length === 0 ? "no rotation" : `a rotation twice (${rotations.join(",")})`,
      expected: "different whole degrees such as 0,90",
      fix: "give another value",
    });
  }
  const size = numberOption("--size", options.size ?? 32, { minimum: 4, maximum: 512, integer: true });
  if (size % 2 === 1) {
    throw new HistobookError("BadOption", {
      subject: "--size",
      found: `${size}`,
      expected: "an even number of pixels, so that a patch has a defined centre",
      fix: `use ${size - 1} or ${size + 1}`,
    });
  }
  return {
    scale,
    size,
    perImage: numberOption("--per-image", options.perImage ?? 5000, { minimum: 1, integer: true }),
    edgeRatio: numberOption("--edge-ratio", options.edgeRatio ?? 1, { minimum: 0 }),
    backgroundRatio: numberOption("--background-ratio", options.backgroundRatio ?? 0.3, { minimum: 0 }),
    rotations,
    white: numberOption("--white", options.white ?? 0.8, { minimum: 0, maximum: 1 }),
    centre: choiceOption("--centre", options.centre ?? "inference", ["inference", "original"]),
    maskRule: choiceOption("--mask-rule", options.maskRule ?? "majority", ["majority", "fringe"]),
    whiteEdges: choiceOption("--white-edges", options.whiteEdges ?? "remove", ["remove", "keep"]),
    seed: numberOption("--seed", options.seed ?? 1, { integer: true }),
  };
}

/**
 * How many worker threads to use: the option, else one a core.
 *
 * @throws HistobookError `BadOption`.
 * @example
 * workerCount(2); // => 2
 */
export function workerCount(workers: number | undefined): number {
  return numberOption("--workers", workers ?? usableCores(), {
    minimum: 1,
    maximum: 256,
    integer: true,
  });
}

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HistobookError, messageOf, withLock, writeWholeFile } from "../foundation/index.js";
import { checkManifest } from "./manifestSchema.js";

/**
 * The content of `histobook.json`: what was made from what. Each record has a `key`, the fingerprint of its parameters
 * and of its parents' keys: equal keys mean equal files, whoever made them and when (so there are no dates here).
 */
export interface Manifest {
  format: "histobook-study";
  version: 1;
  /** Working pixels per pixel of the image files. */
  scale: number | null;
  /** Where the images come from and under which licence. */
  source: string | null;
  /** Step 1: the tutorial's patient_struct. */
  patches: {
    key: string;
    parameters: {
      scale: number;
      size: number;
      perImage: number;
      edgeRatio: number;
      backgroundRatio: number;
      rotations: number[];
      white: number;
      centre: "inference" | "original";
      maskRule: "majority" | "fringe";
      whiteEdges: "remove" | "keep";
      seed: number;
    };
    /** False when step 1 only chose positions (`--direct`) and wrote no PNG files. */
    files: boolean;
    images: Record<
      string,
      {
        key: string;
        patient: string;
        imageNumber: number;
        /** Working size in pixels. */
        width: number;
        height: number;
        /** Positions of each type; every rotation of a position is one patch. */
        positions: { p: number; e: number; b: number };
      }
    >;
  } | null;
  /** Step 2. */
  folds: {
    key: string;
    parameters: {
      folds: number;
      seed: number;
      validation: number;
      stratify: boolean;
      separator: "tab" | "space";
    };
    size: number;
  } | null;
  /** Step 3, by fold. */
  databases: Record<
    string,
    {
      key: string;
      scale: number;
      size: number;
      shuffle: boolean;
      seed: number;
      train: { count: number; byClass: number[] };
      test: { count: number; byClass: number[] };
    }
  >;
  /** Step 4, by fold: the newest finished training. */
  models: Record<
    string,
    {
      key: string;
      file: string;
      scale: number;
      size: number;
      iterations: number;
      engine: string;
      seed: number;
      /** What options changed in the prototxts for this run. */
      overrides: Record<string, number>;
    }
  >;
  /** Step 5: `out/1/8918_00007` -> how it was made. */
  maps: Record<string, { key: string; fold: number; model: string; stride: number }>;
  /** Step 5, by fold: the threshold chosen on validation patients. */
  thresholds: Record<
    string,
    {
      key: string;
      /** Probability from which a pixel is epithelium, [0,1]. */
      value: number;
      /** Its F-score on the validation patients' pixels, and that of 0.5. */
      fScore: number;
      fScoreAtHalf: number;
      patients: string[];
      pixels: number;
    }
  >;
}

/** The file's name in the study folder. */
export const manifestName = "histobook.json";

const emptyManifest: Manifest = {
  format: "histobook-study",
  version: 1,
  scale: null,
  source: null,
  patches: null,
  folds: null,
  databases: {},
  models: {},
  maps: {},
  thresholds: {},
};

/**
 * Reads a study's manifest; a study that has none yet gets an empty one.
 *
 * @throws HistobookError `BadInput` when the file is no manifest of this version.
 * @example
 * readManifest(await createSample("study")).scale; // => 1
 */
export function readManifest(directory: string): Manifest {
  const path = join(directory, manifestName);
  if (!existsSync(path)) return structuredClone(emptyManifest);
  try {
    return checkManifest(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const detail = error instanceof SyntaxError ? "text that is not JSON" : messageOf(error);
    throw new HistobookError("BadInput", {
      subject: path,
      found: `a manifest that can't be read (${detail})`,
      expected: "a histobook manifest of version 1",
      fix: "restore the file, or move it away and run the steps again",
      cause: error,
    });
  }
}

/**
 * Changes a study's manifest; two processes that do so at once wait for each other.
 *
 * @throws HistobookError `BadInput` when the file can't be read or written, `Locked`.
 * @example
 * const study = await createSample("study");
 * await updateManifest(study, (manifest) => ({ ...manifest, scale: 0.5 }));
 * readManifest(study).scale; // => 0.5
 */
export async function updateManifest(
  directory: string,
  change: (manifest: Manifest) => Manifest,
): Promise<void> {
  const path = join(directory, manifestName);
  await withLock(`${path}.lock`, () => {
    const changed = change(readManifest(directory));
    writeWholeFile(path, JSON.stringify(changed, null, 1) + "\n");
  });
}

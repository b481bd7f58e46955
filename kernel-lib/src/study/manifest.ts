import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { HistobookError, withLock, writeWholeFile } from "../foundation/index.js";

/** How many patches of each type. */
const typeCounts = z.object({ p: z.int(), e: z.int(), b: z.int() });

const patchParameters = z.object({
  scale: z.number(),
  size: z.int(),
  perImage: z.int(),
  edgeRatio: z.number(),
  backgroundRatio: z.number(),
  rotations: z.array(z.int()),
  white: z.number(),
  centre: z.enum(["inference", "original"]),
  maskRule: z.enum(["majority", "fringe"]),
  whiteEdges: z.enum(["remove", "keep"]),
  seed: z.int(),
});

/**
 * What was made from what. Each record has a `key`, the fingerprint of its parameters and of its parents'
 * keys: equal keys mean equal files, whoever made them and when (so there are no dates here).
 */
const manifestSchema = z.object({
  format: z.literal("histobook-study"),
  version: z.literal(1),
  /** Working pixels per pixel of the image files. */
  scale: z.nullable(z.number()),
  /** Where the images come from and under which licence. */
  source: z.nullable(z.string()),
  /** Step 1: the tutorial's patient_struct. */
  patches: z.nullable(
    z.object({
      key: z.string(),
      parameters: patchParameters,
      /** False when step 1 only chose positions (`--direct`) and wrote no PNG files. */
      files: z.boolean(),
      images: z.record(
        z.string(),
        z.object({
          key: z.string(),
          patient: z.string(),
          imageNumber: z.int(),
          /** Working size in pixels. */
          width: z.int(),
          height: z.int(),
          /** Positions of each type; every rotation of a position is one patch. */
          positions: typeCounts,
        }),
      ),
    }),
  ),
  /** Step 2. */
  folds: z.nullable(
    z.object({
      key: z.string(),
      parameters: z.object({
        folds: z.int(),
        seed: z.int(),
        validation: z.number(),
        stratify: z.boolean(),
        separator: z.enum(["tab", "space"]),
      }),
      size: z.int(),
    }),
  ),
  /** Step 3, by fold. */
  databases: z.record(
    z.string(),
    z.object({
      key: z.string(),
      scale: z.number(),
      size: z.int(),
      shuffle: z.boolean(),
      seed: z.int(),
      train: z.object({ count: z.int(), byClass: z.array(z.int()) }),
      test: z.object({ count: z.int(), byClass: z.array(z.int()) }),
    }),
  ),
  /** Step 4, by fold: the newest finished training. */
  models: z.record(
    z.string(),
    z.object({
      key: z.string(),
      file: z.string(),
      scale: z.number(),
      size: z.int(),
      iterations: z.int(),
      engine: z.string(),
      seed: z.int(),
      /** What options changed in the prototxts for this run. */
      overrides: z.record(z.string(), z.number()),
    }),
  ),
  /** Step 5: `out/1/8918_00007` -> how it was made. */
  maps: z.record(
    z.string(),
    z.object({ key: z.string(), fold: z.int(), model: z.string(), stride: z.int() }),
  ),
  /** Step 5, by fold: the threshold chosen on validation patients. */
  thresholds: z.record(
    z.string(),
    z.object({
      key: z.string(),
      /** Probability from which a pixel is epithelium, [0,1]. */
      value: z.number(),
      /** Its F-score on the validation patients' pixels, and that of 0.5. */
      fScore: z.number(),
      fScoreAtHalf: z.number(),
      patients: z.array(z.string()),
      pixels: z.int(),
    }),
  ),
});

/** The content of `histobook.json`. */
export type Manifest = z.infer<typeof manifestSchema>;

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
    return manifestSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const detail =
      error instanceof z.ZodError
        ? `'${error.issues[0].path.join(".")}': ${error.issues[0].message.toLowerCase()}`
        : "text that is not JSON";
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

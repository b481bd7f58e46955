import * as z from "zod/mini";

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
 * keys: equal keys mean equal files, whoever made them and when (so there are no dates here). `from` is the key of what the record was made
 * from; manifests that an earlier histobook wrote don't have it.
 */
export const manifestSchema = z.object({
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
      from: z.optional(z.nullable(z.string())),
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
      from: z.optional(z.nullable(z.string())),
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
      from: z.optional(z.nullable(z.string())),
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
    z.object({
      key: z.string(),
      from: z.optional(z.nullable(z.string())),
      fold: z.int(),
      model: z.string(),
      stride: z.int(),
    }),
  ),
  /** Step 5, by fold: the threshold chosen on validation patients. */
  thresholds: z.record(
    z.string(),
    z.object({
      key: z.string(),
      from: z.optional(z.nullable(z.string())),
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

/** What a study without a manifest has. */
export const emptyManifest: Manifest = {
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

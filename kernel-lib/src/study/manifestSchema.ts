import * as z from "zod/mini";
import { checkAgainst } from "../foundation/check.js";
import type { Check } from "../foundation/checked.js";
import type { Manifest } from "./manifestContent.js";

/** What a manifest must be; see `Manifest` for what its parts mean. */
const manifestSchema: z.ZodMiniType<Manifest> = z.object({
  format: z.literal("histobook-study"),
  version: z.literal(1),
  scale: z.nullable(z.number()),
  source: z.nullable(z.string()),
  patches: z.nullable(
    z.object({
      key: z.string(),
      parameters: z.object({
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
        regions: z.optional(
          z.object({
            name: z.string(),
            source: z.string(),
            settings: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
          }),
        ),
      }),
      files: z.boolean(),
      images: z.record(
        z.string(),
        z.object({
          key: z.string(),
          patient: z.string(),
          imageNumber: z.int(),
          width: z.int(),
          height: z.int(),
          positions: z.object({ p: z.int(), e: z.int(), b: z.int() }),
        }),
      ),
    }),
  ),
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
      validation: z.optional(z.object({ key: z.string(), count: z.int(), byClass: z.array(z.int()) })),
    }),
  ),
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
      overrides: z.record(z.string(), z.number()),
      recipe: z.optional(z.record(z.string(), z.unknown())),
      best: z.optional(z.int()),
      recorded: z.optional(z.string()),
    }),
  ),
  maps: z.record(
    z.string(),
    z.object({
      key: z.string(),
      from: z.optional(z.nullable(z.string())),
      fold: z.int(),
      model: z.string(),
      stride: z.int(),
      recorded: z.optional(z.string()),
      mode: z.optional(z.string()),
      agreement: z.optional(
        z.nullable(
          z.object({
            pixels: z.int(),
            agreement: z.number(),
            largestDifference: z.number(),
            meanDifference: z.number(),
          }),
        ),
      ),
    }),
  ),
  thresholds: z.record(
    z.string(),
    z.object({
      key: z.string(),
      from: z.optional(z.nullable(z.string())),
      value: z.number(),
      choose: z.optional(z.enum(["f-score", "accuracy", "youden", "precision", "recall"])),
      score: z.optional(z.number()),
      atLeast: z.optional(z.nullable(z.number())),
      fScore: z.number(),
      fScoreAtHalf: z.number(),
      origin: z.optional(z.enum(["validation", "inner folds"])),
      patients: z.array(z.string()),
      pixels: z.int(),
    }),
  ),
  exploratory: z.optional(z.record(z.string(), z.array(z.number()))),
  plan: z.optional(
    z.object({
      key: z.string(),
      minutes: z.number(),
      preset: z.enum(["quick", "standard", "paper"]),
      engine: z.string(),
      perImage: z.int(),
      iterations: z.int(),
      stride: z.int(),
      seconds: z.object({ patches: z.number(), training: z.number(), maps: z.number() }),
      speeds: z.record(z.string(), z.number()),
    }),
  ),
});

/** Checks a manifest's data, in Node and in the browser; never throws. */
export function checkManifest(data: unknown): Check<Manifest> {
  return checkAgainst(manifestSchema, data, "manifest");
}

import * as z from "zod/mini";
import { count, live, recorded, share } from "./pieces.js";

/** A score, [0,1]; null where it is not defined. */
const score = z.nullable(share);

/** F-scores of the three predictors that are compared. */
const fScores = z.object({ atThreshold: score, atHalf: score, allEpithelium: score });

/** Pixels by what was predicted and what is true. */
const confusion = z.object({
  truePositives: count,
  falsePositives: count,
  falseNegatives: count,
  trueNegatives: count,
});

/** How well held-out patients were segmented. */
export const evaluationSchema = z.object({
  version: z.literal(1),
  recorded,
  live,
  /** Over all pixels of all test patients. */
  pooled: fScores,
  /** Where 95 % of `pooled.atThreshold` lie when patients are drawn again. */
  band: z.object({ low: score, high: score }),
  /** The mean over patients. */
  averaged: fScores,
  patients: z
    .array(z.object({ name: z.string(), fold: count, threshold: share, scores: fScores, counts: confusion }))
    .check(z.maxLength(5000)),
  /** The F-score over all patients at each threshold, and its band. */
  curve: z
    .array(z.object({ threshold: share, fScore: score, low: score, high: score }))
    .check(z.maxLength(1000)),
  /** How often patients were drawn for the bands. */
  repeats: count,
  calibration: z
    .array(z.object({ from: share, to: share, predicted: share, observed: share, pixels: count }))
    .check(z.maxLength(100)),
  // What follows is missing from notebooks that were saved by an earlier histobook.
  /** Each figure over all pixels, by predictor; `low` and `high` are the ends of the threshold's interval. */
  figures: z.optional(
    z
      .array(
        z.object({
          name: z.string(),
          atThreshold: score,
          low: score,
          high: score,
          atHalf: score,
          allEpithelium: score,
          allOther: score,
        }),
      )
      .check(z.maxLength(100)),
  ),
  /** Each fold's F-score at its threshold. */
  folds: z.optional(
    z
      .array(
        z.object({ name: z.string(), fold: count, threshold: share, fScore: score, low: score, high: score }),
      )
      .check(z.maxLength(1000)),
  ),
  /** The boundary F-score at each tolerance in pixels. */
  boundary: z.optional(
    z.array(z.object({ tolerance: count, fScore: score, low: score, high: score })).check(z.maxLength(100)),
  ),
  /** The images that went worst, the worst first. */
  worst: z
    .array(z.object({ name: z.string(), patient: z.string(), fold: count, fScore: score }))
    .check(z.maxLength(100)),
  /** What the reader should know, e.g. of images that were passed over. */
  notes: z.array(z.string()),
});

/** The payload of the `evaluation` view. */
export type EvaluationPayload = z.infer<typeof evaluationSchema>;

/** What the view's call `map` carries; the answer is a `probability-map` payload. */
export const mapRequest = z.object({ name: z.string(), fold: count });

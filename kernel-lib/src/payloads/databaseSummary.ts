import * as z from "zod/mini";
import { count, live, pngDataUrl, side } from "./pieces.js";

/** What one database holds. */
const database = z.object({
  name: z.string(),
  /** Records, broken ones included. */
  count,
  /** By class, from 0. */
  byClass: z.array(count).check(z.maxLength(10_000)),
  /** By the type in the patches' names: p epithelium, e edge, b background. */
  byType: z.object({ p: count, e: count, b: count, other: count }),
  /** Of a patch; null when none can be read. */
  shape: z.nullable(z.object({ channels: count, height: count, width: count })),
  /** Of its files, in bytes. */
  bytes: count,
  /** Numbers that no key has, from first to last of each gap. */
  missing: z.array(z.object({ first: count, last: count })).check(z.maxLength(1000)),
  broken: z.array(z.object({ key: z.string(), reason: z.string() })).check(z.maxLength(1000)),
  /** How many there are of both, of which the lists hold the first. */
  missingCount: count,
  brokenCount: count,
});

/** A fold's databases, its mean image, and some patches before and after the mean is subtracted. */
export const databaseSummarySchema = z.object({
  version: z.literal(1),
  live,
  fold: z.int(),
  databases: z.array(database).check(z.maxLength(10)),
  mean: z.object({
    name: z.string(),
    width: side,
    height: side,
    /** Of each channel (blue, green, red; or grey), 0 to 255. */
    means: z.array(z.number()).check(z.maxLength(4)),
    picture: pngDataUrl,
    /** The same with each channel's contrast stretched. */
    stretched: pngDataUrl,
  }),
  /** The first patches of the training database, side by side in each picture, as large as the mean image. */
  patches: z
    .object({
      names: z.array(z.string()).check(z.minLength(1), z.maxLength(64)),
      classes: z.array(count),
      before: pngDataUrl,
      /** Minus the mean; grey 128 is zero. */
      after: pngDataUrl,
    })
    .check(
      z.refine(({ names, classes }) => names.length === classes.length, {
        error: "as many classes as names",
        path: ["classes"],
      }),
    ),
});

/** The payload of the `database-summary` view. */
export type DatabaseSummaryPayload = z.infer<typeof databaseSummarySchema>;

import * as z from "zod/mini";
import { count, live, pictureDataUrl, pngDataUrl, recorded, share, side } from "./pieces.js";

/** A probability map over its image: all pictures are data URLs of the same width and height (pixels). */
export const probabilityMapSchema = z.object({
  version: z.literal(1),
  recorded,
  live,
  name: z.string(),
  width: side,
  height: side,
  /** The working size, where the pictures had to be reduced to fit an output; absent or null where they have it. */
  reducedFrom: z.optional(z.nullable(z.object({ width: count, height: count }))),
  /** The H&E image, RGB. */
  image: pictureDataUrl,
  /** 8-bit grey: 255 times the probability of epithelium. */
  probability: pngDataUrl,
  /** 8-bit grey: 255 where a pathologist marked epithelium; null where nobody did. */
  mask: z.nullable(pngDataUrl),
  /** Another map of the same image to compare with, e.g. of another model; absent or null where none was given. */
  other: z.optional(z.nullable(z.object({ name: z.string(), probability: pngDataUrl }))),
  fold: z.nullable(z.int()),
  /** A test patient's map may be looked at, but its threshold may not be chosen on it. */
  role: z.enum(["test", "validation", "unlabelled"]),
  threshold: share,
});

/** The payload of the `probability-map` view. */
export type ProbabilityMapPayload = z.infer<typeof probabilityMapSchema>;

/** What the view's call `choose` carries. */
export const thresholdChoice = z.object({ threshold: share });

import * as z from "zod/mini";
import { count, live, pngDataUrl, recorded, side } from "./pieces.js";

/** Sizes without the batch's, e.g. filters, height and width. */
const shape = z.array(count).check(z.maxLength(8));

/** A network, layer by layer. */
export const networkSchema = z.object({
  version: z.literal(1),
  recorded,
  live,
  name: z.string(),
  /** The prototxt, relative to the study; null for the tutorial's own network. */
  file: z.nullable(z.string()),
  /** Learned values. */
  parameters: count,
  /** Side of a patch in pixels. */
  size: side,
  layers: z
    .array(
      z.object({
        name: z.string(),
        type: z.string(),
        /** What it does, in words. */
        words: z.string(),
        inputs: z.array(z.string()),
        /** Of each output; empty for a single number. */
        shapes: z.array(shape),
        /** Of what it has learned: weights, bias. */
        blobs: z.array(shape),
        parameters: count,
        /** Side of the square of pixels that decides one value; null when that is the whole patch. */
        sees: z.nullable(count),
      }),
    )
    .check(z.maxLength(2000)),
  /** The first layer's filters, 16 a row, all on one scale: grey is zero. */
  filters: z.nullable(
    z.object({
      layer: z.string(),
      count: count.check(z.positive(), z.maximum(4096)),
      width: side,
      height: side,
      picture: pngDataUrl,
    }),
  ),
});

/** The payload of the `network` view. */
export type NetworkPayload = z.infer<typeof networkSchema>;

/** Filters that stand in a row of the picture. */
export const filtersInRow = 16;

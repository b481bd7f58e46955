import * as z from "zod/mini";
import { count, jpegDataUrl, live, pngDataUrl, side } from "./pieces.js";

/** A study's images with their masks, and what is wrong with any of them. */
export const casesSchema = z.object({
  version: z.literal(1),
  live,
  /** All images of the study, of which the first are shown. */
  total: count,
  patients: count,
  masked: count,
  /** Working pixels per pixel of the files, and the magnification of the files that follows from it: the network sees 10 ×. */
  scale: z.number().check(z.positive(), z.maximum(4)),
  magnification: z.number().check(z.positive()),
  cases: z
    .array(
      z.object({
        name: z.string(),
        patient: z.string(),
        /** Whether there is a mask's file. */
        masked: z.boolean(),
        /** Of the file (pixels); null where it can't be read. */
        size: z.nullable(z.object({ width: count, height: count })),
        /** Reduced; the mask has its size and is 255 where a pathologist marked epithelium. Null where they can't be read. */
        thumbnail: z.nullable(
          z.object({ width: side, height: side, image: jpegDataUrl, mask: z.nullable(pngDataUrl) }),
        ),
        /** What is wrong with the image or its mask, as a sentence. */
        problem: z.nullable(z.string()),
      }),
    )
    .check(z.maxLength(2000)),
  /** Files in images/ that can't be used, each as a sentence. */
  problems: z.array(z.string()).check(z.maxLength(10_000)),
});

/** The payload of the `cases` view. */
export type CasesPayload = z.infer<typeof casesSchema>;

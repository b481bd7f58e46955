import * as z from "zod/mini";
import { count, live } from "./pieces.js";

/** Patches by type: p epithelium (class 1), e edge and b background (class 0). */
const byType = z.object({ p: count, e: count, b: count });

/** Who trains, chooses the threshold and tests in each fold, and what patches that gives. */
export const foldSummarySchema = z
  .object({
    version: z.literal(1),
    live,
    patients: z
      .array(z.object({ name: z.string(), images: count, patches: byType }))
      .check(z.maxLength(20_000)),
    folds: z
      .array(
        z.object({
          fold: count,
          /**
           * A digit for each patient, in their order: the sum of 1 for training, 2 for validation and 4 for test. Anything
           * but 0, 1, 2 and 4 is a leak.
           */
          sides: z.string().check(z.regex(/^[0-7]*$/, { error: "a digit from 0 to 7 for each patient" })),
        }),
      )
      .check(z.maxLength(1000)),
  })
  .check(
    z.refine(({ patients, folds }) => folds.every(({ sides }) => sides.length === patients.length), {
      error: "as many digits in each fold's sides as there are patients",
      path: ["folds"],
    }),
  );

/** The payload of the `fold-summary` view. */
export type FoldSummaryPayload = z.infer<typeof foldSummarySchema>;

/** Patches by type. */
export type PatchesByType = z.infer<typeof byType>;

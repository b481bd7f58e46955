import * as z from "zod/mini";
import { count, live, recorded } from "./pieces.js";

/**
 * Points of a line: at an iteration, a value. Null stands where the value is not a finite number. The lists are as long as
 * each other.
 */
export const seriesSchema = z
  .object({ iterations: z.array(count), values: z.array(z.nullable(z.number())) })
  .check(
    z.refine(({ iterations, values }) => iterations.length === values.length, {
      error: "as many values as iterations",
      path: ["values"],
    }),
  );

/** One network's training. */
const runSchema = z.object({
  /** E.g. `fold 1`. */
  name: z.string(),
  /** Iterations that are done, and that were asked for. */
  done: count,
  iterations: count,
  /** Mean loss of the last training batches. */
  loss: seriesSchema,
  learningRate: seriesSchema,
  /** Patches a second; empty where nobody measured it. */
  speed: seriesSchema,
  /** What the tests on other patches gave, by the output's name: `loss`, `accuracy`. */
  tests: z.array(z.object({ output: z.string(), series: seriesSchema })),
  /** The newest snapshot that the run left. */
  snapshot: z.nullable(z.object({ iteration: count, file: z.string() })),
});

/** The curves of a training, while it runs and afterwards. */
export const trainingCurveSchema = z.object({
  version: z.literal(1),
  recorded,
  live,
  /** `partial`: a log that ends before its run does, of which nobody knows why. */
  state: z.enum(["running", "partial", "finished", "stopped", "failed"]),
  /** What computes, in words; null where a log does not say. */
  engine: z.nullable(z.string()),
  /** How many runs there will be; those that have begun stand in `runs`. */
  planned: count,
  /** Until the last run's end, in seconds; null where it isn't known. */
  secondsLeft: z.nullable(z.number().check(z.minimum(0))),
  /** What the reader should know, as sentences. */
  notes: z.array(z.string()),
  runs: z.array(runSchema).check(z.maxLength(1000)),
});

/** The payload of the `training-curve` view. */
export type TrainingCurvePayload = z.infer<typeof trainingCurveSchema>;

/** One network's training in that payload. */
export type TrainingRun = TrainingCurvePayload["runs"][number];

/** See `seriesSchema`. */
export type Series = z.infer<typeof seriesSchema>;

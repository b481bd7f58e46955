import * as z from "zod/mini";
import type { LogEntry } from "./trainingLog.js";

const iteration = z.int().check(z.nonnegative());
const outputs = z.record(z.string(), z.number());

const entrySchema: z.ZodMiniType<LogEntry> = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("run"),
    key: z.string(),
    engine: z.string(),
    iterations: iteration,
    batch: iteration,
  }),
  z.object({ kind: z.literal("loss"), iteration, loss: z.number(), learningRate: z.number() }),
  z.object({ kind: z.literal("test"), iteration, outputs }),
  z.object({ kind: z.literal("validation"), iteration, outputs }),
  z.object({ kind: z.literal("snapshot"), iteration, state: z.string() }),
]);

/** Reads one line of a training's log; undefined for one that is half written or says something else. */
export function parseLogLine(line: string): LogEntry | undefined {
  try {
    return z.safeParse(entrySchema, JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

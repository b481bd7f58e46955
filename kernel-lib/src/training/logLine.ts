import * as z from "zod/mini";

/** One line of a run's log. */
export type LogEntry = RunEntry | LossEntry | TestEntry | ValidationEntry | SnapshotEntry;

/** The first line: which run this is. */
export interface RunEntry {
  kind: "run";
  /** Fingerprint of everything that decides the run's result. */
  key: string;
  engine: string;
  iterations: number;
  /** Patches an iteration. */
  batch: number;
  /** Where it was computed, when the run was taken from a recording. */
  recorded?: string;
}

/** The loss of the batch of one iteration, before its update. */
export interface LossEntry {
  kind: "loss";
  iteration: number;
  loss: number;
  learningRate: number;
}

/** The mean of a test's batches: one value an output, e.g. accuracy and loss. */
export interface TestEntry {
  kind: "test";
  iteration: number;
  outputs: Record<string, number>;
}

/** The same on patches of the fold's validation patients, which decides which snapshot is the best. */
export interface ValidationEntry {
  kind: "validation";
  iteration: number;
  outputs: Record<string, number>;
}

/** A snapshot that was written whole. */
export interface SnapshotEntry {
  kind: "snapshot";
  iteration: number;
  /** The .solverstate's path, as given to the run. */
  state: string;
}

const iteration = z.int().check(z.nonnegative());
const outputs = z.record(z.string(), z.number());

const entrySchema: z.ZodMiniType<LogEntry> = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("run"),
    key: z.string(),
    engine: z.string(),
    iterations: iteration,
    batch: iteration,
    recorded: z.optional(z.string()),
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

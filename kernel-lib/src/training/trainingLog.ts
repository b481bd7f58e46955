import { existsSync, readFileSync } from "node:fs";
import { appendToFile, writeWholeFile } from "../foundation/index.js";
import { parseLogLine, type LogEntry, type RunEntry, type TestEntry } from "./logLine.js";

/**
 * A run's log, one JSON object a line, written while it runs: the curves' source, for this process and others.
 */
export interface TrainingLog {
  entries(): LogEntry[];
  add(entry: LogEntry): void;
}

/** A test's loss; of a network that tests none, what its accuracy lacks to 1. */
export function lossOf({ outputs }: Pick<TestEntry, "outputs">): number {
  const loss = Object.entries(outputs).find(([name]) => name.includes("loss"))?.[1];
  return loss ?? 1 - (outputs.accuracy ?? -Infinity);
}

/** Reads a log; lines that a killed process left half written, or that are no entries, are passed over. */
export function readTrainingLog(path: string): LogEntry[] {
  return existsSync(path) ? parseTrainingLog(readFileSync(path, "utf8")) : [];
}

/** Reads a log's text. */
export function parseTrainingLog(text: string): LogEntry[] {
  return text.split("\n").flatMap((line) => parseLogLine(line) ?? []);
}

/**
 * Starts or goes on with a log.
 *
 * @param path null keeps it in memory only
 * @param from the iteration to go on from: later entries, of a run that did not get to its snapshot, are dropped
 */
export function openTrainingLog(path: string | null, run: RunEntry, from: number): TrainingLog {
  const earlier = path === null || from === 0 ? [] : readTrainingLog(path);
  const entries: LogEntry[] = [run, ...upTo(from, earlier)];
  const text = (entry: LogEntry): string => JSON.stringify(entry) + "\n";
  if (path !== null) writeWholeFile(path, entries.map(text).join(""));
  return {
    entries: () => [...entries],
    add(entry) {
      entries.push(entry);
      if (path !== null) appendToFile(path, text(entry));
    },
  };
}

/** What an earlier run has written until the snapshot of an iteration: all that stands before it, if it was this log's run. */
function upTo(iteration: number, earlier: readonly LogEntry[]): LogEntry[] {
  const own = earlier.filter((entry) => entry.kind !== "run");
  const snapshot = own.findLastIndex((entry) => entry.kind === "snapshot" && entry.iteration === iteration);
  if (snapshot >= 0) return own.slice(0, snapshot + 1);
  return own.filter((entry) => entry.iteration < iteration);
}

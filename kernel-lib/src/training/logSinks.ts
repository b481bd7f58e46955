import { join } from "node:path";
import { appendToFile, makeFolder, writeWholeFile } from "../foundation/index.js";
import { startTensorBoardFile } from "./tensorBoardFile.js";
import type { LogEntry } from "./logLine.js";

/** A file in another program's format that grows with a run's log. It is told the log from its beginning. */
export interface LogSink {
  add(entry: LogEntry): void;
  close(): void;
}

/** Where a run's log goes besides its own file; folders. */
export interface LogSinkOptions {
  /** For a table that a spreadsheet reads. */
  csv?: string;
  /** For TensorBoard: one run a fold. */
  tensorBoard?: string;
}

/**
 * Opens what was asked for; what an earlier run of the same fold has written there is replaced.
 *
 * @param fold undefined for a solver outside of a study
 * @throws HistobookError `BadInput` for a folder that can't be written.
 */
export function openLogSinks({ csv, tensorBoard }: LogSinkOptions, fold: number | undefined): LogSink {
  const sinks = [
    ...(csv === undefined ? [] : [csvSink(csv, fold)]),
    ...(tensorBoard === undefined ? [] : [tensorBoardSink(tensorBoard, fold)]),
  ];
  return {
    add: (entry) => sinks.forEach((sink) => sink.add(entry)),
    close: () => sinks.forEach((sink) => sink.close()),
  };
}

/** One number of a log's line; its name says where it was measured. */
interface Value {
  iteration: number;
  name: string;
  value: number;
}

function valuesOf(entry: LogEntry): Value[] {
  if (entry.kind !== "loss" && entry.kind !== "test" && entry.kind !== "validation") return [];
  const { iteration } = entry;
  const values =
    entry.kind === "loss"
      ? { "train/loss": entry.loss, learning_rate: entry.learningRate }
      : Object.fromEntries(
          Object.entries(entry.outputs).map(([name, value]) => [`${entry.kind}/${name}`, value]),
        );
  return Object.entries(values).map(([name, value]) => ({ iteration, name, value }));
}

/** `K-training-log.csv`: one value a line, since not every iteration has all. */
function csvSink(folder: string, fold: number | undefined): LogSink {
  makeFolder(folder);
  const path = join(folder, `${fold === undefined ? "" : `${fold}-`}training-log.csv`);
  writeWholeFile(path, "iteration,name,value\n");
  return {
    add(entry) {
      for (const { iteration, name, value } of valuesOf(entry)) {
        appendToFile(path, `${iteration},${name},${value}\n`);
      }
    },
    close() {},
  };
}

function tensorBoardSink(folder: string, fold: number | undefined): LogSink {
  const file = startTensorBoardFile(fold === undefined ? folder : join(folder, `fold_${fold}`));
  return {
    add(entry) {
      for (const { iteration, name, value } of valuesOf(entry)) file.scalar(name, value, iteration);
      // A loss comes too often to be written alone; tests and snapshots are what one waits for.
      if (entry.kind !== "loss") file.flush();
    },
    close: () => file.flush(),
  };
}

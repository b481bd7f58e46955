import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { HistobookError, type ErrorCode, type ErrorParts, type StepEvent } from "../foundation/index.js";
import type { TrainedFold } from "./foldRun.js";
import type { TrainOptions } from "./options.js";
import { trainArguments } from "./trainArguments.js";
import type { LogEntry } from "./logLine.js";

/** A fold to train in a process of its own. */
export interface OwnProcessTask {
  /** The study's folder. */
  directory: string;
  fold: number;
  options: TrainOptions;
  /** The newest snapshot there is, for the sentence about a process that was lost. */
  newestSnapshot: () => string | undefined;
}

/** A line of the command's `--json`. */
type Line =
  | StepEvent
  | { event: "log"; fold: number; entry: LogEntry }
  | { event: "result"; engine: string; folds: TrainedFold[] }
  | { event: "error"; code: ErrorCode | "Unexpected"; message: string; parts?: ErrorParts };

/** The command, whichever way this library was loaded. */
const program = join(__dirname, "..", "..", "bin", "histobook.js");

/**
 * Trains one fold by the command `histobook train` in a process of its own, and passes on all that it says.
 *
 * The process ends by itself, and leaves a snapshot, when `options.signal` is aborted or this process is gone: both
 * cut the channel between them.
 *
 * @throws HistobookError the process' own, or `ProcessLost` with its last words when it ended without a result.
 */
export async function trainInOwnProcess(
  task: OwnProcessTask,
): Promise<{ engine: string; fold: TrainedFold }> {
  const { directory, fold, options } = task;
  const child = spawn(process.execPath, [program, ...trainArguments(directory, options), ...alone(fold)], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // What a recording holds was taken from there before.
    env: { ...process.env, HISTOBOOK_REPLAY: "" },
    windowsHide: true,
  });
  const leave = (): void => {
    if (child.connected) child.disconnect();
  };
  options.signal?.addEventListener("abort", leave);
  // A spawn that fails has no channel yet.
  if (options.signal?.aborted) child.once("spawn", leave);
  try {
    const { last, ending, words } = await listen(child, options);
    if (last?.event === "result") return { engine: last.engine, fold: last.folds[0] };
    if (last?.event === "error" && last.code !== "Unexpected" && last.parts) {
      throw new HistobookError(last.code, last.parts);
    }
    throw lost(task, ending, last?.message ?? words);
  } finally {
    options.signal?.removeEventListener("abort", leave);
    leave();
  }
}

function alone(fold: number): string[] {
  return ["--fold", String(fold), "--processes", "0", "--json"];
}

/** What a process said at its end, and how it ended. */
interface Ended {
  last: Extract<Line, { event: "result" | "error" }> | undefined;
  ending: string;
  words: string;
}

async function listen(child: ChildProcess, { report, onEntry }: TrainOptions): Promise<Ended> {
  let last: Ended["last"];
  let errors = "";
  createInterface({ input: child.stdout! }).on("line", (text) => {
    const line = parse(text);
    if (line === undefined) errors += `${text}\n`;
    else if (line.event === "log") onEntry?.(line.fold, line.entry);
    else if (line.event === "result" || line.event === "error") last = line;
    else report?.(line);
  });
  child.stderr!.on("data", (chunk) => (errors = (errors + String(chunk)).slice(-4000)));
  // A child whose channel was cut from here never emits "close".
  const read = Promise.all([finished(child.stdout!), finished(child.stderr!)]);
  const ending = await new Promise<string>((end) => {
    child.once("error", (error) => end(`could not be started (${error.message})`));
    child.once("exit", (status, signal) =>
      end(signal === null ? `ended with status ${status}` : `was ended by ${signal}`),
    );
  });
  await read;
  return { last, ending, words: lastLines(errors) };
}

/** What stands on no line of ours, e.g. an engine's own words, is no event. */
function parse(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Line;
    return typeof line === "object" && line !== null && "event" in line ? line : undefined;
  } catch {
    return undefined;
  }
}

function lastLines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-3)
    .join(" | ");
}

function lost({ fold, newestSnapshot }: OwnProcessTask, ending: string, words: string): HistobookError {
  const snapshot = newestSnapshot();
  return new HistobookError("ProcessLost", {
    subject: `the training of fold ${fold}`,
    found: `that its process ${ending}, ${words === "" ? "without a word" : `with the words '${words}'`}`,
    expected: "a trained model",
    fix:
      snapshot === undefined
        ? "see that enough memory is free, and run the same again"
        : `see that enough memory is free, and run the same again with resume, and it goes on from ${snapshot}`,
  });
}

import { Command, InvalidArgumentError } from "commander";
import { HistobookError, isHistobookError, type RunOptions, type Skipped } from "../foundation/index.js";
import { jsonReporter, textReporter, type Reporter } from "./reporter.js";

/** What a command's work gives back: data for programs, lines for people, and what was passed over. */
export interface Outcome {
  data: object;
  lines: string[];
  skipped?: Skipped[];
}

/** The commands' exit statuses. */
export const exitStatus = { done: 0, failed: 1, wrongUsage: 2, someSkipped: 3 } as const;

/** Makes a command with what all commands have. */
export function newCommand(name: string, description: string): Command {
  return new Command(name).description(description).option("--json", "write one JSON object a line");
}

/**
 * Runs a command's work: progress, interrupts, one sentence for an error, the exit status.
 *
 * The first interrupt lets the step come to a whole end; a second one from the keyboard ends at once. A process that another one of ours
 * has started takes the end of the channel between them for an interrupt: nobody would hear it any more.
 */
export async function perform(
  options: { json?: boolean },
  work: (run: Required<RunOptions>, reporter: Reporter) => Promise<Outcome>,
): Promise<void> {
  const reporter: Reporter = options.json ? jsonReporter() : textReporter();
  const abort = new AbortController();
  // A terminal interrupts both at once, and only the one that was started first decides to end at once.
  const isStarted = (process.connected as boolean | undefined) !== undefined;
  const interrupt = (signal?: NodeJS.Signals): void => {
    // A scheduler's signal comes twice: to the work, and to the script that passes it on.
    if (abort.signal.aborted && !isStarted && signal === "SIGINT") process.exit(exitStatus.failed);
    abort.abort();
  };
  const leave = (): void => interrupt();
  process.on("disconnect", leave);
  if (isStarted && !process.connected) abort.abort();
  // Whoever read our words may be gone; the work is still brought to a whole end.
  process.stdout.on("error", ignore);
  process.stderr.on("error", ignore);
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  // Without this a process in which nothing can happen any more would end as if all were well.
  const lost = (): void => {
    reporter.error(withoutEnd());
    process.exitCode = exitStatus.failed;
  };
  process.once("beforeExit", lost);
  try {
    const {
      data,
      lines,
      skipped = [],
    } = await work({ report: reporter.report, signal: abort.signal }, reporter);
    reporter.skipped(skipped);
    reporter.result({ ...data, skipped }, lines);
    process.exitCode = skipped.length > 0 ? exitStatus.someSkipped : exitStatus.done;
  } catch (error) {
    reporter.error(error);
    process.exitCode = isHistobookError(error, "BadOption") ? exitStatus.wrongUsage : exitStatus.failed;
  } finally {
    process.off("beforeExit", lost);
    process.off("disconnect", leave);
    process.stdout.off("error", ignore);
    process.stderr.off("error", ignore);
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

function withoutEnd(): HistobookError {
  return new HistobookError("ProcessLost", {
    subject: "histobook",
    found: "work that will never end, since what it waits for is gone",
    expected: "a result",
    fix: "see that enough memory is free, and run the same again; what is made is kept",
  });
}

const ignore = (): void => {};

/** Reads a number from the command line. */
export function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
}

/** Reads numbers with commas between them. */
export function toNumbers(text: string): number[] {
  return text.split(",").map(toNumber);
}

/** Reads a number or the word `auto`. */
export function toNumberOrAuto(text: string): number | "auto" {
  return text === "auto" ? "auto" : toNumber(text);
}

/** A share or score for people: three digits, or a dash where it is not defined. */
export function showScore(score: number | null): string {
  return score === null ? "-" : score.toFixed(3);
}

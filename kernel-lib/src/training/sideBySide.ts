import { freemem } from "node:os";
import {
  cellSignal,
  HistobookError,
  isHistobookError,
  usableCores,
  type ProgressEvent,
} from "../foundation/index.js";
import type { Study } from "../study/index.js";
import { resumableSnapshot, type FoldRun, type TrainedFold } from "./foldRun.js";
import type { TrainOptions } from "./options.js";
import { trainInOwnProcess } from "./ownProcess.js";

/**
 * What a process that trains takes: bytes of memory, and cores that it makes good use of. Each may use all cores: with
 * fewer threads the engine would sum in another order, and the same seed would no longer give the same bytes.
 */
const share = { bytes: 1.5 * 2 ** 30, cores: 2 };

/**
 * How many processes can train side by side on a machine; at least one.
 *
 * @param machine its processor cores and its free memory in bytes
 */
export function processesFor(folds: number, machine: { cores: number; freeBytes: number }): number {
  const byCores = Math.floor(machine.cores / share.cores);
  const byMemory = Math.floor(machine.freeBytes / share.bytes);
  return Math.max(1, Math.min(folds, byCores, byMemory));
}

/**
 * Trains folds in processes of their own, so many at a time. A fold that fails does not stop the others.
 *
 * @returns the engine, where any fold was trained; the folds as they ended
 * @throws HistobookError the fold's own; of several, the first one's code and all their sentences.
 */
export async function trainSideBySide(
  study: Study,
  runs: readonly FoldRun[],
  options: TrainOptions,
  processes: number | "auto",
): Promise<{ engine: string | undefined; folds: TrainedFold[] }> {
  const { directory } = study;
  const { signal = cellSignal() } = options;
  const folds: TrainedFold[] = [];
  const machine = { cores: usableCores(), freeBytes: freemem() };
  const most = processes === "auto" ? processesFor(runs.length, machine) : processes;
  const progress = sumOfProgress(options.report);
  const failures: { fold: number; error: unknown }[] = [];
  let engine: string | undefined;
  await inTurns(runs, most, async (run) => {
    const { fold } = run;
    const own = { ...options, signal, report: progress(fold, runs.length) };
    const newestSnapshot = (): string | undefined => resumableSnapshot(run, {});
    try {
      const trained = await trainInOwnProcess({ directory, fold, options: own, newestSnapshot });
      engine = trained.engine;
      folds.push(trained.fold);
    } catch (error) {
      failures.push({ fold, error });
    }
  });
  if (failures.length > 0) throw failureOf(failures);
  return { engine, folds };
}

async function inTurns<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
}

/** Several folds that report at once are one step: their iterations are counted together. */
function sumOfProgress(
  report: TrainOptions["report"],
): (fold: number, folds: number) => TrainOptions["report"] {
  const newest = new Map<number, ProgressEvent>();
  return (fold, folds) => (event) => {
    if (event.event !== "progress" || folds === 1) {
      report?.(event);
      return;
    }
    newest.set(fold, event);
    const done = [...newest.values()].reduce((sum, one) => sum + one.done, 0);
    report?.({ ...event, done, total: event.total * folds });
  };
}

function failureOf(failures: readonly { fold: number; error: unknown }[]): unknown {
  const [first] = failures;
  if (failures.length === 1 || !isHistobookError(first.error)) return first.error;
  const { code, parts } = first.error;
  // All were stopped by the same interrupt, and go on in the same way.
  if (code === "Interrupted") return first.error;
  const sentences = failures.map(({ fold, error }) =>
    isHistobookError(error) ? `fold ${fold}: ${error.parts.found}` : `fold ${fold}: ${String(error)}`,
  );
  return new HistobookError(code, {
    ...parts,
    subject: `the training of folds ${failures.map(({ fold }) => fold).join(", ")}`,
    found: sentences.join("; "),
    cause: new AggregateError(failures.map(({ error }) => error)),
  });
}

import { setImmediate as nextTurn } from "node:timers/promises";
import type { SolverParameter } from "../caffe/index.js";
import type { Learner } from "../engine/index.js";
import { HistobookError } from "../foundation/index.js";
import { batchesPerIteration, nextBatches } from "./feed.js";
import { meanOutputs } from "./meanOutputs.js";
import type { OpenPhase } from "./openPhase.js";
import { RunWatch } from "./runWatch.js";
import { scheduledRate } from "./schedule.js";
import type { SolveTask } from "./solveTask.js";
import { removeSnapshots, snapshotsToRemove } from "./oldSnapshots.js";
import { snapshotFiles, writeSnapshot, type Snapshot, type SnapshotFiles } from "./snapshots.js";
import type { LogEntry } from "./logLine.js";
import type { TrainingLog } from "./trainingLog.js";
import { bestValidation, validate, type Validation } from "./validation.js";

/** How a run ended. */
export interface SolveResult {
  iterations: number;
  /** The last snapshot's files, relative to the working directory; null when the solver writes none. */
  files: SnapshotFiles | null;
  /** The snapshot that did best on the validation patients; null without such tests. */
  best: { iteration: number; files: SnapshotFiles } | null;
  entries: LogEntry[];
}

/** A run while it runs: its iteration, its log, its last snapshot. */
export class SolverRun {
  private readonly log: TrainingLog;
  private readonly watch: RunWatch;
  private readonly losses: number[] = [];
  private readonly startedAt = performance.now();
  private saved: { iteration: number; files: SnapshotFiles } | undefined;

  constructor(
    private readonly task: SolveTask,
    private readonly train: OpenPhase,
    private readonly test: OpenPhase | undefined,
    private readonly validation: Validation | undefined,
    private readonly learner: Learner,
    public iteration: number,
    private readonly from = iteration,
  ) {
    this.watch = new RunWatch(task.subject, task.testShares);
    this.log = task.openLog(iteration);
    this.log.entries().forEach((entry) => task.onEntry?.(entry));
  }

  async step(): Promise<void> {
    const { solver } = this.task;
    await this.testIfDue(solver.testInitialization);
    const batches = await nextBatches(this.train.feed, solver);
    for (const { labels } of batches) this.warn(this.watch.batch(labels));
    const rate = scheduledRate(solver, this.task.recipe ?? {}, this.iteration);
    const loss = await this.learner.step(batches, rate, this.iteration);
    if (!Number.isFinite(loss)) throw diverged(this.task.subject, this.iteration, loss);
    this.losses.push(loss);
    if (this.losses.length > Math.max(1, solver.averageLoss)) this.losses.shift();
    if (solver.display > 0 && this.iteration % solver.display === 0) {
      const mean = this.losses.reduce((sum, value) => sum + value, 0) / this.losses.length;
      this.add({ kind: "loss", iteration: this.iteration, loss: mean, learningRate: rate });
    }
    this.iteration++;
    this.reportProgress(loss);
    if (solver.snapshot > 0 && this.iteration % solver.snapshot === 0) await this.snapshot();
    // Lets an interrupt, a display or another task of this process have its turn.
    await nextTurn();
  }

  async finish(): Promise<SolveResult> {
    if (this.task.solver.snapshotAfterTrain) await this.snapshot();
    await this.testIfDue(true);
    const files = this.saved?.files ?? null;
    if (this.validation) await this.validateNow(this.validation);
    const entries = this.log.entries();
    return { iterations: this.iteration, files, best: this.best(entries), entries };
  }

  /** Tests on the validation patients when it is time. @returns whether the training has come to no progress */
  async validateIfDue(): Promise<boolean> {
    const { validation } = this;
    if (!validation || this.iteration === 0 || this.iteration % validation.task.every !== 0) return false;
    await this.validateNow(validation);
    const { patience = Infinity } = validation.task;
    return (bestValidation(this.log.entries())?.since ?? 0) >= patience;
  }

  async snapshot(): Promise<void> {
    const { solver, networks, workingDirectory } = this.task;
    if (this.saved?.iteration === this.iteration || (this.saved === undefined && this.iteration === 0))
      return;
    const state: Snapshot = {
      iteration: this.iteration,
      currentStep: stepOf(solver, this.iteration),
      ...(await this.learner.state()),
    };
    const files = writeSnapshot(workingDirectory, solver.snapshotPrefix, networks.train, state);
    this.saved = { iteration: this.iteration, files };
    this.add({ kind: "snapshot", iteration: this.iteration, state: files.state });
    this.removeOldSnapshots();
  }

  /** Keeps what was learned, and gives the error that ends the run. */
  async interrupt(): Promise<HistobookError> {
    await this.snapshot();
    const kept = this.saved ?? (this.from > 0 ? { iteration: this.from } : undefined);
    return new HistobookError("Interrupted", {
      subject: this.task.subject,
      found: `an interrupt at iteration ${this.iteration}`,
      expected: `${this.task.solver.maxIter} iterations`,
      fix: kept
        ? `run the same again with --resume, and it goes on from iteration ${kept.iteration}`
        : "run the same again",
    });
  }

  /** Tests on the validation patients, once an iteration, and keeps what was learned where it is the best. */
  private async validateNow(validation: Validation): Promise<void> {
    const { iteration } = this;
    const isDone = this.log
      .entries()
      .some((entry) => entry.kind === "validation" && entry.iteration === iteration);
    if (isDone) return;
    const outputs = await validate(validation, this.learner, this.task.signal);
    if (!outputs) throw await this.interrupt();
    this.add({ kind: "validation", iteration, outputs });
    if (bestValidation(this.log.entries())?.entry.iteration === iteration) await this.snapshot();
    // One that was written before this test may have been the best until now.
    this.removeOldSnapshots();
  }

  private removeOldSnapshots(): void {
    const { keep, workingDirectory } = this.task;
    if (keep !== undefined) removeSnapshots(workingDirectory, snapshotsToRemove(this.log.entries(), keep));
  }

  private best(entries: readonly LogEntry[]): SolveResult["best"] {
    const best = bestValidation(entries)?.entry.iteration;
    if (best === undefined) return null;
    return { iteration: best, files: snapshotFiles(this.task.solver.snapshotPrefix, best) };
  }

  private async testIfDue(wanted: boolean): Promise<void> {
    const { solver } = this.task;
    if (!this.test || this.iteration % solver.testInterval !== 0) return;
    if (this.iteration === 0 && !wanted) return;
    const { feed } = this.test;
    const count = testIterations(solver);
    const outputs = await meanOutputs(this.learner, this.test, count, () => feed.next(), this.task.signal);
    if (!outputs) throw await this.interrupt();
    this.add({ kind: "test", iteration: this.iteration, outputs });
  }

  private add(entry: LogEntry): void {
    this.log.add(entry);
    this.task.onEntry?.(entry);
    this.warn(this.watch.entry(entry));
  }

  private warn(sentences: readonly string[]): void {
    for (const message of sentences) this.task.report?.({ event: "warning", step: "train", message });
  }

  private reportProgress(loss: number): void {
    const { solver, report, subject } = this.task;
    const seconds = (performance.now() - this.startedAt) / 1000;
    const patches = (this.iteration - this.from) * this.train.feed.batchSize * batchesPerIteration(solver);
    report?.({
      event: "progress",
      step: "train",
      done: this.iteration,
      total: solver.maxIter,
      unit: "iterations",
      detail: `${subject}: loss ${loss.toPrecision(3)}, ${Math.round(patches / seconds)} patches/s`,
    });
  }
}

/** Batches a test. */
export function testIterations(solver: SolverParameter): number {
  return Math.max(1, solver.testIter.at(0) ?? 1);
}

function stepOf(solver: SolverParameter, iteration: number): number {
  if (solver.lrPolicy === "step") return Math.floor(iteration / solver.stepsize);
  if (solver.lrPolicy === "multistep") return solver.stepvalue.filter((step) => iteration >= step).length;
  return 0;
}

function diverged(subject: string, iteration: number, loss: number): HistobookError {
  return new HistobookError("BadInput", {
    subject,
    topic: "prototxts",
    found: `a loss of ${loss} at iteration ${iteration}`,
    expected: "a finite loss",
    fix: "lower base_lr (or --learning-rate) and train again",
  });
}

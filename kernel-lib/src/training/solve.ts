import { dirname, resolve } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { filterNet, Phase, readModel, type NetParameter, type SolverParameter } from "../caffe/index.js";
import {
  eagerLearner,
  initialWeights,
  isDataLayer,
  planNetwork,
  takeWeights,
  type Engine,
  type Learner,
  type NetworkPlan,
  type Shape,
  type SolverType,
  type Weights,
} from "../engine/index.js";
import { HistobookError, stopIfAborted, type RunOptions } from "../foundation/index.js";
import { openFeed, type Feed } from "./feed.js";
import { learningRate } from "./learningRate.js";
import { readSnapshot, writeSnapshot, type Snapshot } from "./snapshots.js";
import type { LogEntry, TrainingLog } from "./trainingLog.js";

/** One training run, fully said. */
export interface SolveTask extends RunOptions {
  engine: Engine;
  solver: SolverParameter;
  net: NetParameter;
  /** Names the solver's prototxt in errors. */
  subject: string;
  /** What the paths in both prototxts are relative to. */
  workingDirectory: string;
  seed: number;
  /** A .caffemodel to start from. */
  weights?: string;
  /** A .solverstate to go on from. */
  snapshot?: string;
  /** Whether a resumed run reads on where it was (default), or from the database's start as Caffe does. */
  cursor?: "continue" | "restart";
  /** Opened by the caller once the first iteration is known. */
  openLog(from: number): TrainingLog;
  /** Called with each line of the log. */
  onEntry?: (entry: LogEntry) => void;
}

/** How a run ended. */
export interface SolveResult {
  iterations: number;
  /** The last snapshot's files, relative to the working directory; null when the solver writes none. */
  files: { model: string; state: string } | null;
  entries: LogEntry[];
}

/**
 * Runs a solver to its max_iter as `caffe train` does: tests, displays and snapshots at the solver's intervals.
 *
 * An interrupt leaves a snapshot.
 *
 * @throws HistobookError `Interrupted`, `Unsupported`, or `BadInput` for files that don't fit together.
 */
export async function solve(task: SolveTask): Promise<SolveResult> {
  const { solver, workingDirectory, subject, signal } = task;
  checkSolver(solver, subject);
  const start = task.snapshot === undefined ? undefined : readSnapshot(task.snapshot, workingDirectory);
  const from = start?.iteration ?? 0;
  const reread = task.cursor === "restart";
  const train = await openPhase(task, Phase.TRAIN, reread ? 0 : from * solver.iterSize);
  let test: OpenPhase | undefined;
  let learner: Learner | undefined;
  try {
    if (solver.testInterval > 0 && hasTestPhase(task.net)) {
      test = await openPhase(
        task,
        Phase.TEST,
        reread ? 0 : testsBefore(solver, from) * testIterations(solver),
      );
    }
    learner = startLearner(task, train, start);
    const run = new Run(task, train, test, learner, from);
    while (run.iteration < solver.maxIter) {
      if (signal?.aborted) {
        run.snapshot();
        stopIfAborted(signal, subject);
      }
      await run.step();
    }
    return await run.finish();
  } finally {
    learner?.dispose();
    await train.feed.close();
    await test?.feed.close();
  }
}

interface OpenPhase {
  plan: NetworkPlan;
  feed: Feed;
}

/** What changes while a run runs. */
class Run {
  private readonly log: TrainingLog;
  private readonly losses: number[] = [];
  private readonly startedAt = performance.now();
  private saved: { iteration: number; files: { model: string; state: string } } | undefined;

  constructor(
    private readonly task: SolveTask,
    private readonly train: OpenPhase,
    private readonly test: OpenPhase | undefined,
    private readonly learner: Learner,
    public iteration: number,
    private readonly from = iteration,
  ) {
    this.log = task.openLog(iteration);
    this.log.entries().forEach((entry) => task.onEntry?.(entry));
  }

  async step(): Promise<void> {
    const { solver } = this.task;
    await this.testIfDue(solver.testInitialization);
    const batches = [];
    for (let i = 0; i < Math.max(1, solver.iterSize); i++) batches.push(await this.train.feed.next());
    const rate = learningRate(solver, this.iteration);
    const loss = this.learner.step(batches, rate, this.iteration);
    if (!Number.isFinite(loss)) throw diverged(this.task.subject, this.iteration, loss);
    this.losses.push(loss);
    if (this.losses.length > Math.max(1, solver.averageLoss)) this.losses.shift();
    if (solver.display > 0 && this.iteration % solver.display === 0) {
      const mean = this.losses.reduce((sum, value) => sum + value, 0) / this.losses.length;
      this.add({ kind: "loss", iteration: this.iteration, loss: mean, learningRate: rate });
    }
    this.iteration++;
    this.reportProgress(loss);
    if (solver.snapshot > 0 && this.iteration % solver.snapshot === 0) this.snapshot();
    // Lets an interrupt, a display or another task of this process have its turn.
    await nextTurn();
  }

  async finish(): Promise<SolveResult> {
    if (this.task.solver.snapshotAfterTrain) this.snapshot();
    await this.testIfDue(true);
    return { iterations: this.iteration, files: this.saved?.files ?? null, entries: this.log.entries() };
  }

  snapshot(): void {
    const { solver, net, workingDirectory } = this.task;
    if (this.saved?.iteration === this.iteration || (this.saved === undefined && this.iteration === 0))
      return;
    const state: Snapshot = {
      iteration: this.iteration,
      currentStep: stepOf(solver, this.iteration),
      ...this.learner.state(),
    };
    const files = writeSnapshot(workingDirectory, solver.snapshotPrefix, net, state);
    this.saved = { iteration: this.iteration, files };
    this.add({ kind: "snapshot", iteration: this.iteration, state: files.state });
  }

  private async testIfDue(wanted: boolean): Promise<void> {
    const { solver } = this.task;
    if (!this.test || this.iteration % solver.testInterval !== 0) return;
    if (this.iteration === 0 && !wanted) return;
    const sums = new Map<string, number>();
    const count = testIterations(solver);
    for (let i = 0; i < count; i++) {
      const { plan, feed } = this.test;
      const outputs = this.learner.test(plan, feed.transformation, await feed.next());
      for (const [name, value] of outputs) sums.set(name, (sums.get(name) ?? 0) + value);
    }
    const outputs = Object.fromEntries([...sums].map(([name, sum]) => [name, sum / count]));
    this.add({ kind: "test", iteration: this.iteration, outputs });
  }

  private add(entry: LogEntry): void {
    this.log.add(entry);
    this.task.onEntry?.(entry);
  }

  private reportProgress(loss: number): void {
    const { solver, report, subject } = this.task;
    const seconds = (performance.now() - this.startedAt) / 1000;
    const patches = (this.iteration - this.from) * this.train.feed.batchSize * Math.max(1, solver.iterSize);
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

async function openPhase(task: SolveTask, phase: Phase, startBatch: number): Promise<OpenPhase> {
  const { net, workingDirectory, subject, seed } = task;
  const layer = filterNet(net, { phase }).layer.find(isDataLayer);
  if (!layer) {
    throw new HistobookError("BadInput", {
      subject,
      found: `no data layer in the network's ${Phase[phase]} phase`,
      expected: 'a layer of type "Data"',
      fix: "correct the network's prototxt",
    });
  }
  const name = phase === Phase.TRAIN ? "train" : "test";
  const feed = await openFeed(layer, { workingDirectory, subject, phase: name, seed, startBatch });
  const side = feed.transformation.cropSize;
  const [data, label] = layer.top;
  const shapes = new Map<string, Shape>([[data, [feed.images.channels, side, side]]]);
  if (label !== undefined) shapes.set(label, []);
  try {
    return { plan: planNetwork(net, phase, shapes), feed };
  } catch (error) {
    await feed.close();
    throw error;
  }
}

function startLearner(task: SolveTask, { plan, feed }: OpenPhase, start: Snapshot | undefined): Learner {
  const { engine, solver, seed, weights: file, subject } = task;
  const fresh = initialWeights(plan, solver.randomSeed >= 0n ? Number(solver.randomSeed) : seed);
  let weights: Weights = fresh;
  if (start) weights = takeWeights(plan, start.weights, task.snapshot ?? subject);
  else if (file !== undefined) {
    const path = resolve(task.workingDirectory, file);
    weights = takeWeights(plan, readModel(path).weights, path, fresh);
  }
  return eagerLearner(
    engine,
    {
      plan,
      images: feed.images,
      transformation: feed.transformation,
      solver: solver.type as SolverType,
      constants: {
        momentum: solver.momentum,
        momentum2: solver.momentum2,
        rmsDecay: solver.rmsDecay,
        delta: solver.delta,
      },
      weightDecay: solver.weightDecay,
      regularization: solver.regularizationType === "L1" ? "L1" : "L2",
      clipGradients: solver.clipGradients,
      seed,
    },
    weights,
    start?.history,
  );
}

function checkSolver(solver: SolverParameter, subject: string): void {
  const wrong = (found: string, expected: string): HistobookError =>
    new HistobookError("BadInput", { subject, found, expected, fix: "correct the solver's prototxt" });
  if (!(solver.maxIter > 0)) throw wrong(`max_iter: ${solver.maxIter}`, "at least 1");
  if (!(solver.baseLr > 0)) throw wrong(`base_lr: ${solver.baseLr}`, "a positive learning rate");
  if (solver.type === "AdaGrad" && solver.momentum !== 0) {
    throw wrong(`momentum: ${solver.momentum} with AdaGrad`, "no momentum, as Caffe demands");
  }
}

function hasTestPhase(net: NetParameter): boolean {
  return filterNet(net, { phase: Phase.TEST }).layer.some(isDataLayer);
}

function testIterations(solver: SolverParameter): number {
  return Math.max(1, solver.testIter.at(0) ?? 1);
}

/** How many tests an undisturbed run has done before an iteration begins. */
function testsBefore(solver: SolverParameter, iteration: number): number {
  const later = iteration === 0 ? 0 : Math.floor((iteration - 1) / solver.testInterval);
  return later + (iteration > 0 && solver.testInitialization ? 1 : 0);
}

function stepOf(solver: SolverParameter, iteration: number): number {
  if (solver.lrPolicy === "step") return Math.floor(iteration / solver.stepsize);
  if (solver.lrPolicy === "multistep") return solver.stepvalue.filter((step) => iteration >= step).length;
  return 0;
}

function diverged(subject: string, iteration: number, loss: number): HistobookError {
  return new HistobookError("BadInput", {
    subject,
    found: `a loss of ${loss} at iteration ${iteration}`,
    expected: "a finite loss",
    fix: `lower base_lr, and go on from the last snapshot in ${dirname(subject) || "."}`,
  });
}

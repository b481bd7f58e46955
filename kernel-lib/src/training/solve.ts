import { resolve } from "node:path";
import {
  filterNet,
  Phase,
  readModel,
  SolverParameter_SnapshotFormat as SnapshotFormat,
  type LayerParameter,
  type SolverParameter,
} from "../caffe/index.js";
import {
  createLearner,
  initialWeights,
  isDataLayer,
  planNetwork,
  takeWeights,
  type Learner,
  type Shape,
  type SolverType,
  type Weights,
} from "../engine/index.js";
import { cellSignal, HistobookError } from "../foundation/index.js";
import { openFeed } from "./feed.js";
import type { SolverNetwork } from "./solverNetworks.js";
import { readSnapshot, type Snapshot } from "./snapshots.js";
import { SolverRun, testIterations, type OpenPhase, type SolveResult, type SolveTask } from "./solverRun.js";

/**
 * Runs a solver to its max_iter as `caffe train` does: tests, displays and snapshots at the solver's intervals.
 *
 * An interrupt leaves a snapshot.
 *
 * @throws HistobookError `Interrupted`, `Unsupported`, or `BadInput` for files that don't fit together.
 */
export async function solve(task: SolveTask): Promise<SolveResult> {
  const { solver, workingDirectory, subject, signal = cellSignal() } = task;
  checkSolver(solver, subject);
  const start = task.snapshot === undefined ? undefined : readSnapshot(task.snapshot, workingDirectory);
  const from = start?.iteration ?? 0;
  const reread = task.cursor === "restart";
  const { networks } = task;
  const train = await openPhase(task, networks.train, reread ? 0 : from * solver.iterSize);
  let test: OpenPhase | undefined;
  let learner: Learner | undefined;
  try {
    if (solver.testInterval > 0 && networks.test && dataLayer(networks.test)) {
      test = await openPhase(
        task,
        networks.test,
        reread ? 0 : testsBefore(solver, from) * testIterations(solver),
      );
    }
    learner = startLearner(task, train, start);
    const run = new SolverRun(task, train, test, learner, from);
    while (run.iteration < solver.maxIter) {
      if (signal?.aborted) throw run.interrupt();
      await run.step();
    }
    return await run.finish();
  } finally {
    learner?.dispose();
    await train.feed.close();
    await test?.feed.close();
  }
}

async function openPhase(task: SolveTask, network: SolverNetwork, startBatch: number): Promise<OpenPhase> {
  const { workingDirectory, subject, seed, readAhead } = task;
  const { net, use, name: file } = network;
  const { phase } = use;
  const layer = dataLayer(network);
  if (!layer) {
    throw new HistobookError("BadInput", {
      subject: file ?? subject,
      found: `no data layer in the network's ${Phase[phase]} phase`,
      expected: 'a layer of type "Data"',
      fix: "correct the network's prototxt",
    });
  }
  const name = phase === Phase.TRAIN ? "train" : "test";
  const feed = await openFeed(layer, { workingDirectory, subject, phase: name, seed, startBatch, readAhead });
  const side = feed.transformation.cropSize;
  const [data, label] = layer.top;
  const shapes = new Map<string, Shape>([[data, [feed.images.channels, side, side]]]);
  if (label !== undefined) shapes.set(label, []);
  try {
    return { plan: planNetwork(net, use, shapes, file), feed };
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
  else {
    // Several files may be named, with commas in between: each gives the layers that it has.
    const files = file === undefined ? solver.weights : [file];
    for (const name of files.flatMap((names) => names.split(","))) {
      const path = resolve(task.workingDirectory, name);
      weights = takeWeights(plan, readModel(path).weights, path, weights);
    }
  }
  return createLearner(
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
  if (solver.snapshotFormat === SnapshotFormat.HDF5) {
    throw new HistobookError("Unsupported", {
      subject,
      found: "snapshot_format: HDF5",
      expected: "BINARYPROTO, Caffe's default",
      fix: "remove that line from the solver",
    });
  }
  if (!(solver.maxIter > 0)) throw wrong(`max_iter: ${solver.maxIter}`, "at least 1");
  if (!(solver.baseLr > 0))
    throw wrong(`base_lr: ${Number(solver.baseLr.toPrecision(7))}`, "a positive learning rate");
  if (solver.type === "AdaGrad" && solver.momentum !== 0) {
    // Stored as float32, whose further digits nobody wrote.
    const momentum = Number(solver.momentum.toPrecision(7));
    throw wrong(`momentum: ${momentum} with AdaGrad`, "no momentum, as Caffe demands");
  }
}

function dataLayer({ net, use }: SolverNetwork): LayerParameter | undefined {
  return filterNet(net, use).layer.find(isDataLayer);
}

/** How many tests an undisturbed run has done before an iteration begins. */
function testsBefore(solver: SolverParameter, iteration: number): number {
  const later = iteration === 0 ? 0 : Math.floor((iteration - 1) / solver.testInterval);
  return later + (iteration > 0 && solver.testInitialization ? 1 : 0);
}

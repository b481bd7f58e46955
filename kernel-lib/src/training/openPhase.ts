import { resolve } from "node:path";
import { filterNet, Phase, readModel, type LayerParameter } from "../caffe/index.js";
import {
  createLearner,
  initialWeights,
  isDataLayer,
  planNetwork,
  takeWeights,
  type Learner,
  type NetworkPlan,
  type Shape,
  type SolverType,
  type Weights,
} from "../engine/index.js";
import { HistobookError } from "../foundation/index.js";
import { openFeed, type Feed } from "./feed.js";
import { augmentationOf } from "./recipe.js";
import type { SolverNetwork } from "./solverNetworks.js";
import type { Snapshot } from "./snapshots.js";
import type { SolveTask } from "./solveTask.js";

/** What decides a run's networks, data and first weights. */
export type RunTask = Pick<
  SolveTask,
  | "engine"
  | "solver"
  | "networks"
  | "subject"
  | "workingDirectory"
  | "seed"
  | "readAhead"
  | "weights"
  | "snapshot"
  | "recipe"
  | "classWeights"
>;

/** A network in one phase, and what feeds it. */
export interface OpenPhase {
  plan: NetworkPlan;
  feed: Feed;
}

/**
 * Plans one phase of a task's network and opens what feeds it.
 *
 * @param startBatch how many batches an earlier run has used up
 * @param database the one to read in place of what the network's data layer names
 */
export async function openPhase(
  task: RunTask,
  network: SolverNetwork,
  startBatch: number,
  database?: string,
): Promise<OpenPhase> {
  const { workingDirectory, subject, seed, readAhead } = task;
  const { net, use, name: file } = network;
  const { phase } = use;
  const layer = dataLayerOf(network);
  if (!layer) {
    throw new HistobookError("BadInput", {
      subject: file ?? subject,
      topic: "prototxts",
      found: `no data layer in the network's ${Phase[phase]} phase`,
      expected: 'a layer of type "Data"',
      fix: "correct the network's prototxt",
    });
  }
  const name = phase === Phase.TRAIN ? "train" : "test";
  const augmentation = phase === Phase.TRAIN ? augmentationOf(task.recipe ?? {}, seed) : undefined;
  const feed = await openFeed(layer, {
    workingDirectory,
    subject,
    phase: name,
    seed,
    startBatch,
    readAhead,
    database,
    augmentation,
  });
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

/** Makes the learner that a task begins with: from a snapshot, from the weights that it names, or from the seed. */
export function startLearner(task: RunTask, { plan, feed }: OpenPhase, start: Snapshot | undefined): Learner {
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
      classWeights: task.classWeights,
      seed,
    },
    weights,
    start?.history,
  );
}

/** The layer that feeds a network in its use; undefined when there is none. */
export function dataLayerOf({ net, use }: SolverNetwork): LayerParameter | undefined {
  return filterNet(net, use).layer.find(isDataLayer);
}

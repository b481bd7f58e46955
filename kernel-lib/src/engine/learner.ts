import type { Blob } from "../caffe/index.js";
import type { NetworkPlan } from "./plan.js";
import type { ImageBatch, ImageShape, Transformation } from "./transformation.js";
import type { SolverConstants, SolverType } from "./solverType.js";
import type { Weights } from "./weights.js";

/** What stays the same through a whole training run. */
export interface LearnerSettings {
  /** The network in its TRAIN phase. */
  plan: NetworkPlan;
  images: ImageShape;
  transformation: Transformation;
  solver: SolverType;
  constants: SolverConstants;
  /** Added to the gradient: decay times the weight ("L2") or its sign ("L1"). */
  weightDecay: number;
  regularization: "L1" | "L2";
  /** Gradients longer than this (all blobs together) are shortened to it; negative leaves them. */
  clipGradients: number;
  /** How much each class counts in a softmax loss while it is learned; undefined counts all alike. */
  classWeights?: readonly number[];
  /** Seeds what is random inside layers (dropout). */
  seed: number;
}

/** Everything that training changes, in Caffe's shapes: what a .caffemodel and a .solverstate hold. */
export interface LearnerState {
  weights: Weights;
  /** First every blob's first history, in the order of the layers, then every blob's second, as Caffe writes it. */
  history: Blob[];
}

/**
 * A network that learns: one interface, whichever way an engine computes it.
 *
 * One call at a time: results are promised, because a GPU's values can't be waited for in place.
 */
export interface Learner {
  /**
   * One iteration: forward, backward, update.
   *
   * @param batches one, or as many as the solver's iter_size; their gradients are averaged
   * @returns the loss before the update
   */
  step(batches: ImageBatch[], rate: number, iteration: number): Promise<number>;
  /**
   * The network's outputs in its TEST phase on one batch, e.g. accuracy -> 0.9, loss -> 0.2; one of several values has
   * a name for each, e.g. each_class[0] -> 0.8.
   */
  test(plan: NetworkPlan, transformation: Transformation, batch: ImageBatch): Promise<Map<string, number>>;
  /** Copies of all that was learned so far. */
  state(): Promise<LearnerState>;
  /** Gives the memory on the engine back; nothing of it may be called afterwards. */
  dispose(): void;
}

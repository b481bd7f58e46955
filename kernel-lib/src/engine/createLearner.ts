import type { Blob } from "../caffe/index.js";
import { eagerLearner } from "./eagerLearner.js";
import type { Engine } from "./engine.js";
import { graphLearner } from "./graph/graphLearner.js";
import type { Learner, LearnerSettings } from "./learner.js";
import type { Weights } from "./weights.js";

/**
 * Makes a learner in the engine's own way: one graph an iteration, or single operations.
 *
 * @param history what a .solverstate held; undefined starts from zeros
 * @throws HistobookError `Unsupported` for a network without exactly one data input and a loss.
 */
export function createLearner(
  engine: Engine,
  settings: LearnerSettings,
  weights: Weights,
  history?: Blob[],
): Learner {
  const make = engine.computes === "graphs" ? graphLearner : eagerLearner;
  return make(engine, settings, weights, history);
}

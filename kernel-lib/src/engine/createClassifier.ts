import type { MeanImage } from "../caffe/index.js";
import type { Classifier } from "./classifier.js";
import { createDenseClassifier, type DenseClassifier } from "./dense/denseClassifier.js";
import { eagerClassifier } from "./eagerClassifier.js";
import type { Engine } from "./engine.js";
import { graphClassifier } from "./graph/graphClassifier.js";
import type { NetworkPlan } from "./plan.js";
import type { Weights } from "./weights.js";

/**
 * Makes a classifier in the engine's own way: one graph a batch, or single operations.
 *
 * @param plan a deploy network, whose output is a softmax
 * @param mean subtracted from every patch; null subtracts nothing
 * @throws HistobookError `BadInput` when the mean image does not fit, `Unsupported` for another network.
 */
export function createClassifier(
  engine: Engine,
  plan: NetworkPlan,
  weights: Weights,
  mean: MeanImage | null,
): Classifier {
  const make = engine.computes === "graphs" ? graphClassifier : eagerClassifier;
  const classifier = make(engine, plan, weights, mean);
  let dense: DenseClassifier | undefined;
  return {
    ...classifier,
    dense: () => (dense ??= createDenseClassifier(engine, plan, weights, mean)),
    dispose() {
      classifier.dispose();
      dense?.dispose();
    },
  };
}

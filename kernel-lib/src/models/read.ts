import {
  parseNet,
  Phase,
  readMeanImage,
  readModel,
  readNetPrototxt,
  type MeanImage,
  type NetParameter,
} from "../caffe/index.js";
import { planNetwork, takeWeights, type NetworkPlan, type Weights } from "../engine/index.js";
import { deployNetTemplate } from "../training/index.js";
import type { ModelFiles } from "./files.js";

/** A network that has learned, ready to classify. */
export interface TrainedNetwork {
  plan: NetworkPlan;
  weights: Weights;
  /** Subtracted from every patch; null when nothing is. */
  mean: MeanImage | null;
}

/** Side of the tutorial's patches in pixels, where no mean image says another. */
const usualSize = 32;

/**
 * Reads a model, its network and its mean image.
 *
 * @throws HistobookError `BadInput` when a file is damaged or model and network don't fit together, `Unsupported` for
 * an unknown layer.
 */
export function readTrainedNetwork(
  files: Pick<ModelFiles, "model" | "mean" | "deploy">,
): TrainedNetwork {
  const mean = files.mean === null ? null : readMeanImage(files.mean);
  const net = files.deploy ? readNetPrototxt(files.deploy) : tutorialNet(mean?.height ?? usualSize);
  const plan = planNetwork(net, Phase.TEST, new Map());
  return { plan, weights: takeWeights(plan, readModel(files.model).weights, files.model), mean };
}

function tutorialNet(size: number): NetParameter {
  return parseNet(deployNetTemplate({ size }), "the tutorial's deploy.prototxt");
}

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
 * @param files.model the .caffemodel
 * @param files.mean the mean image's .binaryproto; null when the model was trained without one
 * @param files.deploy the deploy network's prototxt; without it the network is the tutorial's
 * @throws HistobookError `BadInput` when a file is damaged or model and network don't fit together, `Unsupported` for
 * an unknown layer.
 * @example
 * const model = "test/fixtures/caffe/d/run_iter_50.caffemodel";
 * readTrainedNetwork({ model, mean: null }).plan.name; // => "CIFAR10_quick"
 */
export function readTrainedNetwork(files: {
  model: string;
  mean: string | null;
  deploy?: string;
}): TrainedNetwork {
  const mean = files.mean === null ? null : readMeanImage(files.mean);
  const net = files.deploy ? readNetPrototxt(files.deploy) : tutorialNet(mean?.height ?? usualSize);
  const plan = planNetwork(net, Phase.TEST, new Map(), files.deploy);
  return { plan, weights: takeWeights(plan, readModel(files.model).weights, files.model), mean };
}

function tutorialNet(size: number): NetParameter {
  return parseNet(deployNetTemplate({ size }), "the tutorial's deploy.prototxt");
}

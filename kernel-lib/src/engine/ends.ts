import type { MeanImage } from "../caffe/index.js";
import { HistobookError } from "../foundation/index.js";
import type { NetworkPlan } from "./plan.js";

/** Where patches go into a classifying network, and where their probabilities come out. */
export interface ClassifierEnds {
  /** The blob that takes the patches. */
  input: string;
  /** The blob that holds the probabilities. */
  output: string;
  /** Side of a patch in pixels. */
  size: number;
  classes: number;
}

/**
 * Finds the ends of a network that classifies patches: one colour image in, a softmax out.
 *
 * @param plan a deploy network's
 * @param mean what is subtracted from every patch; null when nothing is
 * @throws HistobookError `Unsupported` for another network, `BadInput` when the mean image does not fit.
 * @example
 * const plan = planNetwork(parseNet(deployNetTemplate({ size: 32 }), "example"), Phase.TEST, new Map());
 * classifierEnds(plan, null); // => { input: "data", output: "prob", size: 32, classes: 2 }
 */
export function classifierEnds(plan: NetworkPlan, mean: MeanImage | null): ClassifierEnds {
  const [input] = plan.inputs.keys();
  const shape = plan.inputs.get(input) ?? [];
  const last = plan.layers.at(-1);
  const output = plan.outputs.at(-1);
  if (!last || output === undefined || last.layer.type !== "Softmax" || plan.inputs.size !== 1) {
    throw new HistobookError("Unsupported", {
      subject: `network "${plan.name}"`,
      found: `an output of type "${last?.layer.type ?? "nothing"}"`,
      expected: "one image as input and a Softmax layer as output",
      fix: "use the tutorial's deploy.prototxt",
    });
  }
  if (shape.length !== 3 || shape[0] !== 3 || shape[1] !== shape[2]) {
    throw new HistobookError("Unsupported", {
      subject: `network "${plan.name}"`,
      found: `an input of ${shape.join(" x ")}`,
      expected: "3 channels and as many rows as columns",
      fix: "use the tutorial's deploy.prototxt",
    });
  }
  const size = shape[1];
  if (mean && (mean.channels !== 3 || mean.height !== size || mean.width !== size)) {
    throw new HistobookError("BadInput", {
      subject: "mean image",
      topic: "means",
      found: `${mean.channels} x ${mean.height} x ${mean.width}`,
      expected: `3 x ${size} x ${size} as the network's input`,
      fix: "use the mean image of the database that the model was trained on",
    });
  }
  return { input, output, size, classes: last.tops[0][0] };
}

import type { MeanImage } from "../caffe/index.js";
import type { Classifier } from "./classifier.js";
import { classifierEnds } from "./ends.js";
import type { Engine } from "./engine.js";
import { classProbabilities, createVariables } from "./network.js";
import type { NetworkPlan } from "./plan.js";
import { tensorFlowOf } from "./tensorflow.js";
import { takeValues } from "./values.js";
import type { Weights } from "./weights.js";

/**
 * Makes a classifier from single TensorFlow.js operations, which run on every backend.
 *
 * @param plan a deploy network, whose output is a softmax
 * @param mean subtracted from every patch; null subtracts nothing
 * @throws HistobookError `BadInput` when the mean image does not fit, `Unsupported` for another network.
 */
export function eagerClassifier(
  engine: Engine,
  plan: NetworkPlan,
  weights: Weights,
  mean: MeanImage | null,
): Classifier {
  const tf = tensorFlowOf(engine);
  const { size, classes } = classifierEnds(plan, mean);
  const variables = createVariables(tf, plan, weights);
  const meanRgb = mean ? interleaved(mean) : new Float32Array(size * size * 3);
  return {
    patchSize: size,
    classes,
    async classify(pixels) {
      const probabilities = tf.tidy(() => {
        const shape: [number, number, number, number] = [pixels.length / meanRgb.length, size, size, 3];
        return classProbabilities(tf, plan, variables, tf.tensor4d(subtractMean(pixels, meanRgb), shape));
      });
      const [values] = await takeValues(tf, [probabilities]);
      return values;
    },
    dispose() {
      tf.dispose(variables.all);
    },
  };
}

/** The mean image with channels together and in the order red, green, blue. */
function interleaved({ height, width, data }: MeanImage): Float32Array {
  const plane = height * width;
  const rgb = new Float32Array(plane * 3);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = data[(2 - c) * plane + i];
  }
  return rgb;
}

/** Subtracts the mean and turns RGB into BGR, the order in which Caffe's networks learned. */
function subtractMean(pixels: Uint8Array, meanRgb: Float32Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let start = 0; start < pixels.length; start += meanRgb.length) {
    for (let i = 0; i < meanRgb.length; i += 3) {
      const target = start + i;
      values[target] = pixels[target + 2] - meanRgb[i + 2];
      values[target + 1] = pixels[target + 1] - meanRgb[i + 1];
      values[target + 2] = pixels[target] - meanRgb[i];
    }
  }
  return values;
}

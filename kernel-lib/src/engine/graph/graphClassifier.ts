import type { MeanImage } from "../../caffe/index.js";
import type { Classifier } from "../classifier.js";
import { classifierEnds } from "../ends.js";
import type { Engine } from "../engine.js";
import { classProbabilities, createVariables } from "../network.js";
import type { NetworkPlan } from "../plan.js";
import { tensorFlowOf } from "../tensorflow.js";
import type { Weights } from "../weights.js";
import { Graph } from "./graph.js";

/**
 * How many patches a graph may take: few sizes, since making a graph takes longer than computing some patches for nothing,
 * and each holds the weights. More than the last at a time are slower, since what the layers hand on then fits no cache, and
 * TensorFlow's library keeps the memory of the largest batch until the process ends: for 512 patches five times as much.
 */
const sizes = [1, 8, 64];
const mostPatches = Math.max(...sizes);

/**
 * Makes a classifier that runs as one graph on TensorFlow's own library: bytes go in, probabilities come out.
 *
 * @param plan a deploy network, whose output is a softmax
 * @param mean subtracted from every patch; null subtracts nothing
 * @throws HistobookError `BadInput` when the mean image does not fit, `Unsupported` for another network.
 */
export function graphClassifier(
  engine: Engine,
  plan: NetworkPlan,
  weights: Weights,
  mean: MeanImage | null,
): Classifier {
  const tf = tensorFlowOf(engine);
  const { size, classes } = classifierEnds(plan, mean);
  const patchBytes = size * size * 3;
  /** By the number of patches that each takes. */
  const graphs = new Map<number, Graph>();

  function graphFor(count: number): Graph {
    const known = graphs.get(count);
    if (known) return known;
    const graph = Graph.compile(tf, (recorder) => {
      const pixels = recorder.input("pixels", "uint8", [count, size, size, 3]);
      // Networks learned on blue, green, red.
      const reversed = tf.reverse(pixels, 3);
      const images = mean
        ? tf.sub(reversed, tf.transpose(tf.tensor3d(mean.data, [3, size, size]), [1, 2, 0]))
        : reversed;
      const variables = createVariables(tf, plan, weights);
      const probabilities = classProbabilities(tf, plan, variables, images);
      // In the graph they are constants.
      tf.dispose(variables.all);
      return [probabilities];
    });
    graphs.set(count, graph);
    return graph;
  }

  return {
    patchSize: size,
    classes,
    classify(pixels) {
      const count = pixels.length / patchBytes;
      const result = new Float32Array(count * classes);
      for (let start = 0; start < count; start += mostPatches) {
        const some = Math.min(mostPatches, count - start);
        const room = sizes.find((patches) => patches >= some)!;
        const bytes = pixels.subarray(start * patchBytes, (start + some) * patchBytes);
        const [probabilities] = graphFor(room).run(new Map([["pixels", filledUp(bytes, room * patchBytes)]]));
        result.set(probabilities.subarray(0, some * classes), start * classes);
      }
      return Promise.resolve(result);
    },
    dispose() {
      graphs.forEach((graph) => graph.dispose());
      graphs.clear();
    },
  };
}

/** The bytes, with zeros after them. */
function filledUp(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  const filled = new Uint8Array(length);
  filled.set(bytes);
  return filled;
}

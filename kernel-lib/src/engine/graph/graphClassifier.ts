import type { MeanImage } from "../../caffe/index.js";
import type { Classifier } from "../classifier.js";
import { classifierEnds } from "../ends.js";
import type { Engine } from "../engine.js";
import { classProbabilities, createVariables } from "../network.js";
import type { NetworkPlan } from "../plan.js";
import { tensorFlowOf } from "../tensorflow.js";
import type { Weights } from "../weights.js";
import { Graph } from "./graph.js";

/** Patches that a graph takes at most; more gain nothing and cost memory. */
const mostPatches = 512;

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
        const room = roomFor(some);
        const bytes = pixels.subarray(start * patchBytes, (start + some) * patchBytes);
        const [probabilities] = graphFor(room).run(new Map([["pixels", filledUp(bytes, room * patchBytes)]]));
        result.set(probabilities.subarray(0, some * classes), start * classes);
      }
      return result;
    },
    dispose() {
      graphs.forEach((graph) => graph.dispose());
      graphs.clear();
    },
  };
}

/** The size of the graph for so many patches: a power of two, so that few graphs serve every number. */
function roomFor(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}

/** The bytes, with zeros after them. */
function filledUp(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  const filled = new Uint8Array(length);
  filled.set(bytes);
  return filled;
}

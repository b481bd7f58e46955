import type { Tensor4D } from "@tensorflow/tfjs";
import type { MeanImage } from "../../caffe/index.js";
import type { Engine } from "../engine.js";
import { Graph } from "../graph/graph.js";
import { createVariables } from "../network.js";
import type { NetworkPlan } from "../plan.js";
import { tensorFlowOf, type Tensor } from "../tensorflow.js";
import { takeValues } from "../values.js";
import type { Weights } from "../weights.js";
import { denseProbabilities } from "./denseNetwork.js";
import { planDense } from "./densePlan.js";

/** A trained network that classifies all windows of an image at once. */
export interface DenseClassifier {
  classes: number;
  /** By how many rows and columns the image must be larger than the map of its windows. */
  extent: readonly [rows: number, columns: number];
  /** How many of them must lie before the first window's corner. */
  before: readonly [rows: number, columns: number];
  /** Why its probabilities differ from those of the windows one by one; empty when they are the same. */
  differences: readonly string[];
  /**
   * Classifies windows.
   *
   * @param pixels RGB, rows from the top, channels together (height x width x 3), 8 bits
   * @returns (height - rows) x (width - columns) x classes probabilities, [0,1]
   */
  classify(pixels: Uint8Array, height: number, width: number): Promise<Float32Array>;
  /** Gives the memory on the engine back; nothing of it may be called afterwards. */
  dispose(): void;
}

/**
 * Makes a classifier of the dense (à trous) form of a network; where the engine can, as one graph that takes images of any
 * size.
 *
 * @param plan a deploy network, whose output is a softmax
 * @param mean its channels' averages are subtracted; null subtracts nothing
 * @throws HistobookError `Unsupported` for a network that has no dense form, `BadInput` when the mean image does not fit.
 */
export function createDenseClassifier(
  engine: Engine,
  plan: NetworkPlan,
  weights: Weights,
  mean: MeanImage | null,
): DenseClassifier {
  const tf = tensorFlowOf(engine);
  const dense = planDense(plan, mean);
  const { classes, extent, before, differences } = dense;
  const averages = mean ? channelAverages(mean) : [0, 0, 0];
  const common = { classes, extent, before, differences };
  const compute = (pixels: Tensor, variables: ReturnType<typeof createVariables>): Tensor4D => {
    // Networks learned on blue, green, red.
    const image = tf.sub<Tensor4D>(tf.reverse(pixels, 3), tf.tensor1d(averages));
    return denseProbabilities(tf, dense, variables, image);
  };

  if (engine.computes === "graphs") {
    // The size on which it is recorded does not matter: one window.
    const graph = Graph.compile(tf, (recorder) => {
      const shape = [1, extent[0] + 1, extent[1] + 1, 3];
      const pixels = recorder.input("pixels", "uint8", shape, { free: [1, 2] });
      const variables = createVariables(tf, plan, weights);
      const probabilities = compute(pixels, variables);
      // In the graph they are constants.
      tf.dispose(variables.all);
      return [probabilities];
    });
    return {
      ...common,
      classify(pixels, height, width) {
        const [probabilities] = graph.run(
          new Map([["pixels", pixels]]),
          new Map([["pixels", [1, height, width, 3]]]),
        );
        return Promise.resolve(probabilities);
      },
      dispose: () => graph.dispose(),
    };
  }

  const variables = createVariables(tf, plan, weights);
  return {
    ...common,
    async classify(pixels, height, width) {
      const probabilities = tf.tidy(() => {
        const image = tf.tensor4d(Float32Array.from(pixels), [1, height, width, 3]);
        return compute(image, variables);
      });
      const [values] = await takeValues(tf, [probabilities]);
      return values;
    },
    dispose: () => tf.dispose(variables.all),
  };
}

/** Each channel's average over a mean image, blue, green, red. */
function channelAverages({ channels, data }: MeanImage): number[] {
  const plane = data.length / channels;
  return Array.from({ length: channels }, (_, channel) => {
    const values = data.subarray(channel * plane, (channel + 1) * plane);
    return values.reduce((sum, value) => sum + value, 0) / plane;
  });
}

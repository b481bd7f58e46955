import type { Tensor4D } from "@tensorflow/tfjs";
import { LRNParameter_NormRegion } from "../../caffe/index.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { sameShapes, spatial, unsupported, type LayerKind } from "./layer.js";
import { averagePool } from "./pooling.js";
import { poolingAxis } from "./poolingAxis.js";

/**
 * Caffe's LRN: across channels x / (k + alpha / n * (sum of squares over n channels)) ^ beta; within a channel
 * x * (1 + alpha * (mean square over n x n pixels)) ^ -beta, where pixels beyond the image count as zeros.
 */
export const localResponseNormalization: LayerKind = {
  bottoms: 1,
  shapes(layer, bottoms) {
    spatial(layer, bottoms[0]);
    const size = layer.lrnParam?.localSize ?? 5;
    if (size % 2 === 0) throw unsupported(layer, `local_size: ${size}`, "an odd local_size");
    return sameShapes(layer, bottoms);
  },
  run({ tf, layer, shapes, bottoms }) {
    const { localSize = 5, alpha = 1, beta = 0.75, k = 1, normRegion } = layer.lrnParam ?? {};
    const input = bottoms[0] as Tensor4D;
    const radius = (localSize - 1) / 2;
    if (normRegion !== LRNParameter_NormRegion.WITHIN_CHANNEL) {
      return [tf.localResponseNormalization(input, radius, k, alpha / localSize, beta)];
    }
    const axes = spatial(layer, shapes[0])
      .slice(1)
      .map((length) => poolingAxis(length, localSize, 1, radius));
    return [withinChannel(tf, input, averagePool(tf, tf.square(input), axes), { alpha, beta })];
  },
};

function withinChannel(
  tf: TensorFlow,
  input: Tensor,
  squares: Tensor,
  { alpha, beta }: { alpha: number; beta: number },
): Tensor {
  return tf.mul(input, tf.pow(tf.add(tf.mul(squares, alpha), 1), -beta));
}

import type { BatchNormParameter, LayerParameter } from "../../caffe/index.js";
import { sameLayout } from "../layout.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { withGradient } from "./gradient.js";
import {
  isGiven,
  multipliers,
  sameShapes,
  unsupported,
  type LayerCall,
  type LayerKind,
  type ParameterPlan,
} from "./layer.js";

/**
 * Caffe's BATCH_NORM: (x - mean) / sqrt(variance + eps) a channel, by the batch's own mean and variance in training and
 * by those of the batches seen so far in tests, or as `use_global_stats` says. It has neither scale nor bias: a Scale
 * layer learns those.
 *
 * Its three blobs are statistics, which the solver does not learn: running sums of means and of (unbiased) variances,
 * each batch adding to what moving_average_fraction leaves of them, and the sum of their weights.
 */
export const batchNormalization: LayerKind = {
  bottoms: 1,
  shapes: sameShapes,
  parameters(layer, [bottom]) {
    if (bottom.length === 0) throw unsupported(layer, "an input of one number an image", "channels");
    return [[bottom[0]], [bottom[0]], [1]].map((shape, index) => statistic(layer, index, shape));
  },
  run(call) {
    const parameter = call.layer.batchNormParam;
    const useStored = isGiven(parameter, "useGlobalStats") ? parameter.useGlobalStats : !call.training;
    return [useStored ? normalizeByStored(call) : normalizeByBatch(call)];
  },
};

function statistic(layer: LayerParameter, index: number, shape: number[]): ParameterPlan {
  const given = layer.param.at(index);
  if (given && given.lrMult !== 0) {
    throw unsupported(layer, `lr_mult: ${given.lrMult}`, "lr_mult: 0, since its blobs are statistics");
  }
  return {
    shape,
    layout: sameLayout(shape),
    filler: undefined,
    ...multipliers(layer, index),
    rateMultiplier: 0,
  };
}

function normalizeByStored({ tf, layer, bottoms: [input], parameters }: LayerCall): Tensor {
  const [means, variances, weight] = parameters;
  const shape = channelShape(input);
  const factor = tf.divNoNan(tf.onesLike(weight), weight);
  const mean = tf.reshape(tf.mul(means, factor), shape);
  const variance = tf.reshape(tf.mul(variances, factor), shape);
  return tf.div(tf.sub(input, mean), deviation(tf, variance, layer));
}

function normalizeByBatch({ tf, layer, bottoms: [input], parameters, remember }: LayerCall): Tensor {
  const mean = channelMean(tf, input);
  const variance = channelMean(tf, tf.square(tf.sub(input, mean)));
  const divisor = deviation(tf, variance, layer);

  const fraction = settingsOf(layer).movingAverageFraction ?? 0.999;
  const count = input.size / mean.size;
  const unbiased = count > 1 ? tf.mul(variance, count / (count - 1)) : variance;
  [mean, unbiased, tf.scalar(1)].forEach((value, index) => {
    const kept = tf.mul(parameters[index], fraction);
    remember(index, tf.add(kept, tf.reshape(value, kept.shape)));
  });

  return withGradient(tf, [input], {
    forward([values]) {
      const value = tf.div(tf.sub(values, mean), divisor);
      return { value, saved: [value, divisor] };
    },
    backward(upstream, [output, spread]) {
      const along = tf.mul(output, channelMean(tf, tf.mul(upstream, output)));
      return [tf.div(tf.sub(tf.sub(upstream, channelMean(tf, upstream)), along), spread)];
    },
  });
}

function deviation(tf: TensorFlow, variance: Tensor, layer: LayerParameter): Tensor {
  return tf.sqrt(tf.add(variance, settingsOf(layer).eps ?? 1e-5));
}

function settingsOf(layer: LayerParameter): Partial<BatchNormParameter> {
  return layer.batchNormParam ?? {};
}

/** The last axis of images and vectors; blobs of three axes keep Caffe's order. */
function channelAxis(input: Tensor): number {
  return input.rank === 3 ? 1 : input.rank - 1;
}

function channelShape(input: Tensor): number[] {
  return input.shape.map((length, axis) => (axis === channelAxis(input) ? length : 1));
}

/**
 * A channel's mean, first over each image and then over the batch, as Caffe takes it: sums of many values lose less
 * of their single precision so.
 */
function channelMean(tf: TensorFlow, values: Tensor): Tensor {
  const within = values.shape
    .map((_, axis) => axis)
    .filter((axis) => axis > 0 && axis !== channelAxis(values));
  const images = within.length > 0 ? tf.mean(values, within, true) : values;
  return tf.mean(images, 0, true);
}

import type { Tensor, TensorFlow } from "../tensorflow.js";
import { withGradient } from "./gradient.js";
import { sameShapes, type LayerKind } from "./layer.js";
import { rectifierGradient } from "./nativeOperations.js";

/** Caffe's RELU, with its optional negative_slope. */
export const rectifier: LayerKind = {
  bottoms: 1,
  shapes: sameShapes,
  run({ tf, layer, bottoms }) {
    const slope = layer.reluParam?.negativeSlope ?? 0;
    return [slope === 0 ? rectify(tf, bottoms[0]) : rectifyLeakily(tf, bottoms[0], slope)];
  },
};

/** TensorFlow.js' own gradient of relu takes eight operations on tfjs-node; this one takes one. */
function rectify(tf: TensorFlow, input: Tensor): Tensor {
  return withGradient(tf, [input], {
    forward([values]) {
      const value = tf.relu(values);
      return { value, saved: [value] };
    },
    backward: (upstream, [output]) => [rectifierGradient(tf, upstream, output)],
  });
}

/** TensorFlow's own operation is left alone: joining it to a convolution, TensorFlow 2.21 loses what else needs its input. */
function rectifyLeakily(tf: TensorFlow, input: Tensor, slope: number): Tensor {
  return withGradient(tf, [input], {
    forward([values]) {
      const value = tf.add(tf.relu(values), tf.mul(tf.minimum(values, 0), slope));
      return { value, saved: [values] };
    },
    backward: (upstream, [values]) => [tf.where(tf.greater(values, 0), upstream, tf.mul(upstream, slope))],
  });
}

/** Caffe's ELU: below zero alpha * (e^x - 1). */
export const exponentialRectifier: LayerKind = {
  bottoms: 1,
  shapes: sameShapes,
  run({ tf, layer, bottoms }) {
    const alpha = layer.eluParam?.alpha ?? 1;
    const output = withGradient(tf, bottoms, {
      forward([input]) {
        const below = tf.mul(tf.sub(tf.exp(tf.minimum(input, 0)), 1), alpha);
        const value = tf.add(tf.relu(input), below);
        return { value, saved: [input, value] };
      },
      backward(upstream, [input, value]) {
        const slope = tf.where(tf.greater(input, 0), tf.onesLike(input), tf.add(value, alpha));
        return [tf.mul(upstream, slope)];
      },
    });
    return [output];
  },
};

/** Caffe's SIGMOID. */
export const sigmoid: LayerKind = {
  bottoms: 1,
  shapes: sameShapes,
  run: ({ tf, bottoms }) => [tf.sigmoid(bottoms[0])],
};

/** Caffe's TANH. */
export const hyperbolicTangent: LayerKind = {
  bottoms: 1,
  shapes: sameShapes,
  run: ({ tf, bottoms }) => [tf.tanh(bottoms[0])],
};

/** Caffe's BNLL, log(1 + e^x), in the form that does not overflow. */
export const binomialLogLikelihood: LayerKind = {
  bottoms: 1,
  shapes: sameShapes,
  run({ tf, bottoms }) {
    const output = withGradient(tf, bottoms, {
      forward([input]) {
        const tail = tf.log(tf.add(tf.exp(tf.neg(tf.abs(input))), 1));
        return { value: tf.add(tf.relu(input), tail), saved: [input] };
      },
      backward: (upstream, [input]) => [tf.mul(upstream, tf.sigmoid(input))],
    });
    return [output];
  },
};

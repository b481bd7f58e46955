import { EltwiseParameter_EltwiseOp as Operation, type LayerParameter } from "../../caffe/index.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { isSameShape } from "./axes.js";
import { withGradient } from "./gradient.js";
import { unsupported, type LayerKind } from "./layer.js";

/**
 * Caffe's ELTWISE: the sum (with `coeff` each its factor), the product or the maximum of several blobs, value by value.
 * Of equal values the second blob's takes the maximum's gradient, then an earlier one's.
 */
export const elementwise: LayerKind = {
  bottoms: [2, Infinity],
  shapes(layer, bottoms) {
    const different = bottoms.find((shape) => !isSameShape(shape, bottoms[0]));
    if (different) {
      throw unsupported(
        layer,
        `inputs of shapes [${bottoms[0].join(", ")}] and [${different.join(", ")}]`,
        "inputs of one shape",
      );
    }
    checkFactors(layer);
    return [bottoms[0]];
  },
  run({ tf, layer, bottoms }) {
    const { operation = Operation.SUM, coeff = [] } = layer.eltwiseParam ?? {};
    if (operation === Operation.PROD) return [bottoms.reduce((product, blob) => tf.mul(product, blob))];
    if (operation === Operation.MAX) {
      const [first, second, ...others] = bottoms;
      const largest = larger(tf, first, second);
      return [others.reduce((before, blob) => larger(tf, blob, before), largest)];
    }
    const terms = bottoms.map((blob, index) => {
      const factor = coeff.at(index) ?? 1;
      return factor === 1 ? blob : tf.mul(blob, factor);
    });
    return [tf.addN(terms)];
  },
};

/** The larger of two values, of equal ones the second. */
function larger(tf: TensorFlow, one: Tensor, other: Tensor): Tensor {
  return withGradient(tf, [one, other], {
    forward([first, second]) {
      const isFirst = tf.greater(first, second);
      return { value: tf.where(isFirst, first, second), saved: [tf.cast(isFirst, "float32")] };
    },
    backward: (upstream, [isFirst]) => [tf.mul(upstream, isFirst), tf.mul(upstream, tf.sub(1, isFirst))],
  });
}

function checkFactors(layer: LayerParameter): void {
  const { operation = Operation.SUM, coeff = [] } = layer.eltwiseParam ?? {};
  if (coeff.length === 0) return;
  if (operation !== Operation.SUM) {
    throw unsupported(layer, `coeff with ${Operation[operation]}`, "coeff with SUM alone");
  }
  if (coeff.length !== layer.bottom.length) {
    throw unsupported(layer, `${coeff.length} coeff`, `one for each of ${layer.bottom.length} inputs`);
  }
}

import type { LayerParameter } from "../../caffe/index.js";
import { HistobookError } from "../../foundation/index.js";
import { dropout, hyperbolicTangent, localResponseNormalization, rectifier, sigmoid } from "./activation.js";
import { convolution } from "./convolution.js";
import { innerProduct } from "./innerProduct.js";
import type { LayerKind } from "./layer.js";
import { accuracy, softmax, softmaxLoss } from "./loss.js";
import { pooling } from "./pooling.js";

export { convolutionWindow, type ConvolutionWindow } from "./convolution.js";
export { averageFactors, poolingAxes, poolingMargin, type PoolingAxis } from "./pooling.js";
export type { LayerCall, LayerKind, ParameterPlan, Shape } from "./layer.js";

/** Every layer that histobook can run, by the name that Caffe gives its type. */
const kinds: Record<string, LayerKind | undefined> = {
  Accuracy: accuracy,
  Convolution: convolution,
  Dropout: dropout,
  InnerProduct: innerProduct,
  LRN: localResponseNormalization,
  Pooling: pooling,
  ReLU: rectifier,
  Sigmoid: sigmoid,
  Softmax: softmax,
  SoftmaxWithLoss: softmaxLoss,
  TanH: hyperbolicTangent,
};

/** Layers that bring a network's input: not run, but fed. */
const sources = new Set(["Data", "ImageData", "Input"]);

/** Tells whether a layer brings the network's input. */
export function isSource(layer: LayerParameter): boolean {
  return sources.has(layer.type);
}

/**
 * Finds the arithmetic of a layer.
 *
 * @throws HistobookError `Unsupported` that names the layer and its type.
 */
export function kindOf(layer: LayerParameter): LayerKind {
  const kind = kinds[layer.type];
  if (kind) return kind;
  throw new HistobookError("Unsupported", {
    subject: `layer "${layer.name}"`,
    found: `type "${layer.type}"`,
    expected: `one of ${Object.keys(kinds).join(", ")}, or ${[...sources].join(", ")} as input`,
    fix: "change the prototxt, or open an issue that names this layer",
  });
}

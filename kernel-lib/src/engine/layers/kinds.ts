import type { LayerParameter } from "../../caffe/index.js";
import { HistobookError } from "../../foundation/index.js";
import { accuracy } from "./accuracy.js";
import {
  binomialLogLikelihood,
  exponentialRectifier,
  hyperbolicTangent,
  rectifier,
  sigmoid,
} from "./activation.js";
import { batchNormalization } from "./batchNormalization.js";
import { concatenation, slice } from "./concatenation.js";
import { convolution } from "./convolution.js";
import { dropout } from "./dropout.js";
import { elementwise } from "./elementwise.js";
import { innerProduct } from "./innerProduct.js";
import type { LayerKind } from "./layer.js";
import { localResponseNormalization } from "./localResponse.js";
import { softmax } from "./softmax.js";
import { softmaxLoss } from "./softmaxLoss.js";
import { euclideanLoss, hingeLoss } from "./otherLosses.js";
import { parametricRectifier } from "./parametricRectifier.js";
import { absoluteValue, exponential, logarithm, power } from "./pointwise.js";
import { pooling } from "./pooling.js";
import { flatten, reshape } from "./reshaping.js";
import { silence, split } from "./routing.js";
import { bias, scale } from "./scale.js";

/** Every layer that histobook can run, by the name that Caffe gives its type. */
export const kinds: Record<string, LayerKind> = {
  AbsVal: absoluteValue,
  Accuracy: accuracy,
  BNLL: binomialLogLikelihood,
  BatchNorm: batchNormalization,
  Bias: bias,
  Concat: concatenation,
  Convolution: convolution,
  Dropout: dropout,
  ELU: exponentialRectifier,
  Eltwise: elementwise,
  EuclideanLoss: euclideanLoss,
  Exp: exponential,
  Flatten: flatten,
  HingeLoss: hingeLoss,
  InnerProduct: innerProduct,
  LRN: localResponseNormalization,
  Log: logarithm,
  PReLU: parametricRectifier,
  Pooling: pooling,
  Power: power,
  ReLU: rectifier,
  Reshape: reshape,
  Scale: scale,
  Sigmoid: sigmoid,
  Silence: silence,
  Slice: slice,
  Softmax: softmax,
  SoftmaxWithLoss: softmaxLoss,
  Split: split,
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
  if (Object.hasOwn(kinds, layer.type)) return kinds[layer.type];
  throw new HistobookError("Unsupported", {
    subject: `layer "${layer.name}"`,
    found: `type "${layer.type}"`,
    expected: `one of ${Object.keys(kinds).join(", ")}, or ${[...sources].join(", ")} as input`,
    fix: "change the prototxt, or open an issue that names this layer",
  });
}

import type { LayerParameter } from "../../caffe/index.js";
import { bias, elementwise, scale } from "./arithmetic.js";
import { convolution } from "./convolution.js";
import { innerProduct } from "./innerProduct.js";
import { notExportable, type LayerExporter } from "./layer.js";
import { batchNormalization, localResponseNormalization } from "./normalization.js";
import {
  absoluteValue,
  binomialLogLikelihood,
  exponential,
  hyperbolicTangent,
  logarithm,
  power,
  sigmoid,
} from "./pointwise.js";
import { pooling } from "./pooling.js";
import { exponentialRectifier, parametricRectifier, rectifier } from "./rectifier.js";
import { concatenation, dropout, reshaping, silence, slice, split } from "./shapes.js";
import { softmax } from "./softmax.js";

/** Every layer that can be exported, by the name that Caffe gives its type. */
const exporters: Record<string, LayerExporter> = {
  AbsVal: absoluteValue,
  BNLL: binomialLogLikelihood,
  BatchNorm: batchNormalization,
  Bias: bias,
  Concat: concatenation,
  Convolution: convolution,
  Dropout: dropout,
  ELU: exponentialRectifier,
  Eltwise: elementwise,
  Exp: exponential,
  Flatten: reshaping,
  InnerProduct: innerProduct,
  LRN: localResponseNormalization,
  Log: logarithm,
  PReLU: parametricRectifier,
  Pooling: pooling,
  Power: power,
  ReLU: rectifier,
  Reshape: reshaping,
  Scale: scale,
  Sigmoid: sigmoid,
  Silence: silence,
  Slice: slice,
  Softmax: softmax,
  Split: split,
  TanH: hyperbolicTangent,
};

/** The names of all types of layers that can be exported, as a prototxt's `type` writes them. */
export const exportedTypes: readonly string[] = Object.keys(exporters);

/**
 * Finds how a layer is exported.
 *
 * @throws HistobookError `Unsupported` that names the layer and its type.
 */
export function exporterOf(layer: LayerParameter): LayerExporter {
  if (Object.hasOwn(exporters, layer.type)) return exporters[layer.type];
  throw notExportable(layer, `type "${layer.type}"`, `one of ${exportedTypes.join(", ")}`);
}

import type { LayerParameter } from "../../caffe/index.js";
import { HistobookError } from "../../foundation/index.js";
import { dropout, hyperbolicTangent, rectifier, sigmoid } from "./activation.js";
import { convolution } from "./convolution.js";
import { innerProduct } from "./innerProduct.js";
import type { LayerExporter } from "./layer.js";
import { localResponseNormalization } from "./normalization.js";
import { pooling } from "./pooling.js";
import { softmax } from "./softmax.js";

/** Every layer that can be exported, by the name that Caffe gives its type. */
const exporters: Record<string, LayerExporter | undefined> = {
  Convolution: convolution,
  Dropout: dropout,
  InnerProduct: innerProduct,
  LRN: localResponseNormalization,
  Pooling: pooling,
  ReLU: rectifier,
  Sigmoid: sigmoid,
  Softmax: softmax,
  TanH: hyperbolicTangent,
};

/**
 * Finds how a layer is exported.
 *
 * @throws HistobookError `Unsupported` that names the layer and its type.
 */
export function exporterOf(layer: LayerParameter): LayerExporter {
  const exporter = exporters[layer.type];
  if (exporter) return exporter;
  throw new HistobookError("Unsupported", {
    subject: `layer "${layer.name}"`,
    found: `type "${layer.type}", which can't be exported`,
    expected: `one of ${Object.keys(exporters).join(", ")}`,
    fix: "export a network without it, or open an issue that names this layer",
  });
}

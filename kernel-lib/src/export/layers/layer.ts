import type { LayerParameter } from "../../caffe/index.js";
import type { Shape } from "../../engine/index.js";
import { HistobookError } from "../../foundation/index.js";
import type { LayerGraph } from "../builder.js";
import type { Value } from "../graph.js";

/** Something that a layer learned, in Caffe's shape and order. */
export interface LearnedBlob {
  shape: Shape;
  /** The shape with sizes of 1, where the layer spreads it over its input's axes. */
  spread: Shape;
  data: Float32Array;
}

/** What a layer is given when it is exported. */
export interface LayerCall {
  layer: LayerParameter;
  bottoms: Value[];
  /** Shapes of the tops, as planned. */
  tops: Shape[];
  blobs: LearnedBlob[];
  graph: LayerGraph;
}

/** Describes one type of layer in primitive operations, as it behaves in the TEST phase; gives its tops. */
export type LayerExporter = (call: LayerCall) => Value[];

/** The sentence for what an exported network can't do. */
export function notExportable(layer: LayerParameter, found: string, expected: string): HistobookError {
  return new HistobookError("Unsupported", {
    subject: `layer "${layer.name}"`,
    found: `${found}, which can't be exported`,
    expected,
    fix: "export a network without it, or open an issue that names this network",
  });
}

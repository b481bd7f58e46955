import type { Blob, LayerParameter } from "../../caffe/index.js";
import type { Shape } from "../../engine/index.js";
import type { LayerGraph } from "../builder.js";
import type { Value } from "../graph.js";

/** What a layer is given when it is exported. */
export interface LayerCall {
  layer: LayerParameter;
  bottoms: Value[];
  /** Shapes of the tops, as planned. */
  tops: Shape[];
  /** What it learned, in Caffe's shapes and order. */
  blobs: Blob[];
  graph: LayerGraph;
}

/** Describes one type of layer in primitive operations, as it behaves when nothing is trained; gives its tops. */
export type LayerExporter = (call: LayerCall) => Value[];

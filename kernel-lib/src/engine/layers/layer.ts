import type { LayerParameter } from "../../caffe/index.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import type { ParameterPlan, Shape } from "./layerPlan.js";

export {
  isGiven,
  multipliers,
  sameShapes,
  spatial,
  unsupported,
  type ParameterPlan,
  type Shape,
} from "./layerPlan.js";

/** Gives uniform numbers in [0,1), others at each call; the same seed gives the same. */
export type Noise = (shape: readonly number[]) => Tensor;

/** What a layer is given when it runs. Spatial tensors are NHWC, the others in Caffe's order, [batch, length]. */
export interface LayerCall {
  tf: TensorFlow;
  layer: LayerParameter;
  /** Shapes of the bottoms, as planned. */
  shapes: Shape[];
  bottoms: Tensor[];
  parameters: Tensor[];
  /** True in the TRAIN phase: dropout drops. */
  training: boolean;
  noise: Noise;
  /** How much each class counts in a softmax loss; undefined counts all alike. */
  classWeights?: readonly number[];
  /** Replaces a blob that running the layer changes although no gradient does: BatchNorm's statistics. */
  remember: (parameter: number, value: Tensor) => void;
}

/** One type of Caffe layer: its shapes, its parameters, its arithmetic. */
export interface LayerKind {
  /** How many bottoms it takes: one number, or the least and the most. */
  bottoms: number | readonly [least: number, most: number];
  /** Shapes of its tops. */
  shapes(layer: LayerParameter, bottoms: Shape[]): Shape[];
  /** The blobs that a model holds for it; none when absent. */
  parameters?(layer: LayerParameter, bottoms: Shape[]): ParameterPlan[];
  /** Its tops' values; differentiable. */
  run(call: LayerCall): Tensor[];
  /** True for a layer whose first top is a loss to be minimised. */
  isLoss?: boolean;
}

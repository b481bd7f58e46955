import type * as tensorflow from "@tensorflow/tfjs";
import type { Engine } from "./engine.js";

/** TensorFlow.js's functions, whichever package they came from. */
export type TensorFlow = typeof tensorflow;

/** A tensor of any rank. */
export type Tensor = tensorflow.Tensor;

/** A tensor that training changes. */
export type Variable = tensorflow.Variable;

/** An engine's TensorFlow.js, with its types. */
export function tensorFlowOf({ tf }: Engine): TensorFlow {
  return tf as TensorFlow;
}

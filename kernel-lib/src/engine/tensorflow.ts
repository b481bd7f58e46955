import type * as tensorflow from "@tensorflow/tfjs";

/** TensorFlow.js's functions, whichever package they came from. */
export type TensorFlow = typeof tensorflow;

/** A tensor of any rank. */
export type Tensor = tensorflow.Tensor;

/** A tensor that training changes. */
export type Variable = tensorflow.Variable;

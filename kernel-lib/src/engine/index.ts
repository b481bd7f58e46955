/** Which TensorFlow.js backend runs, and Caffe's networks as its operations. */
export {
  engineChoices,
  type Computation,
  type Engine,
  type EngineChoice,
  type EngineName,
} from "./engine.js";
export { loadEngine } from "./loadEngine.js";
export { reorder } from "./layout.js";
export { reportPassedOver } from "./passedOver.js";
export type { Classifier } from "./classifier.js";
export { eagerClassifier } from "./eagerClassifier.js";
export { createClassifier } from "./createClassifier.js";
export { createDenseClassifier, type DenseClassifier } from "./dense/denseClassifier.js";
export { planDense, type DensePlan } from "./dense/densePlan.js";
export { createLearner } from "./createLearner.js";
export { eagerLearner } from "./eagerLearner.js";
export { graphClassifier } from "./graph/graphClassifier.js";
export { graphLearner } from "./graph/graphLearner.js";
export type { Learner, LearnerSettings, LearnerState } from "./learner.js";
export { classifierEnds, type ClassifierEnds } from "./ends.js";
export {
  averageFactors,
  convolutionWindow,
  isGiven,
  layerTypes,
  poolingAxes,
  poolingAxis,
  poolingMargin,
  type ConvolutionWindow,
  type ParameterPlan,
  type PoolingAxis,
  type Shape,
} from "./layers/index.js";
export { isDataLayer, parameterCount, planNetwork, type NetworkPlan, type PlannedLayer } from "./plan.js";
export type { SolverConstants, SolverType } from "./solverType.js";
export {
  transformationOf,
  transformBatch,
  type ImageBatch,
  type ImageShape,
  type Transformation,
} from "./transformation.js";
export { initialWeights, takeWeights, type Weights } from "./weights.js";
export { examine, type Examination, type Finding } from "./examine.js";

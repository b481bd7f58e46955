/** What is known of layers before they run. */
export { convolutionWindow, type ConvolutionWindow } from "./convolutionWindow.js";
export { averageFactors, poolingAxes, poolingAxis, poolingMargin, type PoolingAxis } from "./poolingAxis.js";
export { isGiven, type ParameterPlan, type Shape } from "./layerPlan.js";
export { layerTypes } from "./layerTypes.js";

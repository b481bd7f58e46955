/** A trained model's files: where they are, at which scale it was trained, what they hold. */
export * from "./public.js";
export { foldModelFiles, namedModelFiles, type ModelFiles } from "./files.js";
export { readTrainedNetwork, type TrainedNetwork } from "./read.js";
export { modelScale } from "./scale.js";
export { checkMagnification, trainingPixelSize } from "./magnification.js";

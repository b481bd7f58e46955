/** Trained networks in the formats of others: ONNX and TensorFlow.js. */
export type { ExportFacts, ExportNotes } from "./about.js";
export {
  exportFormats,
  exportModel,
  type ExportFormat,
  type ExportOptions,
  type ExportResult,
} from "./exportModel.js";
export { encodeOnnx, encodeTensorFlowJs } from "./encode.js";
export type { TensorFlowJsModel } from "./tensorflowjs/model.js";
export { readTrainedNetwork, type TrainedNetwork } from "../models/index.js";

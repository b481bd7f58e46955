/** Trained networks in the formats of others: ONNX and TensorFlow.js. */
export type { ExportFacts, ExportNotes } from "./about.js";
export {
  exportFormats,
  exportModel,
  type ExportFormat,
  type ExportOptions,
  type ExportResult,
} from "./exportModel.js";
export { encodeOnnx } from "./onnx/encode.js";
export { encodeTensorFlowJs, type TensorFlowJsModel } from "./tensorflowjs/encode.js";
export { readTrainedNetwork, type TrainedNetwork } from "../models/index.js";

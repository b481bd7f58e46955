import { describeAuthorsModels, describeExport } from "./export.contract.js";
import { onnxRuntime } from "./runtime.js";

const open = () => Promise.resolve(onnxRuntime);
describeExport("onnxruntime", open);
describeAuthorsModels("onnxruntime", open);

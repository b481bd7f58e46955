/** TensorFlow.js' WebAssembly backend as others have it: without the operations that histobook's engine adds to it. */
import * as tensorflow from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { dirname, sep } from "node:path";
import { describeAuthorsModels, describeExport } from "./export.contract.js";
import { tensorFlowRuntime } from "./runtime.js";

const open = async () => {
  setWasmPaths(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm")) + sep);
  await tensorflow.setBackend("wasm");
  return tensorFlowRuntime(tensorflow);
};
describeExport("TensorFlow.js, WebAssembly", open);
describeAuthorsModels("TensorFlow.js, WebAssembly", open);

import { loadEngine } from "../../kernel-lib/dist/engine/index.js";
import { describeAuthorsModels, describeExport } from "./export.contract.js";
import { tensorFlowRuntime } from "./runtime.js";

const open = async () => tensorFlowRuntime((await loadEngine("tensorflow")).tf);
describeExport("TensorFlow.js, native", open);
describeAuthorsModels("TensorFlow.js, native", open);

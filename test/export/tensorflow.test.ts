import { loadEngine } from "../../kernel-lib/dist/engine/index.js";
import { tensorFlowOf } from "../../kernel-lib/dist/engine/tensorflow.js";
import { describeAuthorsModels, describeExport } from "./export.contract.js";
import { tensorFlowRuntime } from "./runtime.js";

const open = async () => tensorFlowRuntime(tensorFlowOf(await loadEngine("tensorflow")));
describeExport("TensorFlow.js, native", open);
describeAuthorsModels("TensorFlow.js, native", open);

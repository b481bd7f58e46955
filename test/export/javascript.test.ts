import { loadEngine } from "../../kernel-lib/dist/engine/index.js";
import { tensorFlowOf } from "../../kernel-lib/dist/engine/tensorflow.js";
import { describeExport } from "./export.contract.js";
import { tensorFlowRuntime } from "./runtime.js";

describeExport("TensorFlow.js, JavaScript alone", async () =>
  tensorFlowRuntime(tensorFlowOf(await loadEngine("javascript"))),
);

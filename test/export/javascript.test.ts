import { loadEngine } from "../../kernel-lib/dist/engine/index.js";
import { describeExport } from "./export.contract.js";
import { tensorFlowRuntime } from "./runtime.js";

describeExport("TensorFlow.js, JavaScript alone", async () =>
  tensorFlowRuntime((await loadEngine("javascript")).tf),
);

import { requireSoftwareGpu } from "./softwareGpu.mjs";
import { describeDense } from "./dense.contract.js";
import { describeEngine } from "./engine.contract.js";
import { describeGolden } from "./golden.contract.js";
import { describeLayers } from "./layers.contract.js";

requireSoftwareGpu();
describeEngine("webgpu");
// The processor plays the GPU, which takes minutes for what a GPU does at once: see test/gpu.
describeGolden("webgpu", { patches: 4 });
describeLayers("webgpu");
describeDense("webgpu");

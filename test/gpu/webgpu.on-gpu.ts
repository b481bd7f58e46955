import { describeEngine } from "../engine/engine.contract.js";
import { describeGolden } from "../engine/golden.contract.js";
import { describeLayers } from "../engine/layers.contract.js";

describeEngine("webgpu");
describeGolden("webgpu");
describeLayers("webgpu");

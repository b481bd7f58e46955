import { describeDense } from "./dense.contract.js";
import { describeEngine } from "./engine.contract.js";
import { describeGolden } from "./golden.contract.js";
import { describeLayers } from "./layers.contract.js";

describeEngine("wasm");
describeGolden("wasm");
describeLayers("wasm");

describeDense("wasm");

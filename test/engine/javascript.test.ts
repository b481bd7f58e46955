import { describeEngine } from "./engine.contract.js";
import { describeLayers } from "./layers.contract.js";

describeEngine("javascript");
describeLayers("javascript");

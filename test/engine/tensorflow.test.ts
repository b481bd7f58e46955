import { describeEngine } from "./engine.contract.js";
import { describeGolden } from "./golden.contract.js";

describeEngine("tensorflow");
describeGolden("tensorflow");

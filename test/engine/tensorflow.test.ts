import { describeDense } from "./dense.contract.js";
import type { Computation } from "../../kernel-lib/dist/engine/index.js";
import { describeEngine } from "./engine.contract.js";
import { describeGolden } from "./golden.contract.js";
import { describeLayers } from "./layers.contract.js";

for (const computation of ["graphs", "operations"] satisfies Computation[]) {
  describeEngine("tensorflow", computation);
  describeGolden("tensorflow", { computation });
  describeLayers("tensorflow", computation);
}

describeDense("tensorflow");

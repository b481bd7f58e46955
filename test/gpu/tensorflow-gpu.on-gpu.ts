import type { Computation } from "../../kernel-lib/dist/engine/index.js";
import { describeEngine } from "../engine/engine.contract.js";
import { describeGolden } from "../engine/golden.contract.js";
import { describeLayers } from "../engine/layers.contract.js";

for (const computation of ["graphs", "operations"] satisfies Computation[]) {
  describeEngine("tensorflow-gpu", computation);
  describeGolden("tensorflow-gpu", { computation });
  describeLayers("tensorflow-gpu", computation);
}

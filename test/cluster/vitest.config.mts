import { mergeConfig } from "vitest/config";
import shared from "../vitest.config.mts";

/** Tests on a real Slurm, which `npm run test:cluster` and `npm test` run where it is installed or can be. */
export default mergeConfig(
  { ...shared, test: { ...shared.test, include: [] } },
  { test: { include: ["test/cluster/**/*.on-slurm.ts"], testTimeout: 240_000, hookTimeout: 120_000 } },
);

import { defineConfig } from "vitest/config";
import { common } from "../vitest.common.mjs";

/** Tests on a real Slurm, which `npm run test:cluster` and `npm test` run where it is installed or can be. */
export default defineConfig({
  test: {
    ...common,
    include: ["test/cluster/**/*.on-slurm.ts"],
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});

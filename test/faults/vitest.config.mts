import { defineConfig } from "vitest/config";
import { common } from "../vitest.common.mjs";

/** The campaign of `npm run test:faults`, which is bounded by its own option and not by a test's time. */
export default defineConfig({
  test: { ...common, include: ["test/faults/**/*.campaign.ts"], testTimeout: 0, hookTimeout: 0 },
});

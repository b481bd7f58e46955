import { defineConfig } from "vitest/config";
import { common } from "../vitest.common.mjs";

/** The measurement of `npm run bench -- load`: it asserts on no time and is no test. */
export default defineConfig({
  test: {
    ...common,
    include: ["test/extension-load/**/*.measure.ts"],
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});

import { mergeConfig } from "vitest/config";
import shared from "../vitest.config.mts";

/** The measurement of `npm run bench -- extension`: it asserts on no time and is no test. */
export default mergeConfig(
  { ...shared, test: { ...shared.test, include: [] } },
  {
    test: {
      include: ["test/extension-frames/**/*.measure.ts"],
      testTimeout: 600_000,
      hookTimeout: 300_000,
    },
  },
);

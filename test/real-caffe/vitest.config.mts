import { mergeConfig } from "vitest/config";
import shared from "../vitest.config.mts";

/** Tests beside the real Caffe, which `npm run test:caffe` runs where it is built. */
export default mergeConfig(
  { ...shared, test: { ...shared.test, include: [] } },
  { test: { include: ["test/real-caffe/**/*.beside-caffe.ts"], testTimeout: 300_000, hookTimeout: 300_000 } },
);

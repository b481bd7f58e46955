import { defineConfig } from "vitest/config";
import { common } from "../vitest.common.mjs";

/** Tests beside the real Caffe, which `npm run test:caffe` runs where it is built. */
export default defineConfig({
  test: {
    ...common,
    include: ["test/real-caffe/**/*.beside-caffe.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});

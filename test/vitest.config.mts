import { defineConfig } from "vitest/config";
import { softwareGpuEnvironment } from "./engine/softwareGpu.mjs";
import { common } from "./vitest.common.mjs";

/** Their processes must be started with a GPU in reach. */
const onSoftwareGpu = ["test/engine/webgpu.test.ts"];

export default defineConfig({
  test: {
    ...common,
    projects: [
      {
        extends: true,
        test: {
          name: "here",
          // The set-up is plain JavaScript, and so are its tests.
          include: ["test/**/*.test.ts", "test/setup/**/*.test.mjs"],
          exclude: onSoftwareGpu,
        },
      },
      {
        extends: true,
        test: { name: "software GPU", include: onSoftwareGpu, env: softwareGpuEnvironment() },
      },
    ],
  },
});

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    // The set-up is plain JavaScript, and so are its tests.
    include: ["test/**/*.test.ts", "test/setup/**/*.test.mjs"],
    // Native addons and worker threads do not share a process well.
    pool: "forks",
    maxWorkers: 2,
    // Whole-behaviour tests train networks and open browsers, on slow machines too.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

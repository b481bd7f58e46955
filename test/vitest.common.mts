import { fileURLToPath } from "node:url";

/** What every configuration of the tests shares. */
export const common = {
  root: fileURLToPath(new URL("..", import.meta.url)),
  globalSetup: fileURLToPath(new URL("temporaryFolder.mts", import.meta.url)),
  // Native addons and worker threads do not share a process well.
  pool: "forks" as const,
  maxWorkers: 2,
  // Whole-behaviour tests train networks and open browsers, on slow machines too.
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

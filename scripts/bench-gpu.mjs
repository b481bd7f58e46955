// npm run bench:gpu, on a machine with a GPU: set-up, the engines' tests on the GPU, then the figures for docs/performance.md.
import { requireNode } from "./setup/node-version.mjs";

requireNode();
import("./checks/gpu.mjs")
  .then(({ checkOnGpu }) => checkOnGpu())
  .then((status) => {
    process.exitCode = status;
  });

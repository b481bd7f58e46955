// npm run test:cluster: the tests against a Slurm that they start and stop themselves; the last line counts.
import { requireNode } from "./setup/node-version.mjs";

requireNode();
import("./checks/cluster.mjs")
  .then(({ checkOnCluster }) => checkOnCluster(process.argv.slice(2)))
  .then((status) => {
    process.exitCode = status;
  });

// npm test: sets everything up, then lint, types and tests; the last line says how many passed and failed.
// What follows `--` goes to vitest: npm test -- test/patches
import { requireNode } from "./setup/node-version.mjs";

requireNode();
import("./checks/index.mjs")
  .then(({ runChecks }) => runChecks(process.argv.slice(2)))
  .then((status) => {
    process.exitCode = status;
  });

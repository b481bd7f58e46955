// npm start: sets everything up and opens the tutorial in JupyterLab. `-- --execute` runs its notebooks instead.
// Anything else after `--` goes to JupyterLab: npm start -- --no-browser --port 9999
import { requireNode } from "./setup/node-version.mjs";

async function main(args) {
  const { setUp } = await import("./setup/index.mjs");
  const environment = await setUp();
  if (args.includes("--execute")) {
    const { executeNotebooks } = await import("./notebooks/execute.mjs");
    const names = args.filter((argument) => argument !== "--execute");
    return executeNotebooks(environment, names.length > 0 ? { names } : {});
  }
  const { openLab } = await import("./notebooks/lab.mjs");
  return openLab(environment, args);
}

requireNode();
main(process.argv.slice(2))
  .catch((error) => import("./setup/failure.mjs").then(({ reportFailure }) => reportFailure(error)))
  .then((status) => {
    process.exitCode = status;
  });

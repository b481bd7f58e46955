// Running vitest, and counting what it found.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ownFolder } from "../setup/paths.mjs";
import { environmentVariables } from "../setup/python-environment.mjs";
import { countReport } from "./counts.mjs";
import { runTool } from "./tool.mjs";

const report = join(ownFolder, "test-report.json");

/** Runs the tests of a configuration; what `args` says goes to vitest. */
export async function runVitest(environment, config, args, variables = {}) {
  mkdirSync(ownFolder, { recursive: true });
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  // The tests of the notebooks and of the extension need the environment that the set-up chose.
  const env = { ...environmentVariables(environment), HISTOBOOK_PYTHON: environment.python, ...variables };
  const endedWell = await runTool(
    "vitest/vitest.mjs",
    ["run", "--config", config, ...reporters, ...args],
    env,
  );
  return countReport(report, endedWell);
}

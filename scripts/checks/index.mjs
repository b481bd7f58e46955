// The checks of npm test: set-up, ESLint, Prettier, the compiler's types, then the tests.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { reportFailure } from "../setup/failure.mjs";
import { setUp } from "../setup/index.mjs";
import { modules, ownFolder, repository } from "../setup/paths.mjs";
import { environmentVariables } from "../setup/python-environment.mjs";
import { add, asOneTest, countReport, nothing, summaryLine } from "./counts.mjs";

const report = join(ownFolder, "test-report.json");

/** Runs a JavaScript program of node_modules with its output on ours; true where it ends with status 0. */
function runTool(path, args, env = process.env) {
  const child = spawn(process.execPath, [join(modules, path), ...args], {
    cwd: repository,
    env,
    stdio: "inherit",
  });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (status) => resolve(status === 0));
  });
}

async function lint() {
  const eslint = await runTool("eslint/bin/eslint.js", ["."]);
  const prettier = await runTool("prettier/bin/prettier.cjs", ["--check", "--log-level=warn", "."]);
  return asOneTest(eslint && prettier);
}

const typecheck = async () =>
  asOneTest(await runTool("typescript/bin/tsc", ["--noEmit", "-p", "tsconfig.json"]));

async function test(environment, args) {
  mkdirSync(ownFolder, { recursive: true });
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const config = ["--config", join("test", "vitest.config.mts")];
  // The tests of the notebooks and of the extension need the environment that the set-up chose.
  const env = { ...environmentVariables(environment), HISTOBOOK_PYTHON: environment.python };
  const endedWell = await runTool("vitest/vitest.mjs", ["run", ...config, ...reporters, ...args], env);
  return countReport(report, endedWell);
}

/** Runs all checks, prints the summary line and returns the exit status. */
export async function runChecks(args) {
  let counts = nothing;
  try {
    const environment = await setUp();
    for (const [name, check] of [
      ["lint", lint],
      ["types", typecheck],
      ["tests", () => test(environment, args)],
    ]) {
      process.stdout.write(`\n${name}\n`);
      counts = add(counts, await check());
    }
  } catch (error) {
    reportFailure(error);
    counts = add(counts, asOneTest(false));
  }
  process.stdout.write(`\n${summaryLine(counts)}\n`);
  return counts.failed > 0 ? 1 : 0;
}

// The checks of npm test: set-up, ESLint, Prettier, the compiler's types, the tests, and those on a cluster.
import { join } from "node:path";
import { reportFailure } from "../setup/failure.mjs";
import { setUp } from "../setup/index.mjs";
import { clusterTests } from "./cluster.mjs";
import { add, asOneTest, nothing, summaryLine } from "./counts.mjs";
import { runTool } from "./tool.mjs";
import { runVitest } from "./vitest.mjs";

async function lint() {
  const eslint = await runTool("eslint/bin/eslint.js", ["."]);
  const prettier = await runTool("prettier/bin/prettier.cjs", ["--check", "--log-level=warn", "."]);
  return asOneTest(eslint && prettier);
}

const typecheck = async () =>
  asOneTest(await runTool("typescript/bin/tsc", ["--noEmit", "-p", "tsconfig.json"]));

/** Runs all checks, prints the summary line and returns the exit status. */
export async function runChecks(args) {
  let counts = nothing;
  try {
    const environment = await setUp();
    for (const [name, check] of [
      ["lint", lint],
      ["types", typecheck],
      ["tests", () => runVitest(environment, join("test", "vitest.config.mts"), args)],
      // What was asked for by name is looked for among the tests alone.
      ...(args.length === 0 ? [["cluster", () => clusterTests(environment)]] : []),
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

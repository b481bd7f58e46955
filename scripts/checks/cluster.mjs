// The tests that need a Slurm: test/cluster, against one that they start and stop themselves.
import { join } from "node:path";
import { reportFailure } from "../setup/failure.mjs";
import { setUp } from "../setup/index.mjs";
import { slurmProblem } from "../slurm.mjs";
import { asOneTest, nothing, summaryLine } from "./counts.mjs";
import { runVitest } from "./vitest.mjs";

const config = join("test", "cluster", "vitest.config.mts");

/** Runs them where Slurm is there or can be installed; elsewhere says why not, and counts one that was skipped. */
export async function clusterTests(environment, args = []) {
  const problem = slurmProblem();
  if (problem === undefined) return runVitest(environment, config, args);
  process.stdout.write(`The cluster tests are skipped: ${problem}.\n`);
  return { ...nothing, skipped: 1 };
}

/** `npm run test:cluster`: prints the summary line and returns the exit status; without Slurm it fails. */
export async function checkOnCluster(args) {
  let counts;
  try {
    const environment = await setUp();
    counts = await clusterTests(environment, args);
  } catch (error) {
    reportFailure(error);
    counts = asOneTest(false);
  }
  process.stdout.write(`\n${summaryLine(counts)}\n`);
  return counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

// How many tests passed, failed and were skipped, from the report that vitest writes.
import { readFileSync } from "node:fs";

export const nothing = Object.freeze({ passed: 0, failed: 0, skipped: 0 });

export const add = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

/** One check that passed or did not, counted as one test. */
export const asOneTest = (ok) => ({ ...nothing, [ok ? "passed" : "failed"]: 1 });

/**
 * The counts in vitest's JSON report.
 *
 * A file that could not be read counts as one failure, and so does a run that ended badly although no test failed, or
 * that left no report.
 */
export function countReport(path, endedWell) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return asOneTest(false);
  }
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((result) => result.status === "failed"),
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !endedWell ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The last line: "12 passed, 0 failed", and the skipped ones where there are any. */
export const summaryLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;

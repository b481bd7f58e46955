import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { add, asOneTest, countReport, summaryLine } from "../../scripts/checks/counts.mjs";

let folder;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "histobook-counts-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

function count(report, endedWell = true) {
  const path = join(folder, "report.json");
  writeFileSync(path, JSON.stringify(report));
  return countReport(path, endedWell);
}

it("counts passed, failed and skipped tests when vitest wrote its report", () => {
  expect(summaryLine(count(good))).toBe("5 passed, 0 failed");
  expect(summaryLine(count({ ...good, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 }, false))).toBe(
    "5 passed, 2 failed, 2 skipped",
  );
});

it("counts a file that could not be read as one failure", () => {
  const testResults = [{ status: "failed", assertionResults: [] }];
  expect(count({ ...good, testResults }, false).failed).toBe(1);
});

it("counts one failure when vitest ended badly and blames no test, or left no report", () => {
  expect(count(good, false).failed).toBe(1);
  expect(countReport(join(folder, "none.json"), false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

it("counts lint and types as one test each", () => {
  const counts = [asOneTest(true), asOneTest(false), count(good)].reduce(add);
  expect(summaryLine(counts)).toBe("6 passed, 1 failed");
});

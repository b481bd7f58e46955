import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAllowed, licencesPage, productionPackages } from "../../scripts/licences.mjs";

test("every package that a user installs has a licence that histobook may use", () => {
  const packages = productionPackages();
  expect(packages.length).toBeGreaterThan(300);
  expect(packages.filter(({ licence }) => !isAllowed(licence))).toEqual([]);
});

test.each([
  ["MIT", true],
  ["(MPL-2.0 OR GPL-3.0-only)", true],
  ["GPL-3.0-only", false],
  ["MIT AND AGPL-3.0-only", false],
  ["unknown", false],
])("%s is allowed: %s", (expression, expected) => {
  expect(isAllowed(expression)).toBe(expected);
});

test("docs/licences.md is what the lockfile says; else run npm run licences", async () => {
  expect(readFileSync(join(__dirname, "../../docs/licences.md"), "utf8")).toBe(await licencesPage());
});

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const axeSource = readFileSync(createRequire(__filename).resolve("axe-core/axe.min.js"), "utf8");

/** axe-core, as it stands in a page once its source has run there. */
declare const axe: { run(context: string, options: object): Promise<AxeResults> };

/**
 * Runs axe-core over what a selector finds and expects no finding that is serious or critical.
 *
 * JupyterLab's own markup around it is not ours to judge.
 */
export async function expectAccessible(page: Page, selector: string): Promise<void> {
  await page.evaluate(axeSource);
  const findings = await page.evaluate(async (context) => {
    const { violations } = await axe.run(context, { resultTypes: ["violations"] });
    return violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      nodes: nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)}: ${failureSummary}`),
    }));
  }, selector);
  expect(findings.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
}

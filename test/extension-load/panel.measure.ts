import { appendFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { startLab, type Lab } from "../extension/lab.js";

/** Where the milliseconds go, one list of JSON a line, and the study that is looked at. */
const file = process.env.HISTOBOOK_LOAD ?? "/dev/stdout";
const study = process.env.HISTOBOOK_LOAD_STUDY ?? "";
const rounds = 10;

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
  symlinkSync(study, join(lab.root, "study"), "dir");
});

afterAll(() => lab?.stop());

/** Milliseconds from a click on Refresh until the panel shows what it has read. */
function refresh(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const panel = document.querySelector("#histobook-study-panel")!;
    const button = Array.from(panel.querySelectorAll("button")).find(
      ({ textContent }) => textContent === "Refresh",
    )!;
    const start = performance.now();
    await new Promise<void>((drawn) => {
      new MutationObserver(() => drawn()).observe(panel, { childList: true });
      button.click();
    });
    return performance.now() - start;
  });
}

test("the study panel answers", async () => {
  const page = await lab.openFolder();
  await page.getByRole("tab", { name: "histobook: the study and its steps" }).click();
  const panel = page.getByRole("region", { name: "Study" });
  await panel.getByText("1000 images").first().waitFor({ timeout: 300_000 });
  // JupyterLab itself is busy at its start.
  await page.waitForTimeout(3000);
  const milliseconds: number[] = [];
  for (let round = 0; round < rounds; round++) milliseconds.push(await refresh(page));
  appendFileSync(file, `${JSON.stringify(milliseconds)}\n`);
  await page.context().close();
});

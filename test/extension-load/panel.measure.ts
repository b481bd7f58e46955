import { appendFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { startLab, type Lab } from "../extension/lab.js";

/** Where the result goes, a line of JSON, and the study that is looked at. */
const file = process.env.HISTOBOOK_LOAD ?? "/dev/stdout";
const study = process.env.HISTOBOOK_LOAD_STUDY ?? "";
const rounds = 10;

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
  symlinkSync(study, join(lab.root, "study"), "dir");
});

afterAll(() => lab?.stop());

/** Milliseconds from a click on Refresh until the panel has read everything and drawn what is new. */
function refresh(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const panel = document.querySelector("#histobook-study-panel")!;
    const button = Array.from(panel.querySelectorAll("button")).find(
      ({ textContent }) => textContent === "Refresh",
    )!;
    const start = performance.now();
    await new Promise<void>((drawn) => {
      new MutationObserver(() => {
        if (panel.ariaBusy === "false") drawn();
      }).observe(panel, { attributeFilter: ["aria-busy"] });
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
  const requests: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let asked = 0;
    const count = (): void => void asked++;
    page.on("request", count);
    milliseconds.push(await refresh(page));
    page.off("request", count);
    requests.push(asked);
  }
  // JupyterLab asks things of its own now and then.
  appendFileSync(file, `${JSON.stringify({ milliseconds, requests: Math.min(...requests) })}\n`);
  await page.context().close();
});

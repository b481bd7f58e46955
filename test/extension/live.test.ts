import { join } from "node:path";
import { readManifest } from "histobook";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { artefacts, askKernel, runAll, startLab, type Lab } from "./lab.js";
import { sampleStudy } from "./sample-study.js";

let lab: Lab;
let page: Page;

beforeAll(async () => {
  lab = await startLab();
  const { mapped } = await sampleStudy(join(lab.root, "study"));
  await lab.writeProgram("live.ipynb", [
    `import { openStudy, showMap } from "histobook";\nconst study = openStudy("study");`,
    `const map = await showMap(study, ${JSON.stringify(mapped[0])});\nmap`,
  ]);
  page = await lab.open("live.ipynb");
  await runAll(page);
}, 240_000);

afterAll(async () => {
  await page?.context().close();
  await lab?.stop();
}, 30_000);

test("a threshold chosen in a map reaches the kernel, marked as exploratory on a test patient", async () => {
  const view = page.locator("[data-histobook-view=probability-map]");
  await view.locator("input[name=threshold]").fill("0.62");
  await view.getByRole("button", { name: "Send the threshold to the kernel" }).click();

  await page.screenshot({ path: join(artefacts, "live.png") });
  await view.getByText("The kernel has it: 0.62").waitFor();
  expect(JSON.parse(await askKernel(page, "console.log(JSON.stringify(map.chosen))"))).toEqual({
    value: 0.62,
    fold: 1,
    exploratory: true,
  });
  // It is written down, and no evaluation takes it for a result, even as a plain number.
  expect(readManifest(join(lab.root, "study")).exploratory).toEqual({ 1: [0.62] });
  const refused = `const { evaluate } = await import("histobook");
await evaluate(study, { threshold: map.chosen!.value }).catch((error) => console.log(error.message));`;
  expect(await askKernel(page, refused)).toMatch(/^--threshold: found 0.62, which was set by hand/);
}, 60_000);

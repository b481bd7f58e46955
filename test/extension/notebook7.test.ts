/** The extension in Jupyter Notebook 7: views are drawn, talk to the kernel, and are drawn again from the saved output. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testPython } from "../../scripts/test-python.mjs";
import { artefacts, askKernel, runAll, startLab, type Lab } from "./lab.js";
import { sampleStudy } from "./sample-study.js";

let lab: Lab;
let page: Page;

beforeAll(async () => {
  const { python } = await testPython();
  lab = await startLab({ module: "notebook", python, notebooks: "notebooks" });
  const { mapped } = await sampleStudy(join(lab.root, "study"));
  await lab.writeProgram("views.ipynb", [
    `import { openStudy, showCases, showMap } from "histobook";\nconst study = openStudy("study");`,
    `await showCases(study, { limit: 4 })`,
    `const map = await showMap(study, ${JSON.stringify(mapped[0])});\nmap`,
  ]);
  page = await lab.open("views.ipynb");
  await runAll(page);
}, 600_000);

afterAll(async () => {
  await page?.context().close();
  await lab?.stop();
}, 30_000);

test("draws the views, and what is chosen in one reaches the kernel", async () => {
  await page.locator("[data-histobook-view=cases]").getByRole("img").first().waitFor();
  const view = page.locator("[data-histobook-view=probability-map]");
  await view.locator("input[name=threshold]").fill("0.62");
  await view.getByRole("button", { name: "Send the threshold to the kernel" }).click();
  await view.getByText("The kernel has it: 0.62").waitFor();
  await page.screenshot({ path: join(artefacts, "notebook7.png") });
  expect(await askKernel(page, "console.log(map.chosen?.value)")).toBe("0.62\n");
}, 60_000);

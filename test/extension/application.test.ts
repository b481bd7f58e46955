import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createSample, makeFolds, makePatches, openStudy } from "histobook";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { byteWords } from "../../jupyter-ext/src/application/byte-words.js";
import { expectAccessible } from "./accessibility.js";
import { artefacts, runAll, startLab, type Lab } from "./lab.js";

const folder = "epithelium-tutorial";

let lab: Lab;
let page: Page;

beforeAll(async () => {
  lab = await startLab();
  page = await lab.openFolder();
}, 120_000);

afterAll(async () => {
  await page?.context().close();
  await lab?.stop();
}, 30_000);

test("the launcher's card copies the six notebooks, asks for our kernel, and overwrites nothing", async () => {
  const card = page.locator(".jp-LauncherCard", { hasText: "Open the epithelium tutorial" });
  await card.waitFor({ timeout: 60_000 });
  await page.screenshot({ path: join(artefacts, "launcher.png") });
  await mkdir(join(lab.root, folder));
  writeFileSync(join(lab.root, folder, "3-databases.ipynb"), "mine");
  await card.click();
  await page.locator(".jp-Notebook .jp-Cell").first().waitFor({ timeout: 60_000 });
  expect(await page.locator(".lm-TabBar-tab.jp-mod-current .lm-TabBar-tabLabel").first().textContent()).toBe(
    "0-start-here.ipynb",
  );
  const copy = JSON.parse(readFileSync(join(lab.root, folder, "1-patch-extraction.ipynb"), "utf8")) as {
    metadata: { kernelspec: { name: string } };
    cells: { source: string }[];
  };
  const original = JSON.parse(
    readFileSync(resolve(__dirname, "../../notebooks/1-patch-extraction.ipynb"), "utf8"),
  ) as { cells: { source: string[] }[] };
  expect(copy.metadata.kernelspec.name).toBe("histobook");
  expect(copy.cells.map(({ source }) => [source].flat().join(""))).toEqual(
    original.cells.map(({ source }) => source.join("")),
  );
  expect(readFileSync(join(lab.root, folder, "3-databases.ipynb"), "utf8")).toBe("mine");
  await rm(join(lab.root, folder, "3-databases.ipynb"));
}, 120_000);

test("the panel follows the study in the current folder, step by step, and opens a step's notebook", async () => {
  await page.getByRole("tab", { name: "histobook: the study and its steps" }).click();
  const panel = page.getByRole("region", { name: "Study" });
  await panel.getByText("There is no study in this folder.").waitFor();

  const study = openStudy(await createSample(join(lab.root, "study")));
  await panel.getByRole("button", { name: "Refresh" }).click();
  await panel.getByText("20 images").first().waitFor();
  const states = (): Promise<string[]> =>
    panel
      .locator("li")
      .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.state ?? ""));
  expect(await states()).toEqual(["missing", "missing", "missing", "missing", "missing"]);

  await makePatches(study, { perImage: 5 });
  await makeFolds(study);
  await makePatches(study, { perImage: 6 });
  await panel.getByRole("button", { name: "Refresh" }).click();
  await panel.getByText("The lists were made from older patches.").waitFor();
  expect(await states()).toEqual(["done", "stale", "missing", "missing", "missing"]);
  await page.screenshot({ path: join(artefacts, "study-panel.png") });
  await expectAccessible(page, ".histobook-study");

  await panel.getByRole("button", { name: "2-cross-validation.ipynb" }).click();
  await page
    .locator(".lm-TabBar-tab.jp-mod-current .lm-TabBar-tabLabel", { hasText: "2-cross-validation.ipynb" })
    .first()
    .waitFor();
  expect(existsSync(join(lab.root, folder, "2-cross-validation.ipynb"))).toBe(true);

  writeFileSync(join(lab.root, "study", "histobook.json"), '{"format":"<img src=x onerror=alert(1)>"}');
  await panel.getByRole("button", { name: "Refresh" }).click();
  await panel.getByText("found a file that is no manifest of this version").waitFor();
}, 120_000);

test("the panel looks again when a cell was run", async () => {
  const study = openStudy(await createSample(join(lab.root, "second/study")));
  await lab.writeProgram("second/cell.ipynb", ["1 + 1"]);
  const other = await lab.open("second/cell.ipynb");
  try {
    await other.getByRole("tab", { name: "histobook: the study and its steps" }).click();
    const panel = other.getByRole("region", { name: "Study" });
    await panel.locator("li[data-state=missing]").first().waitFor();
    expect(await panel.locator("li[data-state=done]").count()).toBe(0);
    await makePatches(study, { perImage: 2 });
    await runAll(other);
    await panel.locator("li[data-state=done]", { hasText: "Patches" }).waitFor();
  } finally {
    await other.context().close();
  }
}, 120_000);

test("byteWords() takes the largest unit that leaves at least 1", () => {
  expect([0, 999, 1000, 12_345_678, 3e15].map(byteWords)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "12.3 MB",
    "3000.0 TB",
  ]);
});

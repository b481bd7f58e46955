/** The first notebook in a real JupyterLab, as its reader meets it: Run All, then a look at each of its views. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kernelName } from "../../kernel-lib/src/kernelspec/index.js";
import { artefacts, askKernel, startAll, startLab, type Lab } from "../extension/lab.js";

interface Notebook {
  metadata: { kernelspec: { name: string } };
  cells: { cell_type: string; metadata: { tags?: string[] }; source: string[]; outputs?: unknown[] }[];
}

let lab: Lab;
let page: Page;

beforeAll(async () => {
  lab = await startLab();
  const name = "0-start-here.ipynb";
  const committed = readFileSync(join(__dirname, "..", "..", "notebooks", name), "utf8");
  const notebook = JSON.parse(committed) as Notebook;
  notebook.metadata.kernelspec.name = kernelName;
  for (const cell of notebook.cells) {
    if (cell.cell_type === "code") cell.outputs = [];
    if (!cell.metadata.tags?.includes("parameters")) continue;
    // Long enough to be a training, short enough for a test.
    cell.source.push(
      "\nconst short = { patches: { perImage: 12 }, training: { iterations: 20, batch: 16, snapshotEvery: 20 } };",
    );
  }
  const short = (source: string[]) =>
    source.map((line) =>
      line.replace("choosePreset(preset)", "choosePreset({ ...short, output: { stride: 8 } })"),
    );
  notebook.cells = notebook.cells.map((cell) => ({ ...cell, source: short(cell.source) }));
  writeFileSync(join(lab.root, name), JSON.stringify(notebook));
  page = await lab.open(name);
  await startAll(page);
  const last = page.locator(".jp-CodeCell").last().locator(".jp-InputArea-prompt");
  await last.getByText(/^\[\d+\]:$/).waitFor({ timeout: 840_000 });
}, 900_000);

afterAll(async () => {
  await page?.context().close();
  await lab?.stop();
}, 60_000);

/** The first, or the n-th, drawing of a view, scrolled to. */
async function drawn(view: string, n = 0): Promise<Locator> {
  const found = page.locator(`[data-histobook-view="${view}"]`).nth(n);
  await found.waitFor({ timeout: 60_000 });
  await found.scrollIntoViewIfNeeded();
  return found;
}

/** How many colours a canvas shows. */
function coloursOf(canvas: Locator): Promise<number> {
  return canvas.evaluate((node) => {
    const { width, height } = node as HTMLCanvasElement;
    const { data } = (node as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}

test("Run All reaches the last cell without an error", async () => {
  expect(await page.locator(".jp-OutputArea-output[data-mime-type*=error]").count()).toBe(0);
  expect(await page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count()).toBe(0);
});

test("the map of the network that comes with the library can be touched", async () => {
  const map = await drawn("probability-map");
  expect(await coloursOf(map.locator("canvas").first())).toBeGreaterThan(100);
  const share = map.locator(".histobook-share");
  const before = await share.textContent();
  await map.getByRole("slider", { name: "Threshold" }).fill("0.95");
  await expect.poll(() => share.textContent()).not.toBe(before);
  await map.screenshot({ path: join(artefacts, "start-here-map.png") });
});

test("all images stand beside each other with their outlines", async () => {
  const cases = await drawn("cases");
  await expect.poll(() => cases.locator("canvas").count()).toBe(20);
  await expect.poll(() => coloursOf(cases.locator("canvas").first())).toBeGreaterThan(50);
});

test("the patches lie in a grid that is sorted and filtered", async () => {
  const grid = await drawn("patch-grid");
  await grid.getByRole("listbox").waitFor();
  expect(await grid.getByRole("status").first().textContent()).toMatch(/\d/);
});

test("the training has left its curves", async () => {
  const curve = await drawn("training-curve");
  await curve.locator(".js-plotly-plot").waitFor({ timeout: 60_000 });
  expect(await curve.locator(".histobook-curve-state").textContent()).toBe("✓ Finished");
});

test("the own network's map is the second one", async () => {
  const map = await drawn("probability-map", 1);
  await expect.poll(() => coloursOf(map.locator("canvas").first())).toBeGreaterThan(20);
});

test("an exercise stands there unanswered, and judges what the reader writes", async () => {
  await page.getByText("Exercise: count the strangers").first().waitFor();
  expect(await askKernel(page, "display(await strangers.answer(2));")).toContain("Not quite. ");
  expect(await askKernel(page, "display(await strangers.answer(4));")).toContain("Right. ");
});

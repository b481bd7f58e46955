/** The notebooks in a real JupyterLab, as their readers meet them: Run All, then a look at each of their views. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kernelName } from "../../kernel-lib/src/kernelspec/index.js";
import type { DrawnViewName } from "../../kernel-lib/src/payloads/index.js";
import { artefacts, askKernel, shutDown, startAll, startLab, type Lab } from "../extension/lab.js";
import { names, notebooks, prepared } from "./lessons.js";

let lab: Lab;
/** The notebook that was run last. */
let page: Page;

beforeAll(async () => {
  lab = await startLab();
}, 120_000);

afterAll(() => lab?.stop(), 60_000);

/** What shows that a view has drawn what it was given, and not only its frame. */
const looks: Record<DrawnViewName, (view: Locator) => Promise<void>> = {
  cases: (view) => canvasIsFull(view, 50),
  "patch-grid": async (view) => {
    await view.getByRole("listbox").waitFor();
    expect(await view.getByRole("status").first().textContent()).toMatch(/\d/);
  },
  "fold-summary": async (view) => {
    expect(await view.locator(".histobook-verdict-box").innerText()).toContain("No leak: ");
    // The sample's ten patients below their head.
    expect(await view.getByRole("grid").getByRole("row").count()).toBe(11);
  },
  "database-summary": (view) => canvasIsFull(view, 20),
  network: async (view) => {
    const layers = view.getByRole("grid").getByRole("row");
    await expect.poll(() => layers.count()).toBeGreaterThan(8);
  },
  "training-curve": async (view) => {
    await view.locator(".js-plotly-plot").waitFor({ timeout: 60_000 });
    expect(await view.locator(".histobook-curve-state").textContent()).toBe("✓ Finished");
  },
  "probability-map": (view) => canvasIsFull(view, 20),
  evaluation: async (view) => {
    await view.locator(".js-plotly-plot").nth(1).waitFor({ timeout: 60_000 });
    expect(await view.getByRole("grid").getByRole("row").count()).toBe(11);
  },
};

async function canvasIsFull(view: Locator, colours: number): Promise<void> {
  await expect
    .poll(() => coloursOf(view.locator("canvas").first()), { timeout: 60_000 })
    .toBeGreaterThan(colours);
}

/** How many colours a canvas shows. */
function coloursOf(canvas: Locator): Promise<number> {
  return canvas.evaluate((node) => {
    const { width, height } = node as HTMLCanvasElement;
    const { data } = (node as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}

/** All drawings of a view. */
const drawings = (view: DrawnViewName): Locator => page.locator(`[data-histobook-view="${view}"]`);

describe.each(names)("%s in a browser,", (name) => {
  beforeAll(async () => {
    writeFileSync(join(lab.root, `${name}.ipynb`), JSON.stringify(prepared(name, kernelName)));
    page = await lab.open(`${name}.ipynb`);
    await startAll(page);
    const last = page.locator(".jp-CodeCell").last().locator(".jp-InputArea-prompt");
    await last.getByText(/^\[\d+\]:$/).waitFor({ timeout: 840_000 });
  }, 900_000);

  // With the page goes its kernel, so that six of them never compute at once.
  afterAll(async () => {
    await shutDown(page);
    await page.context().close();
  }, 60_000);

  test("Run All reaches the last cell without an error", async () => {
    expect(await page.locator(".jp-OutputArea-output[data-mime-type*=error]").count()).toBe(0);
    expect(await page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count()).toBe(0);
  });

  test.each(notebooks[name].views)("each %s is drawn", async (view) => {
    await drawings(view).first().waitFor({ timeout: 60_000 });
    for (const drawing of await drawings(view).all()) {
      await drawing.scrollIntoViewIfNeeded();
      await looks[view](drawing);
    }
    await drawings(view)
      .first()
      .screenshot({ path: join(artefacts, `${name}-${view}.png`) });
  });

  if (name !== "0-start-here") return;

  test("the first map can be touched: its share follows the threshold", async () => {
    const map = drawings("probability-map").first();
    const share = map.locator(".histobook-share");
    const before = await share.textContent();
    await map.getByRole("slider", { name: "Threshold" }).fill("0.95");
    await expect.poll(() => share.textContent()).not.toBe(before);
  });

  test("an exercise stands there unanswered, and judges what the reader writes", async () => {
    await page.getByText("Exercise: count the strangers").first().waitFor();
    expect(await askKernel(page, "display(await strangers.answer(2));")).toContain("Not quite. ");
    expect(await askKernel(page, "display(await strangers.answer(4));")).toContain("Right. ");
  });
});

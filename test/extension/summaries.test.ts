/** The views that say what a step has made, drawn by a real kernel from the sample. */
import { join } from "node:path";
import { createSample, makeDatabases, makeFolds, makePatches, openStudy, showFolds, train } from "histobook";
import { viewMimeType, type FoldSummaryPayload } from "histobook/payloads";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { artefacts, runAll, saveNotebook, startLab, type Lab } from "./lab.js";

let lab: Lab;
let page: Page;

beforeAll(async () => {
  lab = await startLab();
  const study = openStudy(await createSample(join(lab.root, "study")));
  await makePatches(study, { perImage: 30 });
  await makeFolds(study);
  await makeDatabases(study, { fold: 1 });
  await train(study, { fold: 1, iterations: 3, batch: 8 });
  await lab.writeProgram("summaries.ipynb", [
    `import { makeFolds, openStudy, showFolds } from "histobook";\nconst study = openStudy("study");`,
    `const split = await makeFolds(study);\nshowFolds(split)`,
    `const [first, ...others] = split.folds;
showFolds({ ...split, folds: [{ ...first, train: [...first.train, first.test[0]] }, ...others] })`,
  ]);
  page = await lab.open("summaries.ipynb");
  // High enough for a whole view on one picture.
  await page.setViewportSize({ width: 1280, height: 1300 });
  await runAll(page);
}, 240_000);

afterAll(async () => {
  await page?.context().close();
  await lab?.stop();
}, 30_000);

/** The saved notebook in a page of the dark theme, without a kernel that runs it. */
async function inTheDark(work: (dark: Page) => Promise<void>): Promise<void> {
  await saveNotebook(page);
  const dark = await lab.open("summaries.ipynb", { theme: "dark" });
  await dark.setViewportSize({ width: 1280, height: 1300 });
  try {
    await work(dark);
  } finally {
    await dark.context().close();
  }
}

async function picture(of: Locator, name: string): Promise<void> {
  await of.scrollIntoViewIfNeeded();
  await of.screenshot({ path: join(artefacts, `${name}.png`) });
}

describe("the fold summary", () => {
  const views = (of = page): Locator => of.locator("[data-histobook-view=fold-summary]");

  test("says in words and signs that nobody stands on two sides, or who does", async () => {
    await views().nth(1).waitFor();
    const fair = views().first().locator(".histobook-verdict-box");
    expect(await fair.getAttribute("data-verdict")).toBe("good");
    expect(await fair.innerText()).toMatch(/^✓\s+No leak: no patient stands on two sides of a fold/);
    const leaky = views().nth(1).locator(".histobook-verdict-box");
    expect(await leaky.getAttribute("data-verdict")).toBe("bad");
    expect(await leaky.innerText()).toMatch(/^✕\s+Leak: .*patient \S+ stands in train and test of fold 1$/s);
    expect(await views().nth(1).locator("[data-look=leak]").innerText()).toBe("✕ ·T");
    await picture(views().first(), "fold-summary-light");
    await picture(views().nth(1), "fold-summary-leak");
  });

  test("has a row a patient and a column a fold, each patient tested once", async () => {
    const table = views().first().getByRole("grid");
    expect(await table.getByRole("row").count()).toBe(11);
    expect(await table.getByRole("columnheader").allInnerTexts()).toEqual([
      "patient",
      ...[1, 2, 3, 4, 5].map((fold) => `fold ${fold}`),
    ]);
    for (let row = 1; row <= 10; row++) {
      expect(await table.getByRole("row").nth(row).getByRole("gridcell", { name: "test" }).count()).toBe(1);
    }
  });

  test("tells the lists under the pointer and under the focus, which the arrow keys move", async () => {
    const view = views().first();
    const details = view.getByRole("status");
    await view.getByRole("columnheader", { name: "fold 3" }).hover();
    expect(await details.innerText()).toMatch(
      /^Fold 3\s+train, \d+ patients, [\d,]+ patches \(.*% epithelium\): \S+/,
    );
    await view.getByRole("columnheader", { name: "patient", exact: true }).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await details.innerText()).toMatch(/^Patient \S+\s+2 images, \d+ patches/);
    await page.keyboard.press("ArrowRight");
    expect(await details.innerText()).toMatch(/^Patient \S+ in fold 1\s+(trains|helps|is tested)/);
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("gridcell");
    await picture(view, "fold-summary-focus");
    await page.keyboard.press("Tab");
    expect(await view.getByRole("grid").evaluate((grid) => grid.contains(document.activeElement))).toBe(
      false,
    );
  });

  test("counts the same patches as the lists, by side and type", async () => {
    const rows = await views().first().locator(".histobook-folds-counts tbody tr").allInnerTexts();
    const study = openStudy(join(lab.root, "study"));
    const payload = showFolds(await makeFolds(study)).data[
      viewMimeType("fold-summary")
    ] as FoldSummaryPayload;
    expect(rows).toHaveLength(15);
    const patches = rows.map((row) => Number(row.split("\t")[3].replaceAll(",", "")));
    const all = payload.patients.reduce((sum, one) => sum + one.patches.p + one.patches.e + one.patches.b, 0);
    expect(patches.reduce((sum, value) => sum + value, 0)).toBe(5 * all);
  });
});

test("saved, the views are drawn in the dark theme without their kernel", async () => {
  await inTheDark(async (dark) => {
    const folds = dark.locator("[data-histobook-view=fold-summary]").first();
    await folds.getByRole("grid").waitFor({ timeout: 60_000 });
    await picture(folds, "fold-summary-dark");
  });
}, 120_000);

/** The views that say what a step has made, drawn by a real kernel from the sample. */
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import {
  createSample,
  databaseSummary,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  readModel,
  showDatabase,
  showFolds,
  showNetwork,
  train,
  type Study,
} from "histobook";
import {
  viewMimeType,
  type DatabaseSummaryPayload,
  type FoldSummaryPayload,
  type NetworkPayload,
} from "histobook/payloads";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAccessible } from "./accessibility.js";
import { artefacts, runAll, saveNotebook, startLab, type Lab } from "./lab.js";

let lab: Lab;
let page: Page;
const study = (): Study => openStudy(join(lab.root, "study"));

beforeAll(async () => {
  lab = await startLab();
  await createSample(join(lab.root, "study"));
  await makePatches(study(), { perImage: 30 });
  await makeFolds(study());
  await makeDatabases(study());
  await train(study(), { fold: 1, iterations: 30, batch: 16 });
  await damage(join(lab.root, "study/DB_test_2"));
  await lab.writeProgram("summaries.ipynb", [
    `import { makeFolds, openStudy, showDatabase, showFolds, showNetwork } from "histobook";\nconst study = openStudy("study");`,
    `const split = await makeFolds(study);\nshowFolds(split)`,
    `const [first, ...others] = split.folds;
showFolds({ ...split, folds: [{ ...first, train: [...first.train, first.test[0]] }, ...others] })`,
    `await showDatabase(study, 1)`,
    `await showDatabase(study, 2)`,
    `await showNetwork(study, 1)`,
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

/** Takes the patches 3 and 4 out of a database and makes 7 unreadable. */
async function damage(path: string): Promise<void> {
  const level = new ClassicLevel<string, Uint8Array>(path, { valueEncoding: "view" });
  const keys = await level.keys().all();
  await level.batch([
    { type: "del", key: keys[3] },
    { type: "del", key: keys[4] },
    { type: "put", key: keys[7], value: Uint8Array.of(255, 255, 1) },
  ]);
  await level.close();
}

/** A canvas's pixels as red, green and blue. */
function rgb(canvas: Locator): Promise<number[]> {
  return canvas.evaluate((node: HTMLCanvasElement) => {
    const { data } = node.getContext("2d")!.getImageData(0, 0, node.width, node.height);
    return Array.from(data).filter((_, i) => i % 4 !== 3);
  });
}

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
  await expectAccessible(of.page(), `[data-histobook-view=${/^[a-z]+(-summary)?/.exec(name)![0]}]`);
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
    const rows = await views().first().locator(".histobook-table tbody tr").allInnerTexts();
    const payload = showFolds(await makeFolds(study())).data[
      viewMimeType("fold-summary")
    ] as FoldSummaryPayload;
    expect(rows).toHaveLength(15);
    const patches = rows.map((row) => Number(row.split("\t")[3].replaceAll(",", "")));
    const all = payload.patients.reduce((sum, one) => sum + one.patches.p + one.patches.e + one.patches.b, 0);
    expect(patches.reduce((sum, value) => sum + value, 0)).toBe(5 * all);
  });
});

describe("the database summary", () => {
  const views = (of = page): Locator => of.locator("[data-histobook-view=database-summary]");

  test("counts what the databases hold, and says that they are whole or what is damaged", async () => {
    await views().nth(1).getByRole("radiogroup").waitFor();
    expect(await views().first().locator(".histobook-verdict-box").innerText()).toMatch(
      /^✓\s+Whole: every patch is there and can be read\.$/,
    );
    const summary = await databaseSummary(join(study().directory, "DB_train_1"));
    const cells = await views().first().locator("tbody tr").first().locator("th, td").allInnerTexts();
    expect(cells.slice(0, 7)).toEqual(
      [
        "DB_train_1",
        summary.count,
        summary.byClass[1],
        summary.byClass[0],
        summary.byType.p,
        summary.byType.e,
        summary.byType.b,
      ].map((value) => value.toLocaleString("en-US")),
    );
    expect(cells.slice(9)).toEqual(["3 × 32 × 32", expect.stringMatching(/^\d+\.\d MB$/)]);
    expect(await views().nth(1).locator(".histobook-verdict-box").innerText()).toMatch(
      /^✕\s+Damaged: 2 patches are missing and 1 can't be read; make the databases again\.\s+DB_test_2: no keys 3 to 4\s+DB_test_2, 00000007_.*: .*found/s,
    );
    await picture(views().first(), "database-summary-light");
    await picture(views().nth(1), "database-summary-damaged");
  });

  test("subtracts the mean from the patch that is chosen, by pointer or by arrow keys", async () => {
    const view = views().first();
    const canvases = view.locator(".histobook-sum canvas");
    const [patch, mean, difference] = await Promise.all([0, 1, 2].map((n) => rgb(canvases.nth(n))));
    const largest = patch.reduce(
      (most, value, i) =>
        Math.max(most, Math.abs(Math.min(255, Math.max(0, 128 + value - mean[i])) - difference[i])),
      0,
    );
    // The mean's picture is rounded to whole levels, and so is the difference.
    expect(largest).toBeLessThanOrEqual(1);
    await view.getByRole("radio").nth(3).click();
    await page.keyboard.press("ArrowRight");
    const { data } = await showDatabase(study(), 1);
    const { patches } = data[viewMimeType("database-summary")] as DatabaseSummaryPayload;
    expect(await view.getByRole("status").innerText()).toContain(
      `${patches.names[4]}, class ${patches.classes[4]}:`,
    );
    expect(await view.getByRole("radio", { checked: true }).getAttribute("title")).toBe(patches.names[4]);
    expect(await rgb(canvases.first())).not.toEqual(patch);
  });
});

describe("the network", () => {
  const view = (of = page): Locator => of.locator("[data-histobook-view=network]");

  test("lists the layers of the prototxt with shapes, learned values and what they see", async () => {
    const table = view().getByRole("grid");
    await table.waitFor();
    const first = await table.getByRole("row").nth(1).locator("th, td").allInnerTexts();
    expect(first).toEqual(["conv1", "32 filters of 5 × 5, padding 2", "32 × 32 × 32", "2,432", "5 × 5"]);
    expect(await view().locator(".histobook-header").innerText()).toContain("145,058 learned values");
    await picture(view(), "network-light");
  });

  test("shows how much of a patch the layer sees that has the focus", async () => {
    const field = view().locator(".histobook-field-seen");
    const share = (): Promise<number> =>
      field.evaluate((seen) => seen.clientWidth / (seen.parentElement as HTMLElement).clientWidth);
    await view().getByRole("rowheader", { name: "conv1", exact: true }).focus();
    expect(await share()).toBeCloseTo(5 / 32, 1);
    await page.keyboard.press("End");
    await page.keyboard.press("PageDown");
    expect(await share()).toBe(1);
    expect(await view().getByRole("status").innerText()).toContain("one value sees the whole patch");
  });

  test("draws each filter of the trained model's first layer", async () => {
    const tiles = view().locator(".histobook-filters canvas");
    expect(await tiles.count()).toBe(32);
    const { data } = await showNetwork(study(), 1);
    const { filters } = data[viewMimeType("network")] as NetworkPayload;
    expect(filters).toMatchObject({ layer: "conv1", count: 32, width: 5, height: 5 });
    const [weights] = readModel(
      join(study().directory, "models/1_caffenet_train_w32_iter_30.caffemodel"),
    ).weights.get("conv1")!;
    const largest = weights.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // The red plane's first value of filter 20.
    const red = weights.data[20 * 75 + 2 * 25];
    expect((await rgb(tiles.nth(20)))[0]).toBe(Math.round(128 + (127 * red) / largest));
  });
});

test("saved, the views are drawn in the dark theme without their kernel", async () => {
  await inTheDark(async (dark) => {
    const folds = dark.locator("[data-histobook-view=fold-summary]").first();
    await folds.getByRole("grid").waitFor({ timeout: 60_000 });
    await picture(folds, "fold-summary-dark");
    const databases = dark.locator("[data-histobook-view=database-summary]").first();
    await databases.getByRole("radiogroup").waitFor();
    await picture(databases, "database-summary-dark");
    const network = dark.locator("[data-histobook-view=network]");
    await network.getByRole("grid").waitFor();
    await picture(network, "network-dark");
  });
}, 120_000);

test("hostile payloads of these views draw error boxes or plain text", async () => {
  const markup = `<img src="http://histobook.invalid/x.png" onerror="globalThis.hostile = true">`;
  const database = (await showDatabase(study(), 1)).data[
    viewMimeType("database-summary")
  ] as DatabaseSummaryPayload;
  const network = (await showNetwork(study(), 1)).data[viewMimeType("network")] as NetworkPayload;
  const folds = showFolds(await makeFolds(study())).data[viewMimeType("fold-summary")] as FoldSummaryPayload;
  const { patches, mean } = database;
  await lab.writeNotebook("hostile-summaries.ipynb", [
    {
      [viewMimeType("fold-summary")]: {
        ...folds,
        patients: folds.patients.map((one) => ({ ...one, name: markup })),
      },
    },
    { [viewMimeType("fold-summary")]: { ...folds, folds: [{ fold: 1, sides: "9" }] } },
    {
      [viewMimeType("database-summary")]: {
        ...database,
        patches: { ...patches, names: patches.names.map(() => markup) },
      },
    },
    {
      [viewMimeType("database-summary")]: {
        ...database,
        mean: { ...mean, picture: "http://histobook.invalid/x.png" },
      },
    },
    { [viewMimeType("database-summary")]: { ...database, mean: { ...mean, width: 31 } } },
    {
      [viewMimeType("network")]: {
        ...network,
        name: markup,
        layers: network.layers.map((one) => ({ ...one, words: markup })),
      },
    },
    { [viewMimeType("network")]: { ...network, filters: { ...network.filters, count: 33 } } },
    { [viewMimeType("network")]: { ...network, parameters: NaN, layers: "none" } },
  ]);
  const hostile = await lab.open("hostile-summaries.ipynb");
  try {
    const errors = hostile.locator(".histobook-error");
    await expect.poll(() => errors.count(), { timeout: 30_000 }).toBe(5);
    expect(await errors.locator("ul").allTextContents()).toEqual([
      expect.stringContaining(`folds.0.sides: found "9", expected`),
      expect.stringContaining("mean.picture: found"),
      "mean.picture: found a PNG of 32 x 32 pixels, expected a PNG of 31 x 32 pixels",
      "filters.picture: found a PNG of 80 x 10 pixels, expected a PNG of 80 x 15 pixels",
      expect.stringContaining("layers: found"),
    ]);
    expect(await hostile.locator(".histobook-view").getByText(markup).count()).toBeGreaterThan(20);
    expect(await hostile.locator(".histobook-view img").count()).toBe(0);
    expect(await hostile.evaluate(() => "hostile" in globalThis)).toBe(false);
  } finally {
    await hostile.context().close();
  }
}, 120_000);

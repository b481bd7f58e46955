import { join } from "node:path";
import {
  createSample,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  output,
  showPatches,
  train,
} from "histobook";
import { viewMimeType, type PatchGridPayload } from "histobook/payloads";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAccessible } from "./accessibility.js";
import { artefacts, askKernel, runAll, startLab, type Bundle, type Lab } from "./lab.js";

const mimeType = viewMimeType("patch-grid");
const selector = "[data-histobook-view=patch-grid]";

let lab: Lab;
/** The sample's payload with predictions, as a script outside of any kernel makes it. */
let payload: PatchGridPayload;

beforeAll(async () => {
  lab = await startLab();
  const study = openStudy(await createSample(join(lab.root, "study")));
  await makePatches(study, { perImage: 110 });
  await makeFolds(study);
  await makeDatabases(study, { fold: 1 });
  await train(study, { fold: 1, iterations: 3, batch: 8 });
  await output(study.directory, { fold: 1, stride: 16 });
  const { data } = await showPatches(study, { predictions: "maps" });
  payload = data[mimeType] as PatchGridPayload;
}, 240_000);

afterAll(() => lab?.stop(), 30_000);

function saved(changed: unknown): Bundle {
  return { [mimeType]: changed, "text/plain": "fallback" };
}

const shownWords = (view: Locator): Promise<string | null> =>
  view.locator(".histobook-header span").first().textContent();
const heard = (view: Locator): Locator => view.getByRole("listbox").getByRole("option");

describe("a saved patch grid", () => {
  let page: Page;
  let view: Locator;

  beforeAll(async () => {
    await lab.writeNotebook("grid.ipynb", [saved(payload)]);
    page = await lab.open("grid.ipynb");
    view = page.locator(selector);
    await view.getByRole("listbox").waitFor();
    await page.screenshot({ path: join(artefacts, "patch-grid-light.png") });
  }, 90_000);

  afterAll(() => page?.context().close());

  test("says how many of how many patches are here, and how they are divided", async () => {
    expect(payload.total).toBeGreaterThan(10_000);
    expect(await shownWords(view)).toBe(`2,000 of ${payload.total.toLocaleString("en-US")} patches`);
    expect(await view.textContent()).toContain("Class 1: 4,400 (43.5 %). Class 0: 5,720 (56.5 %).");
  });

  test("is filtered and sorted", async () => {
    await view.getByLabel("Type", { exact: true }).selectOption({ label: "e, edge (class 0)" });
    await view.getByLabel("Patient", { exact: true }).selectOption("1");
    expect(await shownWords(view)).toMatch(/^\d+ of 440 patches$/);
    await view.getByLabel("Type", { exact: true }).selectOption("all");
    await view.getByLabel("Patient", { exact: true }).selectOption("all");
    await view.getByLabel("Tested in fold", { exact: true }).selectOption({ label: "1" });
    await view.getByLabel("Sort by", { exact: true }).selectOption("disagreement");
    await view.getByRole("listbox").focus();
    await page.keyboard.press("Home");
    const first = Number(/Disagreement: ([\d.]+)/.exec((await heard(view).textContent()) ?? "")?.[1]);
    await page.keyboard.press("End");
    const last = Number(/Disagreement: ([\d.]+)/.exec((await heard(view).textContent()) ?? "")?.[1]);
    expect(first).toBeGreaterThan(last);
    await page.keyboard.press("Home");
    await page.screenshot({ path: join(artefacts, "patch-grid-disagreement.png") });
    await view.getByLabel("Tested in fold", { exact: true }).selectOption("all");
    await view.getByLabel("Sort by", { exact: true }).selectOption("name");
  });

  test("is walked and selected with the keyboard, and the notebook keeps its cell", async () => {
    const list = view.getByRole("listbox");
    await list.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    expect(await heard(view).getAttribute("aria-setsize")).toBe("2000");
    const place = Number(await heard(view).getAttribute("aria-posinset"));
    expect(place).toBeGreaterThan(5);
    await page.keyboard.press("Space");
    expect(await heard(view).getAttribute("aria-selected")).toBe("true");
    await page.keyboard.press("Shift+ArrowRight");
    expect(await view.getByText("2 selected").count()).toBe(1);
    await page.keyboard.press("Escape");
    expect(await view.getByText("0 selected").count()).toBe(1);
    expect(await list.evaluate((node) => document.activeElement === node)).toBe(true);
  });

  test("shows a patch that is clicked enlarged, and says why its image isn't there", async () => {
    await view.getByRole("listbox").click({ position: { x: 80, y: 80 } });
    await view.getByText("it only shows").waitFor();
    expect(await view.locator("dl").textContent()).toContain("Patient");
    await page.screenshot({ path: join(artefacts, "patch-grid-detail.png") });
  });

  test("scrolls over all rows and paints others", async () => {
    const list = view.getByRole("listbox");
    const canvas = view.locator(".histobook-grid-stage canvas");
    const painted = (): Promise<string> =>
      canvas.evaluate(async (node: HTMLCanvasElement) => {
        const frame = (): Promise<number> => new Promise(requestAnimationFrame);
        await frame();
        await frame();
        return node.toDataURL();
      });
    await list.evaluate((node) => (node.scrollTop = 0));
    const top = await painted();
    await list.evaluate((node) => (node.scrollTop = node.scrollHeight));
    expect(await painted()).not.toBe(top);
  });

  test("has no serious finding of axe-core, in either theme", async () => {
    await expectAccessible(page, selector);
    const dark = await lab.open("grid.ipynb", { theme: "dark" });
    try {
      await dark.locator(selector).getByRole("listbox").waitFor();
      await dark
        .locator(selector)
        .getByRole("listbox")
        .click({ position: { x: 80, y: 80 } });
      await dark.screenshot({ path: join(artefacts, "patch-grid-dark.png") });
      await expectAccessible(dark, selector);
    } finally {
      await dark.context().close();
    }
  }, 60_000);
});

test("the kernel gives the other patches and a patch's image, and takes a selection", async () => {
  await lab.writeProgram("live-grid.ipynb", [
    `import { openStudy, showPatches } from "histobook";\nconst study = openStudy("study");`,
    `const grid = await showPatches(study, { predictions: "maps", saved: 100 });\ngrid`,
  ]);
  const page = await lab.open("live-grid.ipynb");
  try {
    await runAll(page);
    const view = page.locator(selector);
    await view.getByRole("listbox").waitFor();
    await view.getByRole("button", { name: /^Show all 10,120 patches$/ }).click();
    await view.getByText("All are here").waitFor();
    expect(await shownWords(view)).toBe("10,120 patches");
    const list = view.getByRole("listbox");
    await list.evaluate((node) => (node.scrollTop = node.scrollHeight / 2));
    await list.click({ position: { x: 30, y: 30 } });
    await view.getByText("The white frame is the patch, the blue line the mask.").waitFor();
    await list.click({ position: { x: 80, y: 30 }, modifiers: ["Control"] });
    await list.click({ position: { x: 190, y: 30 }, modifiers: ["Shift"] });
    const first = (await heard(view).textContent())?.split(";")[0] ?? "";
    await view.getByRole("button", { name: "Send the selection to the kernel" }).click();
    await view.getByText("The kernel has 3 names").waitFor();
    await view.getByText("The white frame is the patch, the blue line the mask.").waitFor();
    await view.scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(artefacts, "patch-grid-live.png") });
    const names = JSON.parse(await askKernel(page, "console.log(JSON.stringify(grid.selected))")) as string[];
    expect(names).toHaveLength(3);
    expect(names).toContain(first);
    await expectAccessible(page, selector);
  } finally {
    await page.context().close();
  }
}, 120_000);

test("a hostile payload draws an error box and runs nothing", async () => {
  const markup = `<img src=x onerror="globalThis.hostile = true">`;
  const { saved: patches } = payload;
  await lab.writeNotebook("hostile-grid.ipynb", [
    saved({ ...payload, version: 2 }),
    saved({ ...payload, saved: { ...patches, image: patches.image.map(() => 99) } }),
    saved({ ...payload, saved: { ...patches, number: patches.number.slice(1) } }),
    saved({ ...payload, sheets: [{ ...payload.sheets[0], columns: 31 }] }),
    saved({ ...payload, sheets: payload.sheets.slice(1) }),
    saved({ ...payload, sheets: [{ columns: 1, rows: 1, picture: "javascript:globalThis.hostile=true" }] }),
    saved({ ...payload, name: markup, images: payload.images.map((one) => ({ ...one, patient: markup })) }),
  ]);
  const page = await lab.open("hostile-grid.ipynb");
  try {
    await page.locator(`${selector} [role=listbox]`).waitFor();
    const errors = page.locator(`${selector} .histobook-error ul`);
    await expect.poll(() => errors.count()).toBe(6);
    expect(await errors.allInnerTexts()).toEqual([
      expect.stringContaining("version: found 2, expected 1"),
      "saved.image: found 99, expected less than 20",
      "saved.number: found 1999 patches, expected 2000, as in saved.patch",
      "sheets.0.picture: found a JPEG of 1024 x 1024 pixels, expected a JPEG of 992 x 1024 pixels",
      "sheets: found 992 tiles, expected at least 2000",
      expect.stringContaining("expected a data:image/jpeg;base64 URL"),
    ]);
    expect(await page.locator(`${selector} .histobook-header strong`).textContent()).toBe(markup);
    expect(await page.locator(`${selector} img`).count()).toBe(0);
    expect(await page.evaluate(() => "hostile" in globalThis)).toBe(false);
  } finally {
    await page.context().close();
  }
}, 120_000);

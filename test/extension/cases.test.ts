import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSample, openStudy, showCases } from "histobook";
import { viewMimeType, type CasesPayload } from "histobook/payloads";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectAccessible } from "./accessibility.js";
import { artefacts, startLab, type Lab } from "./lab.js";

const mimeType = viewMimeType("cases");
const selector = "[data-histobook-view=cases]";

let lab: Lab;
let payload: CasesPayload;

beforeAll(async () => {
  lab = await startLab();
  const folder = await createSample(join(lab.root, "study"));
  const picture = sharp({ create: { width: 300, height: 150, channels: 3, background: "#c080b0" } });
  await picture.png().toFile(join(folder, "images/X1_1.png"));
  writeFileSync(join(folder, "images/X2_1.tif"), "not a picture");
  writeFileSync(join(folder, "images/nobody.png"), "no underscore");
  const { data } = await showCases(openStudy(folder), { limit: 30 });
  payload = data[mimeType] as CasesPayload;
}, 120_000);

afterAll(() => lab?.stop(), 30_000);

test("thumbnails with their masks' outlines say what each image is and what is wrong with it", async () => {
  const markup = `<img src=x onerror="globalThis.hostile = true">`;
  await lab.writeNotebook("cases.ipynb", [
    { [mimeType]: payload, "text/plain": "fallback" },
    { [mimeType]: { ...payload, problems: [markup], cases: [{ ...payload.cases[0], name: markup }] } },
    {
      [mimeType]: {
        ...payload,
        cases: [{ ...payload.cases[0], thumbnail: { ...payload.cases[0].thumbnail, width: 5 } }],
      },
    },
  ]);
  const page = await lab.open("cases.ipynb");
  try {
    const view = page.locator(selector).first();
    await view.locator("li canvas").first().waitFor();
    await page.screenshot({ path: join(artefacts, "cases-light.png") });
    expect(await view.locator(".histobook-header").textContent()).toContain(
      "22 images of 12 patients, 20 with a mask",
    );
    expect(await view.locator(".histobook-header").textContent()).toContain("about 10 ×");
    const cards = view.locator(".histobook-cards > li");
    expect(await cards.first().textContent()).toBe("GT2012154_1001patient GT2012154224 × 224 · 10 ×");
    expect(await cards.nth(20).textContent()).toBe("X1_1patient X1300 × 150 · 10 × · no mask");
    expect(await cards.nth(21).textContent()).toMatch(/^X2_1patient X2no mask.*can't be decoded/);
    expect(await view.locator(".histobook-problems").textContent()).toContain("found no underscore");

    const drawn = (): Promise<string> =>
      cards
        .first()
        .locator("canvas")
        .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const outlined = await drawn();
    await view.getByLabel("Mask outline").setChecked(false);
    expect(await drawn()).not.toBe(outlined);
    await view.getByLabel("Only without mask or with a problem").setChecked(true);
    expect(await view.locator(".histobook-cards > li:visible strong").allTextContents()).toEqual([
      "X1_1",
      "X2_1",
    ]);
    await view.getByLabel("Patient", { exact: true }).selectOption({ label: "X1" });
    expect(await view.getByText("1 of 22 shown").count()).toBe(1);

    const { width, height } = payload.cases[0].thumbnail!;
    expect(await page.locator(selector).nth(2).locator(".histobook-error ul").textContent()).toBe(
      `cases.0.thumbnail.image: found a JPEG of ${width} x ${height} pixels, expected a JPEG of 5 x ${height} pixels`,
    );
    expect(await page.locator(`${selector} img`).count()).toBe(0);
    expect(await page.evaluate(() => "hostile" in globalThis)).toBe(false);
    await expectAccessible(page, selector);
    const dark = await lab.open("cases.ipynb", { theme: "dark" });
    try {
      await dark.locator(`${selector} li canvas`).first().waitFor();
      await dark.screenshot({ path: join(artefacts, "cases-dark.png") });
      await expectAccessible(dark, selector);
    } finally {
      await dark.context().close();
    }
  } finally {
    await page.context().close();
  }
}, 120_000);

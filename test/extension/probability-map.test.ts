import { join } from "node:path";
import { viewMimeType } from "histobook/payloads";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAccessible } from "./accessibility.js";
import { artefacts, startLab, type Bundle, type Lab } from "./lab.js";
import { sampleMap } from "./sample-map.js";

const mimeType = viewMimeType("probability-map");
const view = "[data-histobook-view=probability-map]";

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
}, 120_000);

afterAll(() => lab?.stop(), 30_000);

/** The saved output as the library writes it: the payload beside a fallback for readers without the extension. */
function output(payload: unknown): Bundle {
  return { [mimeType]: payload, "text/plain": "fallback" };
}

/** The canvas's RGBA bytes, once what was changed last has been painted. */
async function pixels(page: Page): Promise<Buffer> {
  const url = await page.locator(`${view} canvas`).evaluate(async (canvas: HTMLCanvasElement) => {
    const frame = (): Promise<number> => new Promise(requestAnimationFrame);
    await frame();
    await frame();
    return canvas.toDataURL("image/png");
  });
  return sharp(Buffer.from(url.split(",")[1], "base64"))
    .ensureAlpha()
    .raw()
    .toBuffer();
}

async function setSlider(page: Page, name: string, value: number): Promise<void> {
  await page.locator(`${view} input[name=${name}]`).fill(String(value));
}

/** Sets the controls that decide what the canvas shows, so that no test leans on the one before. */
async function setLook(
  page: Page,
  look: { opacity: number; shape: "line" | "area" | "none"; maskOutline: boolean },
): Promise<void> {
  await setSlider(page, "opacity", look.opacity);
  await setSlider(page, "threshold", 0.5);
  await page.locator(`${view} select[name=colour-map]`).selectOption("red-green");
  await page.locator(`${view} select[name=threshold-shape]`).selectOption(look.shape);
  await page.locator(`${view} input[name=mask-outline]`).setChecked(look.maskOutline);
}

/** The share [0,1] of bytes in which two pictures of the same size differ. */
function differing(one: Buffer, other: Buffer): number {
  return one.filter((value, index) => value !== other[index]).length / one.length;
}

/** The different colours of a picture, as 0xRRGGBBAA. */
function coloursOf(rgba: Buffer): Set<number> {
  return new Set(Array.from({ length: rgba.length / 4 }, (_, index) => rgba.readUInt32BE(index * 4)));
}

describe("a saved probability map in a notebook", () => {
  let page: Page;

  beforeAll(async () => {
    await lab.writeNotebook("map.ipynb", [output(await sampleMap())]);
    page = await lab.open("map.ipynb");
    await page.locator(`${view} canvas`).waitFor();
    await page.waitForFunction(
      (selector) => document.querySelector<HTMLCanvasElement>(selector)?.width === 448,
      `${view} canvas`,
    );
    await page.screenshot({ path: join(artefacts, "probability-map-light.png") });
  }, 90_000);

  afterAll(() => page?.context().close());

  test("is drawn at a whole number of screen pixels for each of its own", async () => {
    await setLook(page, { opacity: 0, shape: "none", maskOutline: false });
    const drawn = await pixels(page);
    const reduced = sharp(drawn, { raw: { width: 448, height: 448, channels: 4 } }).resize(224, 224, {
      kernel: "nearest",
    });
    const enlarged = sharp(await reduced.png().toBuffer()).resize(448, 448, { kernel: "nearest" });
    expect(differing(await enlarged.raw().toBuffer(), drawn)).toBe(0);
    expect(coloursOf(drawn).size).toBeGreaterThan(1000);
  });

  test("shows the image alone at opacity 0 and the map alone at opacity 1", async () => {
    await setLook(page, { opacity: 0, shape: "none", maskOutline: false });
    const image = await pixels(page);
    await setLook(page, { opacity: 1, shape: "none", maskOutline: false });
    const map = await pixels(page);
    expect(differing(image, map)).toBeGreaterThan(0.5);
    const sums = Array.from(coloursOf(map), (rgba) => [
      (rgba >>> 24) + ((rgba >>> 16) & 255),
      (rgba >>> 8) & 255,
    ]);
    expect(new Set(sums.map(String))).toEqual(new Set(["255,0"]));
    expect(sums.length).toBeGreaterThan(100);
  });

  test("draws other lines when the mask outline or the threshold's line is switched", async () => {
    await setLook(page, { opacity: 1, shape: "none", maskOutline: false });
    const plain = await pixels(page);
    await setLook(page, { opacity: 1, shape: "none", maskOutline: true });
    const outlined = await pixels(page);
    await setLook(page, { opacity: 1, shape: "line", maskOutline: true });
    const both = await pixels(page);
    expect(differing(plain, outlined)).toBeGreaterThan(0.01);
    expect(differing(outlined, both)).toBeGreaterThan(0.01);
  });

  test("has two colours when the threshold is shown as a binary image", async () => {
    await setLook(page, { opacity: 1, shape: "area", maskOutline: false });
    const drawn = await pixels(page);
    expect(coloursOf(drawn)).toEqual(new Set([0xff0000ff, 0x00ff00ff]));
  });

  test("shows the share of pixels above as the threshold moves", async () => {
    const share = page.locator(`${view} .histobook-share`);
    await setSlider(page, "threshold", 0);
    expect(await share.textContent()).toBe("100.0 % of the pixels at or above");
    await setSlider(page, "threshold", 0.4);
    const many = Number.parseFloat((await share.textContent()) ?? "");
    await setSlider(page, "threshold", 0.8);
    const few = Number.parseFloat((await share.textContent()) ?? "");
    expect(many).toBeLessThan(100);
    expect(few).toBeLessThan(many);
    expect(few).toBeGreaterThan(0);
  });

  test("moves the threshold with the keyboard, and the notebook keeps its cell", async () => {
    await setSlider(page, "threshold", 0.5);
    const slider = page.getByRole("slider", { name: "Threshold" });
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowUp");
    expect(await slider.inputValue()).toBe("0.52");
    expect(await slider.getAttribute("aria-valuetext")).toBe("0.52");
    expect(await slider.evaluate((input) => document.activeElement === input)).toBe(true);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      "Send the threshold to the kernel",
    );
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("threshold-shape");
  });

  test("reads the pixel under the pointer, and under the keyboard's mark", async () => {
    const canvas = page.locator(`${view} canvas`);
    const probe = page.locator(`${view} .histobook-probe`);
    await canvas.hover({ position: { x: 21, y: 41 } });
    expect(await probe.textContent()).toMatch(
      /^x 10, y 20 · probability [01]\.\d{3} · mask: (epithelium|other tissue)$/,
    );
    await canvas.focus();
    await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("ArrowLeft");
    expect(await probe.textContent()).toMatch(/^x 111, y 122 · /);
  });

  test("zooms with wheel and keys about a point, and is dragged", async () => {
    await setLook(page, { opacity: 0, shape: "none", maskOutline: false });
    const canvas = page.locator(`${view} canvas`);
    const probe = page.locator(`${view} .histobook-probe`);
    const zoom = page.locator(`${view} select[name=zoom]`);
    const box = (await canvas.boundingBox())!;
    await page.mouse.move(box.x + 101, box.y + 201);
    const pointed = await probe.textContent();
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -100);
    await expect.poll(() => zoom.inputValue()).toBe("3");
    await page.mouse.wheel(0, -100);
    await expect.poll(() => zoom.inputValue()).toBe("4");
    await page.keyboard.up("Control");
    const zoomed = await pixels(page);
    // The pixel under the pointer is still the same one, and the page has not moved.
    await page.mouse.move(box.x + 300, box.y + 300);
    await page.mouse.move(box.x + 101, box.y + 201);
    expect(await probe.textContent()).toBe(pointed);
    expect(await canvas.boundingBox()).toEqual(box);

    await page.mouse.down();
    await page.mouse.move(box.x + 61, box.y + 181);
    await page.mouse.up();
    expect(await probe.textContent()).toBe(pointed);
    expect(differing(await pixels(page), zoomed)).toBeGreaterThan(0.1);

    await canvas.focus();
    await page.keyboard.press("+");
    await expect.poll(() => zoom.inputValue()).toBe("6");
    await page.keyboard.press("0");
    await expect.poll(() => zoom.inputValue()).toBe("fit");
  });

  test("shows scores and their points on two curves as the threshold moves", async () => {
    const scores = page.locator(`${view} .histobook-scores`);
    const point = page.locator(`${view} .histobook-score-point`).first();
    await setSlider(page, "threshold", 0);
    expect(await scores.textContent()).toMatch(/^F-score 0\.\d{3} · precision 0\.\d{3} · recall 1\.000$/);
    expect(Number(await point.getAttribute("cx"))).toBe(100);
    await setSlider(page, "threshold", 0.6);
    expect(Number(await point.getAttribute("cx"))).toBeLessThan(100);
    expect(await scores.textContent()).not.toContain("recall 1.000");
    await setSlider(page, "threshold", 1);
    expect(await scores.textContent()).toBe("F-score 0.000 · precision – · recall 0.000");
  });

  test("is swiped away from the image's left part alone", async () => {
    await setLook(page, { opacity: 0, shape: "none", maskOutline: false });
    const image = await pixels(page);
    await setLook(page, { opacity: 1, shape: "none", maskOutline: false });
    const map = await pixels(page);
    await setSlider(page, "swipe", 0.5);
    const swiped = await pixels(page);
    await page.screenshot({ path: join(artefacts, "probability-map-swipe.png") });
    await setSlider(page, "swipe", 0);
    const columns = (picture: Buffer, from: number, to: number): Buffer =>
      Buffer.concat(
        Array.from({ length: 448 }, (_, y) => picture.subarray((y * 448 + from) * 4, (y * 448 + to) * 4)),
      );
    expect(columns(swiped, 0, 220).equals(columns(image, 0, 220))).toBe(true);
    expect(columns(swiped, 228, 448).equals(columns(map, 228, 448))).toBe(true);
  });

  test("is saved as a PNG of the whole map", async () => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as PNG" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe("GT2012217_1001.tif_map.png");
    const saved = await sharp(await file.path()).metadata();
    expect([saved.format, saved.width, saved.height]).toEqual(["png", 448, 448]);
    await page.getByText("Saved among your downloads.").waitFor();
  });

  test("is compared with another map", async () => {
    const good = await sampleMap();
    await lab.writeNotebook("two.ipynb", [
      output({ ...good, other: { name: "out/2/softer_prob.png", probability: good.mask } }),
    ]);
    const two = await lab.open("two.ipynb");
    try {
      await two.locator(`${view} canvas`).waitFor();
      await two.locator(`${view} input[name=opacity]`).fill("1");
      const layer = two.locator(view).getByLabel("Map", { exact: true });
      const scores = two.locator(`${view} .histobook-scores`);
      const ofMap = await scores.textContent();
      const drawn = [await pixels(two)];
      await layer.selectOption("other");
      // The other "map" is the mask itself.
      expect(await scores.textContent()).toBe("F-score 1.000 · precision 1.000 · recall 1.000");
      drawn.push(await pixels(two));
      await layer.selectOption("difference");
      expect(await scores.textContent()).toBe(ofMap);
      drawn.push(await pixels(two));
      for (const [one, other] of [
        [0, 1],
        [0, 2],
        [1, 2],
      ]) {
        expect(differing(drawn[one], drawn[other])).toBeGreaterThan(0.3);
      }
      await two.locator(`${view} canvas`).hover({ position: { x: 21, y: 41 } });
      expect(await two.locator(`${view} .histobook-probe`).textContent()).toMatch(
        /, the other map [01]\.\d{3} ·/,
      );
      await two.screenshot({ path: join(artefacts, "probability-map-difference.png") });
      await expectAccessible(two, view);
    } finally {
      await two.context().close();
    }
  }, 60_000);

  test("has a name for every control and takes its colours from the theme", async () => {
    await expectAccessible(page, view);
    for (const label of [
      "Map opacity",
      "Swipe: image left, map right",
      "Colour map",
      "Threshold",
      "Show the threshold as",
      "Mask outline",
      "Zoom",
    ]) {
      expect(await page.locator(view).getByLabel(label, { exact: true }).count(), label).toBe(1);
    }
    const dark = await lab.open("map.ipynb", { theme: "dark" });
    try {
      await dark.locator(`${view} canvas`).waitFor();
      const colour = (of: Page): Promise<string> =>
        of.locator(`${view} .histobook-header`).evaluate((node) => getComputedStyle(node).color);
      expect(await colour(dark)).not.toBe(await colour(page));
      await dark.screenshot({ path: join(artefacts, "probability-map-dark.png") });
      await expectAccessible(dark, view);
    } finally {
      await dark.context().close();
    }
  }, 60_000);
});

test("A hostile payload draws an error box, asks for nothing and runs nothing", async () => {
  const good = await sampleMap();
  const markup = `<img src="http://histobook.invalid/name.png" onerror="globalThis.hostile = true">`;
  const grey = good.probability;
  await lab.writeNotebook("hostile.ipynb", [
    output({ ...good, version: 2, name: markup }),
    output({ ...good, name: markup, image: "http://histobook.invalid/image.png" }),
    output({ ...good, image: "javascript:globalThis.hostile=true", role: markup, threshold: 7 }),
    output({ ...good, width: good.width + 1 }),
    output({ ...good, probability: `${grey.slice(0, 200)}` }),
    output({ ...good, width: -3, threshold: null }),
    output({ ...good, image: "data:image/png;base64,AAAA" }),
    output("not even an object"),
    output({ ...good, name: markup }),
  ]);
  const page = await lab.open("hostile.ipynb");
  try {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.reload();
    await page.locator(`${view} canvas`).waitFor({ timeout: 60_000 });
    const errors = page.locator(`${view} .histobook-error`);
    await expect.poll(() => errors.count()).toBe(8);
    const said = (await errors.locator("ul").allInnerTexts()).map((text) => text.split("\n"));
    expect(said).toEqual([
      [expect.stringContaining("version: found 2, expected 1")],
      [
        `image: found "http://histobook.invalid/image.png", expected a data:image/png;base64 or data:image/jpeg;base64 URL`,
      ],
      [
        `image: found "javascript:globalThis.hostile=true", expected a data:image/png;base64 or data:image/jpeg;base64 URL`,
        `role: found "<img src=\\"http://histobook.invalid/name.…", expected one of test, validation, unlabelled`,
        "threshold: found 7, expected at most 1",
      ],
      ["image: found a PNG of 224 x 224 pixels, expected a PNG of 225 x 224 pixels"],
      ["probability: found a damaged file, expected a PNG of 224 x 224 pixels"],
      ["width: found -3, expected more than 0", "threshold: found null, expected a value of type number"],
      ["image: found bytes of another kind, expected a PNG of 224 x 224 pixels"],
      [`payload: found "not even an object", expected a value of type object`],
    ]);
    expect(await page.locator(`${view} .histobook-header strong`).textContent()).toBe(markup);
    expect(await page.locator(`${view} img`).count()).toBe(0);
    expect(await page.evaluate(() => "hostile" in globalThis)).toBe(false);
    expect(asked.filter((url) => url.includes("histobook.invalid"))).toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
    await page.screenshot({ path: join(artefacts, "error-boxes.png") });
  } finally {
    await page.context().close();
  }
}, 120_000);

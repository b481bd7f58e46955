/** Makes docs/gallery.md and its pictures: a notebook with a cell a view, run by a real kernel in a real JupyterLab. */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import sharp from "sharp";
import { expect, test } from "vitest";
import { startAll, startLab } from "../extension/lab.js";
import { galleryEntries, galleryPage, pictureOf } from "./entries.js";

const docs = resolve(__dirname, "../../docs");

/** What the entries' cells find. */
const preparation = `import {
  createSample, evaluate, makeDatabases, makeFolds, makePatches, openStudy, output, presets,
  showCases, showDatabase, showEvaluation, showFolds, showMap, showNetwork, showPatches, trainAndShow,
} from "histobook";
const preset = presets.quick;
const study = openStudy(await createSample("study"));`;

/** Width of the pictures in pixels, and how high a window must be to hold the largest view. */
const sizes = { picture: 900, window: { width: 1280, height: 2200 } };

test("pictures of all views", async () => {
  const lab = await startLab();
  try {
    await lab.writeProgram("gallery.ipynb", [preparation, ...galleryEntries.map(({ cell }) => cell)]);
    const page = await lab.open("gallery.ipynb");
    await page.setViewportSize(sizes.window);
    await startAll(page);
    // Nothing of a cell that failed, and the last cell's number says that all have run.
    const prompts = page.locator(".jp-CodeCell .jp-InputArea-prompt");
    await expect
      .poll(() => prompts.last().textContent(), { timeout: 1_500_000, interval: 1000 })
      .toMatch(/^\[\d+\]:$/);
    await mkdir(join(docs, "images/gallery"), { recursive: true });
    for (const { view: name, act } of galleryEntries) {
      const view = page.locator(`[data-histobook-view="${name}"]`).first();
      await view.waitFor({ timeout: 60_000 });
      await view.scrollIntoViewIfNeeded();
      await act?.(view);
      // A frame or two for what is drawn with the next one.
      await page.waitForTimeout(500);
      const picture = await view.screenshot();
      await sharp(picture)
        .resize({ width: sizes.picture, withoutEnlargement: true })
        .webp({ quality: 80 })
        .toFile(join(docs, pictureOf(name)));
    }
    const path = join(docs, "gallery.md");
    await writeFile(path, await format(galleryPage(), { ...(await resolveConfig(path)), filepath: path }));
  } finally {
    await lab.stop();
  }
});

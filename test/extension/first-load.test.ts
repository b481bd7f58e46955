import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { builtExtension, startLab } from "./lab.js";

/** Bytes that the extension may cost everybody who opens JupyterLab, gzipped as a server sends them. */
const most = 150_000;

test("JupyterLab's start loads less than 150 KB of the extension, and no view", async () => {
  const lab = await startLab();
  try {
    const page = await lab.openFolder();
    await page.locator(".jp-LauncherCard").first().waitFor({ timeout: 60_000 });
    // What the page has really fetched, shared chunks included; views and viewers come with their first output or file.
    const addresses = await page.evaluate(() =>
      performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname),
    );
    const ours = addresses.filter((path) => path.includes("/jupyterlab-histobook/static/"));
    const files = [...new Set(ours.map((path) => path.split("/").at(-1)!))];
    expect(files).toContainEqual(expect.stringMatching(/^remoteEntry\./));
    const sizes = files.map((file) => gzipSync(readFileSync(join(builtExtension, "static", file))).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(10_000);
    expect(total).toBeLessThan(most);
    const loaded = files.map((file) => readFileSync(join(builtExtension, "static", file), "utf8")).join("");
    // Words that only a view's own code holds.
    for (const word of ["histobook-grid-stage", "histobook-map-canvas", "histobook-cards"]) {
      expect(loaded.replace(/\.histobook-[\w-]+/g, "")).not.toContain(word);
    }
  } finally {
    await lab.stop();
  }
}, 120_000);

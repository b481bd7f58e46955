// npm run picture: makes the README's picture from the embedded sample. The quick preset trains the networks, one fold's
// test images are mapped pixel by pixel, and the display of one of them is photographed in a browser.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { createSample, openStudy, output, presets, runPipeline, showMap } from "histobook";
import { findBrowser } from "./browser.mjs";
import { ownFolder, repository } from "./setup/paths.mjs";

const image = "GT2014848_1001";
const fold = 2;

const study = openStudy(await createSample(join(ownFolder, "picture-study")));
const report = ({ event, step, done, total }) => {
  if (event === "progress" && done === total) process.stdout.write(`${step}: ${total} done\n`);
};
await runPipeline(study, { preset: "quick", report });
await output(study.directory, { ...presets.quick.output, fold, stride: 1, report });
const { data } = await showMap(study, image);

const browser = await chromium.launch({ executablePath: findBrowser(), args: ["--no-sandbox"] });
try {
  const page = await browser.newPage({ viewport: { width: 824, height: 600 }, deviceScaleFactor: 1.5 });
  await page.setContent(
    `<body style="margin:12px;background:white;font-family:sans-serif"><div id="map">${data["text/html"]}</div></body>`,
  );
  const folder = join(repository, "docs", "images");
  mkdirSync(folder, { recursive: true });
  await page.locator("#map").screenshot({ path: join(folder, "probability-map.png") });
  process.stdout.write("Wrote docs/images/probability-map.png.\n");
} finally {
  await browser.close();
}

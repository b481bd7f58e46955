import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectAccessible } from "./accessibility.js";
import { artefacts, openFile, startLab, type Lab } from "./lab.js";

const fixtures = resolve(__dirname, "../fixtures/caffe");
const sample = resolve(__dirname, "../../kernel-lib/sample");
const image = "GT2012217_1001";

let lab: Lab;
let page: Page;

/** Opens a file and waits for our viewer of it. */
async function open(path: string): Promise<ReturnType<Page["locator"]>> {
  await openFile(page, path);
  const viewer = page.locator(".histobook-file:visible");
  await viewer.locator("> div").waitFor();
  await page.screenshot({ path: join(artefacts, `file-${path.split("/").at(-1)}.png`) });
  await expectAccessible(page, ".histobook-file");
  return viewer;
}

beforeAll(async () => {
  lab = await startLab();
  cpSync(join(fixtures, "d/init.caffemodel"), join(lab.root, "init.caffemodel"));
  cpSync(join(fixtures, "c/mean_space.binaryproto"), join(lab.root, "mean.binaryproto"));
  cpSync(join(fixtures, "d/1-net.prototxt"), join(lab.root, "1-net.prototxt"));
  cpSync(join(fixtures, "d/1-solver.prototxt"), join(lab.root, "1-solver.prototxt"));
  writeFileSync(join(lab.root, "broken.prototxt"), 'layer {\n  name: "<img src=x>"\n  type: \n}\n');
  writeFileSync(join(lab.root, "broken.caffemodel"), "not a model");
  for (const folder of ["study/images", "study/out/2"])
    mkdirSync(join(lab.root, folder), { recursive: true });
  cpSync(join(sample, `${image}.tif`), join(lab.root, `study/images/${image}.tif`));
  cpSync(join(sample, `${image}_mask.png`), join(lab.root, `study/images/${image}_mask.png`));
  // The tutorial's picture: red for the probability of other tissue, green for that of epithelium.
  const mask = await sharp(join(sample, `${image}_mask.png`))
    .extractChannel(0)
    .blur(8)
    .raw()
    .toBuffer({
      resolveWithObject: true,
    });
  const pixels = Buffer.from([...mask.data].flatMap((value) => [255 - value, value, 0]));
  const { width, height } = mask.info;
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(join(lab.root, `study/out/2/${image}_prob.png`));
  cpSync(join(sample, `${image}_mask.png`), join(lab.root, "study/images/plain.png"));
  cpSync(join(lab.root, `study/out/2/${image}_prob.png`), join(lab.root, "alone_prob.png"));
  page = await lab.openFolder();
  await page.locator(".jp-LauncherCard").first().waitFor({ timeout: 60_000 });
}, 120_000);

afterAll(async () => {
  await page?.context().close();
  await lab?.stop();
}, 30_000);

test("a .caffemodel shows its layers, their learned values and the first layer's filters", async () => {
  const viewer = await open("init.caffemodel");
  expect(await viewer.locator(".histobook-header").textContent()).toBe(
    "Model “CIFAR10_quick”145,058 learned values",
  );
  expect(await viewer.locator("tbody tr").first().locator("td").allTextContents()).toEqual([
    "conv1",
    "Convolution",
    "32 × 3 × 5 × 5, 32",
    "2,432",
    expect.stringMatching(/^-?[\d.e-]+ … -?[\d.e-]+, /),
  ]);
  expect(await viewer.locator(".histobook-filters canvas").count()).toBe(32);
});

test("a .binaryproto is seen as a picture with its channels' means", async () => {
  const viewer = await open("mean.binaryproto");
  expect(await viewer.textContent()).toMatch(
    /32 × 32 pixels, 3 channels .*Mean of each channel: [\d.]+, [\d.]+, [\d.]+/,
  );
  expect(await viewer.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBe(32);
});

test("a .prototxt is coloured and read-only, and says what it is or what is wrong with it", async () => {
  const viewer = await open("1-net.prototxt");
  expect(await viewer.locator(".histobook-verdict").textContent()).toMatch(
    /A network “CIFAR10_quick”:.*conv1 → pool1/,
  );
  const content = viewer.locator(".cm-content");
  expect(await content.getAttribute("aria-readonly")).toBe("true");
  await viewer.locator(".cm-line span[class]").first().waitFor();
  expect(await viewer.locator(".cm-line span[class]").count()).toBeGreaterThan(20);
  const solver = await open("1-solver.prototxt");
  expect(await solver.locator(".histobook-verdict").textContent()).toMatch(
    /^A solver: AdaGrad, \d+ iterations, learning rate/,
  );
  const broken = await open("broken.prototxt");
  expect(await broken.getByRole("alert").textContent()).toMatch(
    /broken\.prototxt, line 4: found a syntax error/,
  );
});

test("a _prob.png is drawn over its image, with its mask; without an image it stands alone and says so", async () => {
  const viewer = await open(`study/out/2/${image}_prob.png`);
  await viewer.locator("canvas").first().waitFor();
  expect(await viewer.locator(".histobook-header").first().textContent()).toContain(
    `${image}fold 2 · 224 × 224 pixels`,
  );
  expect(await viewer.getByLabel("Mask outline", { exact: true }).isEnabled()).toBe(true);
  // No kernel made a file's view: there is nothing to send to.
  expect(await viewer.getByRole("button").allTextContents()).toEqual(["Save as PNG"]);
  const alone = await open("alone_prob.png");
  await alone.getByText("The image of this map was not found").waitFor();
  await openFile(page, "study/images/plain.png");
  await page.locator(".jp-ImageViewer:visible img").waitFor();
});

test("a damaged file is told in words", async () => {
  const viewer = await open("broken.caffemodel");
  expect(await viewer.getByRole("alert").textContent()).toMatch(
    /broken\.caffemodel: found .*expected a Caffe model/,
  );
});

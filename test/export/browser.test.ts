/** An exported folder in a real browser, loaded over HTTP by TensorFlow.js alone. */
import type * as tensorflow from "@tensorflow/tfjs";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser } from "../../scripts/browser.mjs";
import { exportModel } from "../../kernel-lib/dist/export/index.js";
import { largestDifference } from "../engine/numpy.js";
import { browserFlags } from "../extension/lab.js";
import { newFolder } from "../study/pictures.js";
import { batchOf, doubtfulPatches, naiveAnswers, readTrained, trained } from "./networks.js";

const address = "http://127.0.0.1/";
const library = join(dirname(require.resolve("@tensorflow/tfjs/package.json")), "dist", "tf.min.js");

describe("an exported TensorFlow.js model in a browser", () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const out = join(newFolder(), "model");
    exportModel(trained.model, { to: "tfjs", out, mean: trained.mean, scale: 0.5 });
    browser = await chromium.launch({ executablePath: findBrowser(), args: browserFlags });
    page = await browser.newPage();
    // No server: the page asks for files as it would over HTTP, and gets them from here.
    await page.route(`${address}**`, (route) => {
      const path = new URL(route.request().url()).pathname;
      if (path === "/") return route.fulfill({ contentType: "text/html", body: "<title>histobook</title>" });
      return route.fulfill({ body: readFileSync(path === "/tf.js" ? library : join(out, path)) });
    });
    await page.goto(address);
    await page.addScriptTag({ url: `${address}tf.js` });
  });
  afterAll(() => browser.close());

  test.for(["cpu", "webgl"])("answers as the network does on %s", async (backend, { skip }) => {
    const patches = await doubtfulPatches();
    const expected = naiveAnswers(readTrained(), batchOf(patches, 32));
    const found = await page.evaluate(
      async ([values, name]) => {
        const { tf } = globalThis as unknown as { tf: typeof tensorflow };
        if (!(await tf.setBackend(name))) return null;
        const model = await tf.loadGraphModel("model.json");
        const input = tf.tensor4d([...values], [values.length / 3072, 32, 32, 3]);
        const output = model.predict(input) as tensorflow.Tensor;
        return {
          names: [model.inputs.map((one) => one.name), model.outputs.map((one) => one.name)],
          values: [...(await output.data())],
        };
      },
      [[...patches], backend] as const,
    );
    // JavaScript runs in every browser, WebGL only where there is some graphics card or stand-in for it.
    if (!found && backend === "webgl") skip();
    expect(found?.names).toEqual([["patches"], ["probability"]]);
    expect(largestDifference(found!.values, expected)).toBeLessThan(1e-5);
  });
});

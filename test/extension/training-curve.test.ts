import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  createSample,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  showTraining,
  train,
  type Study,
} from "histobook";
import { viewMimeType, type TrainingCurvePayload } from "histobook/payloads";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAccessible } from "./accessibility.js";
import { artefacts, askKernel, saveNotebook, startAll, startLab, type Bundle, type Lab } from "./lab.js";
import { sampleMap } from "./sample-map.js";

const mimeType = viewMimeType("training-curve");
const view = "[data-histobook-view=training-curve]";

let lab: Lab;
let study: Study;
let saved: Bundle;

beforeAll(async () => {
  lab = await startLab();
  study = openStudy(await createSample(join(lab.root, "study")));
  await makePatches(study, { perImage: 30 });
  await makeFolds(study, { folds: 3 });
  await makeDatabases(study);
  saved = (await showTraining(await train(study, { iterations: 40, batch: 16 }))).data;
}, 240_000);

afterAll(() => lab?.stop(), 30_000);

/** What the charts hold, as plotly keeps it beside their element. */
async function charts(page: Page): Promise<{ lines: number; lossAxis: string; titles: string[] }> {
  const plot = page.locator(`${view} .js-plotly-plot`);
  await plot.waitFor({ timeout: 60_000 });
  return plot.evaluate((node) => {
    const { data, layout } = node as unknown as {
      data: unknown[];
      layout: { yaxis: { type: string }; annotations: { text: string }[] };
    };
    return {
      lines: data.length,
      lossAxis: layout.yaxis.type,
      titles: layout.annotations.map(({ text }) => text),
    };
  });
}

async function dark(name: string, work: (page: Page) => Promise<void>): Promise<void> {
  const page = await lab.open(name, { theme: "dark" });
  try {
    await work(page);
  } finally {
    await page.context().close();
  }
}

describe("a saved training", () => {
  let page: Page;

  beforeAll(async () => {
    await lab.writeNotebook("saved.ipynb", [saved]);
    page = await lab.open("saved.ipynb");
    await charts(page);
    await page.screenshot({ path: join(artefacts, "training-curve-light.png") });
    await expectAccessible(page, view);
  }, 120_000);

  afterAll(() => page?.context().close());

  test("shows all folds in a chart each for loss, accuracy and learning rate, without a kernel", async () => {
    const { lines, titles } = await charts(page);
    expect(titles).toEqual([
      "<b>loss (thin: training batches, thick: test patches)</b>",
      "<b>accuracy on test patches</b>",
      "<b>learning rate</b>",
    ]);
    // Three folds: loss, test loss, accuracy, learning rate.
    expect(lines).toBe(12);
    expect(await page.locator(`${view} .histobook-curve-state`).textContent()).toBe("✓ Finished");
    expect(await page.locator(`${view} .histobook-header`).textContent()).toMatch(/TensorFlow|tfjs/);
    expect(await page.locator(`${view} progress`).evaluate((bar: HTMLProgressElement) => bar.position)).toBe(
      1,
    );
    expect(await page.getByRole("button", { name: "Stop training" }).count()).toBe(0);
  });

  test("hides a fold, changes the loss axis, and tells the numbers in a table", async () => {
    await page.getByRole("checkbox", { name: "fold 2" }).uncheck();
    await page.locator(view).getByLabel("Loss axis").selectOption("log");
    await expect.poll(() => charts(page)).toMatchObject({ lines: 8, lossAxis: "log" });
    await page.getByRole("checkbox", { name: "fold 2" }).check();
    await expect.poll(() => charts(page)).toMatchObject({ lines: 12 });
    await page.locator(view).getByText("The last numbers").click();
    const row = page.locator(`${view} tbody tr`).nth(1);
    expect(await row.innerText()).toMatch(
      /^fold 2\s+40 \/ 40\s+0\.\d+\s.*2_caffenet_train_w32_iter_40\.solverstate$/s,
    );
  });

  test("reads values with the arrow keys, and the notebook keeps its cell", async () => {
    const chart = page.locator(`${view} .histobook-chart`);
    const probe = page.locator(`${view} .histobook-probe`);
    await chart.focus();
    await page.keyboard.press("End");
    expect(await probe.textContent()).toMatch(
      /^iteration 40 · fold 1: loss 0\.\d+, test loss 0\.\d+, test accuracy 0\.\d+, learning rate 0\.001 · fold 2: /,
    );
    await page.keyboard.press("Shift+ArrowLeft");
    expect(await probe.textContent()).toMatch(/^iteration 36 · /);
    expect(await chart.evaluate((node) => document.activeElement === node)).toBe(true);
    await page.screenshot({ path: join(artefacts, "training-curve-marked.png") });
  });

  test("is readable in the dark theme", async () => {
    await dark("saved.ipynb", async (other) => {
      await charts(other);
      const colour = (of: Page): Promise<string> =>
        of
          .locator(`${view} .xtick text`)
          .first()
          .evaluate((node) => getComputedStyle(node).fill);
      expect(await colour(other)).not.toBe(await colour(page));
      await other.screenshot({ path: join(artefacts, "training-curve-dark.png") });
      await expectAccessible(other, view);
    });
  }, 60_000);
});

test("a training is drawn in place while it runs, and its button stops it with a snapshot", async () => {
  await lab.writeProgram("live.ipynb", [
    `import { openStudy, trainAndShow } from "histobook";\nconst study = openStudy("study");`,
    `await trainAndShow(study, { fold: 1, iterations: 200000, batch: 16, snapshotEvery: 100000 });`,
  ]);
  const page = await lab.open("live.ipynb");
  try {
    await startAll(page);
    const where = page.locator(`${view} .histobook-curve-where`);
    await where.waitFor({ timeout: 60_000 });
    const iteration = async (): Promise<number> =>
      Number(/iteration ([\d,]+) of 200,000/.exec((await where.textContent()) ?? "")?.[1].replace(",", ""));
    await expect.poll(iteration, { timeout: 60_000 }).toBeGreaterThan(10);
    await page.locator(`${view} .histobook-curve`).evaluate((node) => (node.id = "the-same"));
    await page.getByLabel("Loss axis").selectOption("log");
    const before = await iteration();
    await expect.poll(iteration, { timeout: 60_000 }).toBeGreaterThan(before);
    expect(await where.textContent()).toMatch(/about (\d+ (s|min|h|days?) ?)+ left$/);
    expect((await charts(page)).titles).toContain("<b>patches a second</b>");
    await expect.poll(async () => (await charts(page)).lines, { timeout: 60_000 }).toBe(5);
    await page.screenshot({ path: join(artefacts, "training-curve-live.png") });

    await page.getByRole("button", { name: "Stop training" }).click();
    const state = page.locator(`${view} .histobook-curve-state`);
    await expect.poll(() => state.textContent(), { timeout: 60_000 }).toBe("■ Stopped");
    const [, snapshot] = /snapshot (\S+)$/.exec((await where.textContent()) ?? "") ?? [];
    const stopped = await iteration();
    expect(snapshot).toBe(`1_caffenet_train_w32_iter_${stopped}.solverstate`);
    expect(existsSync(join(study.directory, "models", snapshot))).toBe(true);
    expect(await page.locator(".jp-OutputArea-output", { hasText: "an interrupt at" }).innerText()).toContain(
      `found an interrupt at iteration ${stopped}, expected 200000 iterations`,
    );
    // Still the drawing of the beginning, with what the user has set.
    expect(await page.locator("#the-same").count()).toBe(1);
    expect((await charts(page)).lossAxis).toBe("log");
    expect(await page.getByRole("button", { name: "Stop training" }).count()).toBe(0);
    await page.screenshot({ path: join(artefacts, "training-curve-stopped.png") });

    // The kernel is free, and the run goes on from there.
    const code = `const end = new AbortController();
await trainAndShow(study, { fold: 1, iterations: 200000, batch: 16, snapshotEvery: 100000, resume: true, signal: end.signal,
  report: (news) => { if (news.event === "progress" && news.done > ${stopped + 20}) end.abort(); } }).catch((error) => console.log(error.message));`;
    const said = await askKernel(page, code);
    expect(Number(/an interrupt at iteration (\d+)/.exec(said)?.[1])).toBeGreaterThan(stopped);

    // What the notebook's file says is what a reader without a kernel sees.
    await saveNotebook(page);
    const outputs = (): string => readFileSync(join(lab.root, "live.ipynb"), "utf8");
    await expect.poll(() => outputs().includes('"state": "stopped"'), { timeout: 20_000 }).toBe(true);
  } finally {
    await page.context().close();
  }
}, 240_000);

test("the notebook's own interrupt is told as what it is, a stop", async () => {
  await lab.writeProgram("interrupted.ipynb", [
    `import { openStudy, trainAndShow } from "histobook";\nconst study = openStudy("study");`,
    `await trainAndShow(study, { fold: 2, iterations: 200000, batch: 16, snapshotEvery: 100000 });`,
  ]);
  const page = await lab.open("interrupted.ipynb");
  try {
    await startAll(page);
    const where = page.locator(`${view} .histobook-curve-where`);
    await expect.poll(() => where.textContent(), { timeout: 60_000 }).toMatch(/^iteration [1-9]\d* of/);
    await page.getByRole("button", { name: "Interrupt the kernel" }).click();
    const state = page.locator(`${view} .histobook-curve-state`);
    await expect.poll(() => state.textContent(), { timeout: 60_000 }).toBe("■ Stopped");
    expect(await where.textContent()).toMatch(/snapshot 2_caffenet_train_w32_iter_\d+\.solverstate$/);
  } finally {
    await page.context().close();
  }
}, 180_000);

test("a curve that was saved while it ran says so, and its button says what it would need", async () => {
  const payload = saved[mimeType] as TrainingCurvePayload;
  const running = {
    ...payload,
    state: "running",
    planned: 4,
    secondsLeft: 90,
    live: "00000000-0000-4000-8000-000000000000",
  };
  await lab.writeNotebook("saved-running.ipynb", [{ [mimeType]: running }]);
  const page = await lab.open("saved-running.ipynb");
  try {
    await charts(page);
    expect(await page.locator(`${view} .histobook-curve-state`).textContent()).toBe(
      "Running when this was saved",
    );
    expect(await page.locator(`${view} .histobook-curve-where`).textContent()).toBe(
      "3 of 4 runs done · iteration 120 of 160",
    );
    await page.getByRole("button", { name: "Stop training" }).click();
    await page.getByText("Trust the notebook to let its displays talk to the kernel.").waitFor();
  } finally {
    await page.context().close();
  }
}, 60_000);

test("a recorded curve says so above everything else, and one that was computed does not", async () => {
  const recorded = "computed on 2026-11-26 (<b>a machine</b>) and replayed from sample.recording.tgz";
  const payload = { ...(saved[mimeType] as TrainingCurvePayload), recorded };
  await lab.writeNotebook("recorded.ipynb", [saved, { [mimeType]: payload }]);
  const page = await lab.open("recorded.ipynb");
  await page.locator(`${view} .js-plotly-plot`).last().waitFor({ timeout: 60_000 });
  const banners = page.locator(".histobook-recorded");
  expect(await banners.count()).toBe(2);
  expect(await banners.first().isVisible()).toBe(false);
  expect(await banners.last().textContent()).toBe(`Recorded, not computed here: ${recorded}.`);
  await expectAccessible(page, ".histobook-recorded:not([hidden])");
  await page.context().close();
});

test("names are text in every part of the view, and what does not fit draws an error box", async () => {
  const payload = saved[mimeType] as TrainingCurvePayload;
  const markup = `<a href="javascript:globalThis.hostile=true"><b>bold</b></a><img src=x onerror="globalThis.hostile=true">`;
  const [run] = payload.runs;
  const renamed = {
    ...run,
    name: markup,
    snapshot: { iteration: 1, file: markup },
    tests: run.tests.map((one) => ({ ...one, output: markup })),
  };
  const short = { ...run, loss: { iterations: [1, 2], values: [0.5] } };
  await lab.writeNotebook("hostile-curve.ipynb", [
    { [mimeType]: { ...payload, engine: markup, notes: [markup], runs: [renamed] } },
    { [mimeType]: { ...payload, runs: [short] } },
    { [mimeType]: { ...payload, state: markup, planned: -1, secondsLeft: "soon" } },
    { [mimeType]: { ...payload, version: 2 } },
  ]);
  const page = await lab.open("hostile-curve.ipynb");
  try {
    const { titles } = await charts(page);
    expect(titles).toHaveLength(3);
    await page.locator(`${view} .js-plotly-plot`).hover({ position: { x: 150, y: 100 } });
    const errors = page.locator(`${view} .histobook-error`);
    await expect.poll(() => errors.count()).toBe(3);
    expect((await errors.locator("ul").allInnerTexts()).map((text) => text.split("\n"))).toEqual([
      ["runs.0.loss.values: found a list of 1, expected as many values as iterations"],
      [
        expect.stringMatching(/^state: found "<a href/),
        "planned: found -1, expected at least 0",
        `secondsLeft: found "soon", expected a value of type number`,
      ],
      [expect.stringContaining("version: found 2, expected 1")],
    ]);
    expect(await page.locator(`${view} a, ${view} b, ${view} img`).count()).toBe(0);
    expect(await page.evaluate(() => "hostile" in globalThis)).toBe(false);
    await page.screenshot({ path: join(artefacts, "training-curve-hostile.png") });
  } finally {
    await page.context().close();
  }
}, 120_000);

test("plotly is loaded by the first curve that is shown, and by nothing else", async () => {
  const large = async (page: Page): Promise<number> =>
    page.evaluate(
      () =>
        performance
          .getEntriesByType("resource")
          .map((entry) => entry as PerformanceResourceTiming)
          .filter(
            ({ name, decodedBodySize }) =>
              name.includes("jupyterlab-histobook") && decodedBodySize > 1_000_000,
          ).length,
    );
  await lab.writeNotebook("map-only.ipynb", [{ [viewMimeType("probability-map")]: await sampleMap() }]);
  const page = await lab.open("map-only.ipynb");
  try {
    await page.locator("[data-histobook-view=probability-map] canvas").waitFor({ timeout: 60_000 });
    expect(await large(page)).toBe(0);
  } finally {
    await page.context().close();
  }
  const other = await lab.open("saved.ipynb");
  try {
    await charts(other);
    expect(await large(other)).toBe(1);
  } finally {
    await other.context().close();
  }
}, 120_000);

import { join } from "node:path";
import {
  createSample,
  evaluate,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  output,
  showEvaluation,
  train,
  type Study,
} from "histobook";
import { viewMimeType, type EvaluationPayload } from "histobook/payloads";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addConfusions, confusionMatrix } from "../../jupyter-ext/src/evaluation/confusion.js";
import { expectAccessible } from "./accessibility.js";
import { artefacts, runAll, startLab, type Lab } from "./lab.js";

const mimeType = viewMimeType("evaluation");

let lab: Lab;
let page: Page;
let study: Study;
let payload: EvaluationPayload;

beforeAll(async () => {
  lab = await startLab();
  study = openStudy(await createSample(join(lab.root, "study")));
  await makePatches(study, { perImage: 40 });
  await makeFolds(study);
  await makeDatabases(study);
  await train(study, { iterations: 60, batch: 16 });
  await output(study.directory, { stride: 16 });
  payload = (await showEvaluation(await evaluate(study))).data[mimeType] as EvaluationPayload;
  await lab.writeProgram("evaluation.ipynb", [
    `import { evaluate, openStudy, showEvaluation } from "histobook";\nconst study = openStudy("study");`,
    `await showEvaluation(await evaluate(study), study)`,
  ]);
  page = await lab.open("evaluation.ipynb");
  // High enough for the whole view on one picture.
  await page.setViewportSize({ width: 1280, height: 2200 });
  await runAll(page);
}, 300_000);

afterAll(async () => {
  await page?.context().close();
  await lab?.stop();
}, 30_000);

const view = (of = page): Locator => of.locator("[data-histobook-view=evaluation]");

async function charts(of: Page): Promise<void> {
  await view(of).locator(".js-plotly-plot").nth(1).waitFor({ timeout: 60_000 });
}

describe("the evaluation", () => {
  test("tells the scores with their band, and every patient's on a line, the worst first", async () => {
    await charts(page);
    const { atThreshold } = payload.pooled;
    expect(await view().locator(".histobook-header").innerText()).toMatch(
      new RegExp(
        `F-score on held-out patients: ${atThreshold!.toFixed(3)}\\s+0\\.\\d+ to 0\\.\\d+ with other patients`,
      ),
    );
    const rows = view().getByRole("grid").getByRole("row");
    expect(await rows.count()).toBe(11);
    const scores = (await rows.allInnerTexts()).slice(1).map((row) => Number(row.split("\t")[3]));
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    const worst = payload.patients.find(
      ({ scores: { atThreshold: at } }) => at?.toFixed(3) === scores[0].toFixed(3),
    )!;
    const strip = rows.nth(1).locator(".histobook-strip");
    const place = await strip.evaluate((node) => {
      const mark = node.querySelector("[data-predictor=atThreshold]")!.getBoundingClientRect();
      const box = node.getBoundingClientRect();
      return (mark.left + mark.width / 2 - box.left) / box.width;
    });
    expect(place).toBeCloseTo(worst.scores.atThreshold!, 1);
    await page.screenshot({ path: join(artefacts, "evaluation-light.png") });
    await expectAccessible(page, "[data-histobook-view=evaluation]");
  });

  test("shows the confusion matrix of all, and of the patient that has the focus", async () => {
    const matrix = view().locator(".histobook-confusion");
    const all = addConfusions(payload.patients.map(({ counts }) => counts));
    expect(await matrix.innerText()).toContain(`found, ${all.truePositives.toLocaleString("en-US")}`);
    await view().getByRole("columnheader", { name: "patient", exact: true }).first().focus();
    await page.keyboard.press("ArrowDown");
    expect(await matrix.innerText()).toMatch(/^Patient \S+, threshold 0\.\d\d/);
    await page.keyboard.press("ArrowUp");
    expect(await matrix.innerText()).toContain(`missed, ${all.falseNegatives.toLocaleString("en-US")}`);
  });

  test("draws the F-score over the threshold with its band, and the calibration", async () => {
    const data = await view()
      .locator(".js-plotly-plot")
      .evaluateAll((plots) =>
        plots.map((plot) =>
          (plot as unknown as { data: { x: number[]; y: number[] }[] }).data.map(({ x, y }) => [
            Array.from(x),
            Array.from(y),
          ]),
        ),
      );
    const [[low, high, middle], [calibration, bars], [, , boundary]] = data;
    expect(middle[1]).toEqual(payload.curve.map(({ fScore }) => fScore));
    middle[1].forEach((fScore, i) => {
      expect(low[1][i]).toBeLessThanOrEqual(fScore + 1e-9);
      expect(high[1][i]).toBeGreaterThanOrEqual(fScore - 1e-9);
    });
    expect(calibration[0]).toEqual(payload.calibration.map(({ predicted }) => predicted));
    expect(bars[1].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(boundary).toEqual([[0, 1, 2, 3], payload.boundary!.map(({ fScore }) => fScore)]);
  });

  test("tells every figure with its interval and the constant predictors', and draws each fold's interval", async () => {
    const table = view().getByRole("table").filter({ hasText: "over all pixels" });
    const rows = (await table.getByRole("row").allInnerTexts()).map((row) => row.split("\t"));
    expect(rows.length).toBe(1 + 12);
    const shown = (value: number | null): string => (value === null ? "–" : value.toFixed(3));
    for (const [i, one] of payload.figures!.entries()) {
      expect(rows[i + 1].map((cell) => cell.trim())).toEqual([
        one.name,
        shown(one.atThreshold),
        `${shown(one.low)} to ${shown(one.high)}`,
        shown(one.atHalf),
        shown(one.allEpithelium),
        shown(one.allOther),
      ]);
    }
    const bars = await view()
      .locator(".histobook-strip:has(.histobook-interval)")
      .evaluateAll((strips) =>
        strips.map((strip) => {
          const box = strip.getBoundingClientRect();
          const bar = strip.querySelector(".histobook-interval")!.getBoundingClientRect();
          return [(bar.left - box.left) / box.width, (bar.right - box.left) / box.width];
        }),
      );
    expect(bars.length).toBe(payload.folds!.length);
    payload.folds!.forEach(({ low, high }, i) => {
      expect(bars[i][0]).toBeCloseTo(low!, 2);
      expect(bars[i][1]).toBeCloseTo(high!, 2);
    });
  });

  test("shows the map of a bad image, which the kernel sends", async () => {
    const [{ name }] = payload.worst;
    await view()
      .getByRole("button", { name: `Show the map of ${name}` })
      .click();
    await view().getByText(`The map of ${name}:`).waitFor({ timeout: 60_000 });
    const canvas = view().getByRole("img", { name: `Probability map of ${name}` });
    await canvas.waitFor();
    await expect.poll(() => canvas.evaluate((node: HTMLCanvasElement) => node.width)).toBeGreaterThan(200);
    await page.screenshot({ path: join(artefacts, "evaluation-map.png") });
  });
});

test("saved, it is drawn in the dark theme, and says what a map needs", async () => {
  // As an earlier histobook saved it.
  const older = { ...payload };
  for (const added of ["figures", "folds", "boundary"] as const) delete older[added];
  await lab.writeNotebook("saved-evaluation.ipynb", [{ [mimeType]: older }]);
  const dark = await lab.open("saved-evaluation.ipynb", { theme: "dark" });
  try {
    await dark.setViewportSize({ width: 1280, height: 1500 });
    await charts(dark);
    await view(dark).getByRole("button", { name: "Show the map of" }).first().click();
    expect(await view(dark).getByRole("status").last().innerText()).toContain(
      `In a cell: showMap(study, "${payload.worst[0].name}")`,
    );
    await dark.screenshot({ path: join(artefacts, "evaluation-dark.png") });
    expect(await view(dark).locator(".js-plotly-plot").count()).toBe(2);
    await expectAccessible(dark, "[data-histobook-view=evaluation]");
  } finally {
    await dark.context().close();
  }
}, 120_000);

test("names are text, and what does not fit draws an error box", async () => {
  const markup = `<img src=x onerror="globalThis.hostile = true"><b>x</b>`;
  await lab.writeNotebook("hostile-evaluation.ipynb", [
    {
      [mimeType]: {
        ...payload,
        notes: [markup],
        patients: payload.patients.map((one) => ({ ...one, name: markup })),
        worst: payload.worst.map((one) => ({ ...one, name: markup, patient: markup })),
      },
    },
    { [mimeType]: { ...payload, pooled: { ...payload.pooled, atHalf: 1.5 }, repeats: -1 } },
  ]);
  const hostile = await lab.open("hostile-evaluation.ipynb");
  try {
    await charts(hostile);
    const errors = hostile.locator(".histobook-error");
    await expect.poll(() => errors.count()).toBe(1);
    expect(await errors.locator("li").allTextContents()).toEqual([
      "pooled.atHalf: found 1.5, expected at most 1",
      "repeats: found -1, expected at least 0",
    ]);
    expect(await view(hostile).locator("img, b").count()).toBe(0);
    expect(await hostile.evaluate(() => "hostile" in globalThis)).toBe(false);
  } finally {
    await hostile.context().close();
  }
}, 120_000);

test("the confusion matrix has what is true in rows, and shares of each row", () => {
  const counts = { truePositives: 30, falseNegatives: 10, falsePositives: 5, trueNegatives: 15 };
  const [epithelium, other] = confusionMatrix(counts);
  expect(epithelium.map(({ pixels, share, right }) => [pixels, share, right])).toEqual([
    [30, 0.75, true],
    [10, 0.25, false],
  ]);
  expect(other.map(({ pixels, share, right }) => [pixels, share, right])).toEqual([
    [5, 0.25, false],
    [15, 0.75, true],
  ]);
  const none = addConfusions([]);
  expect(confusionMatrix(none)[0][0].share).toBeNull();
  expect(addConfusions([counts, counts]).falsePositives).toBe(10);
});

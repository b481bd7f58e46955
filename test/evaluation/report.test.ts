/** The three forms of an evaluation's report, by the command. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseHTML } from "linkedom";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluate, evaluationReport, type Evaluation, type Study } from "histobook";
import { run, runJson } from "../cli/command.js";
import { expectAccessible } from "../extension/accessibility.js";
import { browserFlags } from "../extension/lab.js";
import { findBrowser } from "../../scripts/browser.mjs";
import { copyOfStudy } from "../training/smallStudy.js";
import { newMappedStudy } from "./mappedStudy.js";

let study: Study;
let directory: string;
let html: string;
let evaluation: Evaluation;
let rows: Record<string, string>[];
const file = (name: string) => join(directory, name);
const words = (node: Element) => node.textContent.trim().replace(/\s+/g, " ");
const documentOf = (text: string): Document => parseHTML(text).document;

beforeAll(async () => {
  study = await newMappedStudy();
  ({ directory } = study);
  const args = ["evaluate", directory, "--choose", "youden", "--repeats", "200"];
  const files = ["--report", file("report.html"), "--csv", file("report.csv"), "--out", file("report.json")];
  const { status, last, events } = await runJson([...args, ...files]);
  expect(status).toBe(0);
  expect(last).toMatchObject({ event: "result", step: "evaluate", repeats: 200, skipped: [] });
  const progress = events.filter(({ step, event }) => event === "progress" && step === "evaluate");
  expect(progress.at(-1)).toMatchObject({ done: 4, total: 4, unit: "pictures" });
  html = readFileSync(file("report.html"), "utf8");
  evaluation = JSON.parse(readFileSync(file("report.json"), "utf8")) as Evaluation;
  const [header, ...lines] = readFileSync(file("report.csv"), "utf8").trimEnd().split("\r\n");
  const names = header.split(",");
  rows = lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell])));
});

describe("the table", () => {
  test("has a row for each predictor of each image, patient and fold, of all and of the mean", () => {
    const levels = ["image", "patient", "fold", "all"];
    expect(levels.map((level) => rows.filter((row) => row.level === level).length)).toEqual([16, 16, 8, 8]);
  });

  test("has the evaluation's own figures, and an empty cell where one is not defined", () => {
    const find = (level: string, name: string, predictor: string) =>
      rows.find((row) => row.level === level && row.name === name && row.predictor === predictor)!;
    for (const { name, patient, fold, threshold, atThreshold, atHalf, allOther } of evaluation.images) {
      const row = find("image", name, "atThreshold");
      expect(row).toMatchObject({ patient, fold: String(fold), threshold: String(threshold) });
      expect(Number(row.rocAuc)).toBe(atThreshold.rocAuc);
      expect(row.fScoreLow).toBe("");
      expect(Number(find("image", name, "atHalf").boundaryF2)).toBe(atHalf.boundaryF2);
      expect(allOther.precision).toBeNull();
      expect(find("image", name, "allOther").precision).toBe("");
    }
    const all = find("all", "all pixels", "atThreshold");
    const { low, high } = evaluation.pooled.intervals.atThreshold.iou;
    expect([Number(all.iouLow), Number(all.iouHigh)]).toEqual([low, high]);
  });
});

describe("the page", () => {
  test("needs no script and nothing from elsewhere, and names what every picture shows", () => {
    const page = documentOf(html);
    expect(html).not.toMatch(/<script|<link|<iframe|https?:\/\/(?!www\.w3\.org)|@import|url\(/i);
    expect(page.querySelector("meta[http-equiv]")?.getAttribute("content")).toMatch(/^default-src 'none'/);
    const images = Array.from<Element>(page.querySelectorAll("img"));
    // Five charts, the legend of the colours, two pictures an image.
    expect(images.length).toBe(5 + 1 + 8);
    for (const image of images) {
      expect(image.getAttribute("src")).toMatch(/^data:image\/(png|jpeg|svg\+xml);base64,/);
      expect(image.getAttribute("alt")!.length).toBeGreaterThan(20);
    }
    expect(html.length).toBeLessThan(1_000_000);
  });

  test("has tables with captions and headers, and the evaluation's figures in them", () => {
    const page = documentOf(html);
    const tables = Array.from<Element>(page.querySelectorAll("table"));
    expect(tables.map((table) => words(table.querySelector("caption")!))).toEqual([
      "Over all pixels of all test patients",
      "Mean over patients, each counting once",
      "Thresholds",
      "Folds",
      "Patients",
      "Images",
    ]);
    const cells = (row: Element) => Array.from<Element>(row.querySelectorAll("th, td")).map(words);
    for (const table of tables) {
      const [head, ...body] = Array.from<Element>(table.querySelectorAll("tr"));
      expect(head.querySelectorAll("th[scope=col]").length).toBe(cells(head).length);
      for (const row of body) {
        expect(row.querySelectorAll("th[scope=row]").length).toBe(1);
        expect(cells(row).length).toBe(cells(head).length);
      }
    }
    const { pooled } = evaluation;
    const { low, high } = pooled.intervals.atThreshold.boundaryF1;
    const rowNamed = (table: Element, name: string) =>
      Array.from<Element>(table.querySelectorAll("tr"))
        .map(cells)
        .find(([first]) => first === name)!;
    expect(rowNamed(tables[0], "boundary F at 1 px")[1]).toBe(
      `${pooled.atThreshold.boundaryF1!.toFixed(3)} (${low!.toFixed(3)} to ${high!.toFixed(3)})`,
    );
    expect(rowNamed(tables[0], "accuracy")[4]).toContain(pooled.allOther.accuracy!.toFixed(3));
    expect(rowNamed(tables[2], "fold 2")[1]).toBe(evaluation.folds[1].threshold.toFixed(3));
    expect(words(page.body)).toMatch(
      /Each fold's threshold has the highest Youden index \(recall \+ specificity - 1\) on validation patients, who neither train nor test\. With the best thresholds for the test patients, which nobody could have known/,
    );
  });

  test("is the same again, has as many pictures as one asks for, and takes names for text", async () => {
    const again = await evaluate(study, { choose: "youden", repeats: 200 });
    expect(await evaluationReport(again, study)).toBe(html);
    const without = documentOf(await evaluationReport(again, study, { pictures: 0 }));
    expect(without.querySelectorAll(".images img").length).toBe(0);
    const two = documentOf(await evaluationReport(again, study, { pictures: 2 }));
    const captions = Array.from<Element>(two.querySelectorAll(".images figcaption"));
    const ranked = [...again.images].sort((a, b) => a.atThreshold.fScore! - b.atThreshold.fScore!);
    expect(captions.map((caption) => words(caption).split(":")[0])).toEqual([
      ranked[0].name,
      ranked.at(-1)!.name,
    ]);
    await expect(evaluationReport(again, study, { pictures: -1 })).rejects.toMatchObject({
      code: "BadOption",
    });
    const hostile = {
      ...again,
      patients: again.patients.map((one) => ({ ...one, name: "<b onclick=x>P</b>" })),
    };
    const page = await evaluationReport(hostile, study, { pictures: 0 });
    expect(page).toContain("&lt;b onclick=x&gt;P&lt;/b&gt;");
    expect(page).not.toContain("<b onclick");
  });

  test("stops with one sentence when an image can't be read any more, or there is no place to write to", async () => {
    const copy = copyOfStudy(study);
    const evaluated = await evaluate(copy, { threshold: 0.5 });
    rmSync(copy.cases[0].imagePath);
    await expect(evaluationReport(evaluated, copy)).rejects.toMatchObject({
      code: "BadInput",
      subject: copy.cases[0].imagePath,
    });
    const { status, errors } = await run(["evaluate", directory, "--csv", file("none/report.csv")]);
    expect(status).toBe(1);
    expect(errors).toMatch(/none.report.csv: found no folder of that name/);
  });
});

describe("the page in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findBrowser(), args: browserFlags });
  });
  afterAll(() => browser?.close());

  test("is read without a network and without scripts, and is accessible", async () => {
    const context = await browser.newContext({ offline: true, bypassCSP: true });
    const page = await context.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(file("report.html")).href);
    expect(asked.filter((url) => !url.startsWith("data:"))).toEqual([
      pathToFileURL(file("report.html")).href,
    ]);
    const broken = await page
      .locator("img")
      .evaluateAll(
        (images) => images.filter((image) => (image as HTMLImageElement).naturalWidth === 0).length,
      );
    expect(broken).toBe(0);
    expect(await page.getByRole("heading").count()).toBe(7);
    await expectAccessible(page, "body");
    await context.close();
  });
});

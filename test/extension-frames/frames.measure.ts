import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createSample, makePatches, openStudy } from "histobook";
import { viewMimeType } from "histobook/payloads";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { runAll, startLab, type Lab } from "../extension/lab.js";
import { sampleMap } from "../extension/sample-map.js";
import { traceFrames, type Frames } from "./trace.js";

/** Where the frames go, one scene of JSON a line. */
const file = process.env.HISTOBOOK_FRAMES ?? "/dev/stdout";
const rounds = 5;

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});

afterAll(() => lab?.stop());

/** Plays a scene several times and hands on the time with the least work in all. */
async function measure(
  name: string,
  page: Page,
  steps: number,
  step: (index: number) => void,
): Promise<void> {
  const played: Frames[] = [];
  for (let round = 0; round < rounds; round++) {
    played.push(await traceFrames(lab.browser, page, steps, step));
  }
  const sum = ({ work }: Frames): number => work.reduce((all, one) => all + one, 0);
  const [best] = played.sort((one, other) => sum(one) - sum(other));
  appendFileSync(file, `${JSON.stringify({ name, ...best })}\n`);
}

test("the patch grid scrolls", async () => {
  const study = openStudy(await createSample(join(lab.root, "study")));
  await makePatches(study, { perImage: 110 });
  await lab.writeProgram("grid.ipynb", [
    `import { openStudy, showPatches } from "histobook";\nconst study = openStudy("study");`,
    `await showPatches(study)`,
  ]);
  const page = await lab.open("grid.ipynb");
  await runAll(page);
  const view = page.locator("[data-histobook-view=patch-grid]");
  await view.getByRole("listbox").waitFor();
  await measure("grid, 2,000 saved patches", page, 100, (index) => {
    document.querySelector(".histobook-grid-stage")!.scrollTop = index * 90;
  });
  await view.getByRole("button", { name: "Show all 10,120 patches" }).click();
  await view.getByText("All are here").waitFor();
  await measure("grid, 10,120 patches from the kernel", page, 250, (index) => {
    document.querySelector(".histobook-grid-stage")!.scrollTop = index * 180;
  });
  await page.context().close();
});

test("a map's threshold is moved", async () => {
  const payload = await sampleMap("GT2012217_1001", 1000);
  await lab.writeNotebook("map.ipynb", [{ [viewMimeType("probability-map")]: payload }]);
  const page = await lab.open("map.ipynb");
  await page.locator(".histobook-map canvas").waitFor();
  const slide = (index: number): void => {
    const slider = document.querySelector<HTMLInputElement>(".histobook-map input[name=threshold]")!;
    slider.value = String(index / 100);
    slider.dispatchEvent(new Event("input"));
  };
  await measure("threshold on 1000 x 1000, line", page, 100, slide);
  await page.locator(".histobook-map select[name=zoom]").selectOption("2");
  await measure("threshold on 1000 x 1000, line, zoomed to 2 x", page, 100, slide);
  await page.locator(".histobook-map select[name=zoom]").selectOption("fit");
  await page.locator(".histobook-map select[name=threshold-shape]").selectOption("area");
  await measure("threshold on 1000 x 1000, binary image", page, 100, slide);
  await page.context().close();
});

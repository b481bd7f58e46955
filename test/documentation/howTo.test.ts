/** docs/how-to: each page is run from top to bottom in a folder of its own, with the files that it speaks of. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import ts from "typescript";
import {
  contoursOf,
  createSample,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  output,
  readMask,
  train,
  type Study,
} from "histobook";
import { newFolder } from "../study/pictures.js";
import { blocksOf, codeIn, joinCells, newShell, runCells, tablesOf, type Block } from "./documents.js";

const root = join(__dirname, "..", "..");
const pages = join(root, "docs", "how-to");
const names = readdirSync(pages).sort();
const blocksOfPage = (name: string): Block[] => blocksOf(readFileSync(join(pages, name), "utf8"));
const sample = (file: string): string => join(root, "kernel-lib", "sample", file);
const fixture = (file: string): string => join(root, "test", "fixtures", "caffe", file);

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

/** The sample's images, with the patients' names that a page has for them. */
const images = readdirSync(sample(".")).filter((file) => file.endsWith(".tif"));

/** `study` with steps 1 to 3 done. */
async function preparedStudy(folder: string): Promise<Study> {
  const study = openStudy(await createSample(join(folder, "study")));
  await makePatches(study, { perImage: 4 });
  await makeFolds(study, { folds: 2 });
  await makeDatabases(study);
  return study;
}

/** What a reader of the page has already. */
const have: Record<string, (folder: string) => unknown> = {
  async "own-data.md"(folder) {
    for (const [i, image] of images.slice(0, 10).entries()) {
      const [patient, number] = [`P${Math.floor(i / 2) + 1}`, (i % 2) + 1];
      const mask = sample(image.replace(".tif", "_mask.png"));
      copy(sample(image), join(folder, "scans", patient, `slide-${number}.tif`));
      copy(mask, join(folder, "drawn", patient, `slide-${number}-labels.png`));
      if (patient !== "P1") continue;
      const { width, height, data } = await readMask(mask);
      const areas = await contoursOf({ width, height, levels: data.map((value) => 255 * value) }, 0.5);
      const features = areas.map((coordinates) => ({
        type: "Feature",
        geometry: { type: "Polygon", coordinates },
        properties: { classification: { name: "Tumor" } },
      }));
      mkdirSync(join(folder, "qupath"), { recursive: true });
      writeFileSync(join(folder, "qupath", `slide-${number}.geojson`), JSON.stringify(features));
    }
  },
  async "two-classes.md"(folder) {
    const { default: sharp } = await import("sharp");
    mkdirSync(join(folder, "tissue"), { recursive: true });
    mkdirSync(join(folder, "labels"), { recursive: true });
    for (const image of images.slice(0, 10).filter((_, i) => i % 2 === 0)) {
      const name = image.replace(".tif", ".png");
      await sharp(sample(image)).toFile(join(folder, "tissue", name));
      const { width, height, data } = await readMask(sample(image.replace(".tif", "_mask.png")));
      // Label 1 on the left of the tissue that is marked, label 2 on its right.
      const labels = data.map((value, i) => value * (i % width < width / 2 ? 1 : 2));
      await sharp(labels, { raw: { width, height, channels: 1 } })
        .toColourspace("b-w")
        .toFile(join(folder, "labels", name));
    }
  },
  "caffe-model.md"(folder) {
    copy(fixture("d/run_iter_50.caffemodel"), join(folder, "theirs", "model.caffemodel"));
    copy(fixture("c/mean_shuffle.binaryproto"), join(folder, "theirs", "mean.binaryproto"));
    for (const image of images.slice(0, 2)) copy(sample(image), join(folder, "scans", image));
  },
  "cluster.md": preparedStudy,
  "gpu.md": preparedStudy,
  async "qupath.md"(folder) {
    const study = await preparedStudy(folder);
    await train(study, { iterations: 2, batch: 8, processes: 0 });
    await output(study.directory, { stride: 56 });
  },
};

test.each(names)("%s does what it says", { timeout: 600_000 }, async (name) => {
  const folder = newFolder();
  // A rule in a file of its own imports the library, as in a reader's project.
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  await have[name]?.(folder);
  const shell = newShell();
  const blocks = blocksOfPage(name);
  let cells: string[] = [];
  const runCollected = async (): Promise<void> => {
    const check = (found: unknown, stated: unknown): void => expect(found).toEqual(stated);
    if (cells.length > 0) await runCells(joinCells(cells), folder, { check });
    cells = [];
  };
  for (const { language, text } of blocks) {
    if (language === "ts") cells.push(text);
    if (language !== "sh") continue;
    await runCollected();
    await shell(text, folder);
  }
  await runCollected();
  expect(blocks.some(({ language }) => language === "sh")).toBe(true);
});

/** The cells of each page, and those of the tutorial's page with its tables. */
function cellsOfPages(): Map<string, string[]> {
  const ofPage = (markdown: string): string[] =>
    blocksOf(markdown).flatMap(({ language, text }) => (language === "ts" ? [text] : []));
  const pagesWithCells = names.map((name): [string, string[]] => [
    name,
    ofPage(readFileSync(join(pages, name), "utf8")),
  ]);
  const tutorial = readFileSync(join(root, "docs", "from-the-tutorial.md"), "utf8");
  const inTables = tablesOf(tutorial)
    .filter(({ header }) => header[2] === "In a notebook")
    .flatMap(({ rows }) => rows.flatMap(([, , cell]) => codeIn(cell)));
  pagesWithCells.push(["from-the-tutorial.md", [...ofPage(tutorial), ...inTables]]);
  return new Map(pagesWithCells.filter(([, cells]) => cells.length > 0));
}

test("the cells of all pages are sound TypeScript", () => {
  const folder = newFolder();
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  const files = [...cellsOfPages()].map(([name, cells]) => {
    const file = join(folder, name.replace(".md", ".ts"));
    writeFileSync(file, `${joinCells(cells)}\nexport {};\n`);
    return file;
  });
  expect(files.length).toBeGreaterThan(2);
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ["node"],
    typeRoots: [join(root, "node_modules", "@types")],
  });
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(
      (problem) => `${problem.file?.fileName}: ${ts.flattenDiagnosticMessageText(problem.messageText, "\n")}`,
    );
  expect(problems).toEqual([]);
});

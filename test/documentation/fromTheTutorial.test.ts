/** docs/from-the-tutorial.md: every line of its tables is run, and every file that it names must be there. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { archiveOf, sha256, type Entry } from "../fetch/archives.js";
import { newFolder } from "../study/pictures.js";
import { blocksOf, codeIn, joinCells, newShell, runCells, tablesOf } from "./documents.js";

const root = join(__dirname, "..", "..");
const page = readFileSync(join(root, "docs", "from-the-tutorial.md"), "utf8");
const tables = tablesOf(page);
const steps = tables.filter(({ header }) => header.join() === "The tutorial,Command,In a notebook");
const files = tables.filter(({ header }) => header[1] === "File in the study");

/** An archive as the tutorial's, of five patients: the sample's images under the tutorial's names. */
let archive: string;
let digest: string;

beforeAll(async () => {
  const sample = (name: string) => readFileSync(join(root, "kernel-lib", "sample", name));
  const names = {
    "8918_00007": "GT2012154_1001",
    "10256_00001": "GT2012217_1001",
    "9036_00005": "GT2012246_1001",
    "9135_00004": "GT2012275_4002",
    "10288_00003": "GT2012915_1001",
  };
  const entries = Object.entries(names).flatMap(([name, from]): Entry[] => [
    { name: `${name}.tif`, content: sample(`${from}.tif`) },
    { name: `masks/${name}_mask.png`, content: sample(`${from}_mask.png`) },
  ]);
  const bytes = await archiveOf(entries);
  archive = join(newFolder(), "epi.tgz");
  digest = sha256(bytes);
  writeFileSync(archive, bytes);
});

test("the page has the tutorial's commands and files", () => {
  expect([steps.length, files.length]).toEqual([7, 1]);
  for (const name of [
    "step1_make_patches.m",
    "step2_make_training_lists.m",
    "step3_make_dbs.sh",
    "step4_submit_jobs.py",
    "step5_create_output_images_kfold.py",
    "convert_imageset",
    "compute_image_mean",
    "caffe train",
    "wc -l test_w32_1.txt",
    "qsub",
    "BASE-qsub.pbs",
    "BASE-alexnet_solver.prototxt",
    "BASE-alexnet_traing_32w_db.prototxt",
    "1-alexnet_solver_ada.prototxt",
    "8918_00007.tif",
    "8918_00007_mask.png",
    "patient_struct",
    "10256_1_0_e_1_0.png",
    "train_w32_parent_1.txt",
    "test_w32_parent_1.txt",
    "train_w32_1.txt",
    "test_w32_1.txt",
    "DB_train_1",
    "DB_test_1",
    "DB_train_w32_1.binaryproto",
    "_class",
    "_prob",
    "matlabpool",
    "stride",
  ]) {
    const first = tables.flatMap(({ rows }) => rows.map(([tutorial]) => tutorial)).join("\n");
    expect(first).toContain(name);
  }
});

/** Files as the page names them, of a run of two iterations. */
function expectFiles(study: string): void {
  const named = files.flatMap(({ rows }) => rows.flatMap(([, file]) => codeIn(file)));
  expect(named.length).toBeGreaterThan(15);
  const missing = named
    .map((file) => file.replace("iter_600000", "iter_2"))
    .filter((file) => !existsSync(join(study, file)));
  expect(missing).toEqual([]);
}

describe("run from top to bottom", () => {
  test("the commands do what the tutorial's did, and make its files", async () => {
    const folder = newFolder();
    const shell = newShell({ fetch: ["--file", archive, "--sha256", digest] });
    let run = 0;
    for (const table of tables) {
      if (files.includes(table)) expectFiles(join(folder, "study"));
      if (!steps.includes(table)) continue;
      for (const line of table.rows.flatMap(([, command]) => codeIn(command))) {
        if (!line.includes("npx ")) continue;
        await shell(line, folder);
        run++;
      }
    }
    expect(run).toBeGreaterThan(20);
  }, 600_000);

  test("and so do the notebook's cells", async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    const imports = blocksOf(page).find(({ language }) => language === "ts")!.text;
    const before = tables.slice(0, tables.indexOf(files[0])).filter((table) => steps.includes(table));
    const cells = (some: typeof tables): string[] =>
      some.flatMap(({ rows }) => rows.flatMap(([, , cell]) => codeIn(cell)));
    const options = {
      check: (found: unknown, stated: unknown) => expect(found).toEqual(stated),
      more: { fetchTutorialData: { file: archive, sha256: digest } },
    };
    await runCells(joinCells([imports, ...cells(before)]), folder, options);
    expectFiles(join(folder, "study"));
    const after = steps.filter((table) => !before.includes(table));
    const open = 'const study = openStudy("study");';
    await runCells(joinCells([imports, open, ...cells(after)]), folder, options);
  }, 600_000);
});

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  createSample,
  listCases,
  openStudy,
  readManifest,
  sampleAttribution,
  updateManifest,
  workingScale,
} from "../../kernel-lib/src/study/index.js";
import { addCase, newFolder, newStudy } from "./pictures.js";

/** Empty files: pairing looks at names only. */
function folderOf(...names: string[]): string {
  const folder = newFolder();
  for (const name of names) writeFileSync(join(folder, name), "");
  return folder;
}

describe("listCases()", () => {
  test("pairs images with masks and counts each patient's images in the order of their names", () => {
    const folder = folderOf("b_2.tif", "b_2_mask.png", "b_1.tif", "a_9.PNG", "a_9_mask.png", "notes.txt");
    const { cases, problems } = listCases(folder);
    expect(cases.map(({ name, patient, imageNumber }) => [name, patient, imageNumber])).toEqual([
      ["a_9", "a", 1],
      ["b_1", "b", 1],
      ["b_2", "b", 2],
    ]);
    expect(cases.map(({ maskPath }) => maskPath !== null)).toEqual([true, false, true]);
    expect(problems).toEqual([]);
  });

  test("takes no mask, class or probability image for an input", () => {
    const folder = folderOf("a_1.tif", "a_1_mask.png", "a_1_class.png", "a_1_prob.png", "a_1_binary.png");
    expect(listCases(folder).cases.map(({ name }) => name)).toEqual(["a_1"]);
  });

  test("names a file without an underscore as a problem and goes on with the others", () => {
    const folder = folderOf("8918.tif", "8918_mask.png", "a_1.tif");
    const { cases, problems } = listCases(folder);
    expect(cases.map(({ name }) => name)).toEqual(["a_1"]);
    expect(problems.map(({ reason }) => reason)).toEqual([
      `${join(folder, "8918.tif")}: found no underscore in the name, expected PATIENT_IMAGE as in 8918_00007.tif; rename the file.`,
    ]);
  });

  test("names the second of two images of one name as a problem", () => {
    const folder = folderOf("a_1.png", "a_1.tif");
    const { cases, problems } = listCases(folder);
    expect(cases).toHaveLength(1);
    expect(problems[0].reason).toContain("found a second image of this name beside a_1.png");
  });

  test("names a mask whose image is missing as a problem", () => {
    const folder = folderOf("a_1.tif", "a_1_mask.png", "a_2_mask.png");
    expect(listCases(folder).problems.map(({ file }) => file)).toEqual([join(folder, "a_2_mask.png")]);
  });

  test("takes any names and ignores masks when no patients are needed", () => {
    const folder = folderOf("slide.tif", "other_mask.png");
    const { cases, problems } = listCases(folder, { needPatients: false });
    expect(cases.map(({ name, patient }) => [name, patient])).toEqual([["slide", "slide"]]);
    expect(problems).toEqual([]);
  });

  test("says what is missing when the folder is not there, no folder, or empty", () => {
    const folder = folderOf("file");
    expect(() => listCases(join(folder, "images"))).toThrow("images: found no such folder");
    expect(() => listCases(join(folder, "file"))).toThrow("found a file where a folder should be");
    expect(() => listCases(folder)).toThrow(
      `${folder}: found no image, expected files such as 8918_00007.tif with 8918_00007_mask.png`,
    );
  });
});

describe("createSample()", () => {
  test("makes a study of 20 images of 10 patients at scale 1, with its source in the manifest", async () => {
    const directory = await createSample(join(newFolder(), "study"));
    const { cases, problems } = openStudy(directory);
    expect(problems).toEqual([]);
    expect(cases).toHaveLength(20);
    expect(cases.every(({ maskPath }) => maskPath !== null)).toBe(true);
    expect(new Set(cases.map(({ patient }) => patient)).size).toBe(10);
    expect(readManifest(directory).source).toBe(sampleAttribution);
    expect(workingScale(directory)).toBe(1);
    expect(readdirSync(directory).sort()).toEqual(["histobook.json", "images"]);
  });

  test("leaves a study that is there as it is", async () => {
    const directory = await createSample(join(newFolder(), "study"));
    await updateManifest(directory, (manifest) => ({ ...manifest, scale: 0.25 }));
    await createSample(directory);
    expect(workingScale(directory)).toBe(0.25);
  });

  test("goes on where a killed one stopped", async () => {
    const directory = newFolder();
    mkdirSync(join(directory, ".unfinished-images"));
    expect(openStudy(await createSample(directory)).cases).toHaveLength(20);
  });

  test("refuses a folder with other files in it, and a file", async () => {
    const folder = folderOf("thesis.tex");
    await expect(createSample(folder)).rejects.toThrow("found a folder with other files in it");
    await expect(createSample(join(folder, "thesis.tex"))).rejects.toThrow("a file where a folder should be");
    expect(readdirSync(folder)).toEqual(["thesis.tex"]);
  });
});

describe("the manifest", () => {
  test("loses no change when several are made at once", async () => {
    const directory = newFolder();
    await Promise.all(
      Array.from({ length: 20 }, () =>
        updateManifest(directory, (manifest) => ({ ...manifest, scale: (manifest.scale ?? 0) + 1 })),
      ),
    );
    expect(readManifest(directory).scale).toBe(20);
  });

  test("says what is wrong when it can't be read", () => {
    const directory = newFolder();
    const path = join(directory, "histobook.json");
    writeFileSync(path, '{"format": "histobook-st');
    expect(() => readManifest(directory)).toThrow(
      `${path}: found a manifest that can't be read (text that is not JSON), expected a histobook manifest of version 1`,
    );
    writeFileSync(path, JSON.stringify({ format: "histobook-study", version: 2 }));
    expect(() => readManifest(directory)).toThrow("('version': ");
    writeFileSync(path, JSON.stringify({ format: "histobook-study", version: 1, scale: "half" }));
    expect(() => readManifest(directory)).toThrow(`('scale': found "half", expected a value of type number)`);
    writeFileSync(path, "[]");
    expect(() => readManifest(directory)).toThrow(
      "('manifest': found a list of 0, expected a value of type object)",
    );
  });

  test("can be read after an editor on Windows has saved it", async () => {
    const directory = newFolder();
    const path = join(directory, "histobook.json");
    await updateManifest(directory, (manifest) => ({ ...manifest, scale: 0.5 }));
    const before = readManifest(directory);
    writeFileSync(path, `\uFEFF${readFileSync(path, "utf8").replaceAll("\n", "\r\n")}`);
    expect(readManifest(directory)).toEqual(before);
  });

  test("is not written where nothing would change, so that a study can be looked at where nothing can be written", async () => {
    const directory = newFolder();
    const path = join(directory, "histobook.json");
    await updateManifest(directory, (manifest) => ({ ...manifest, scale: 0.5 }));
    // A later write would bring this text into the manifest's own form.
    writeFileSync(path, JSON.stringify(readManifest(directory)));
    const before = readFileSync(path, "utf8");
    await updateManifest(directory, (manifest) => ({ ...manifest, scale: 0.5 }));
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  test("is text of one fact a line, so that two of them can be compared", async () => {
    const directory = newFolder();
    await updateManifest(directory, (manifest) => ({ ...manifest, scale: 0.5 }));
    expect(readFileSync(join(directory, "histobook.json"), "utf8")).toContain('\n "scale": 0.5,\n');
  });
});

test("workingScale() is the explicit value, else the study's, else 0.5", async () => {
  const directory = newStudy();
  await addCase(directory, "a_1");
  expect(workingScale(directory)).toBe(0.5);
  await updateManifest(directory, (manifest) => ({ ...manifest, scale: 0.25 }));
  expect(workingScale(directory)).toBe(0.25);
  expect(workingScale(directory, 1)).toBe(1);
  expect(() => workingScale(directory, 0)).toThrow("--scale: found 0, expected a number between 0.001 and 4");
});

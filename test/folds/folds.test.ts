import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeFolds, checkLeakage, readParentList, readPatchList } from "../../kernel-lib/dist/folds/index.js";
import { makePatches } from "../../kernel-lib/dist/patches/index.js";
import { createSample, openStudy, readManifest, type Study } from "../../kernel-lib/dist/study/index.js";

const newFolder = () => mkdtempSync(join(tmpdir(), "histobook-folds-"));
const listsOf = (directory: string) => readdirSync(directory).filter((name) => name.endsWith(".txt"));
const bytesOf = (directory: string) =>
  Object.fromEntries(listsOf(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]));

describe("step 2 on the sample", () => {
  let study: Study;
  beforeAll(async () => {
    study = openStudy(await createSample(join(newFolder(), "study")));
    await makePatches(study, { perImage: 3 });
  });
  beforeEach(async () => {
    await makeFolds(study);
  });
  const path = (name: string) => join(study.directory, name);

  test("makeFolds writes the tutorial's four lists and two validation lists for each fold", () => {
    const expected = [1, 2, 3, 4, 5].flatMap((fold) =>
      ["train", "test", "val"].flatMap((side) => [
        `${side}_w32_${fold}.txt`,
        `${side}_w32_parent_${fold}.txt`,
      ]),
    );
    expect(listsOf(study.directory).sort()).toEqual(expected.sort());
  });

  test("makeFolds lists exactly the patches in subs, each in one test list", () => {
    const listed = [1, 2, 3, 4, 5].flatMap((fold) =>
      readPatchList(path(`test_w32_${fold}.txt`)).map(({ file }) => file),
    );
    expect(listed.sort()).toEqual(readdirSync(path("subs")).sort());
  });

  test("makeFolds writes the tutorial's order and form: edge first, then number and rotation, a tab, the class", () => {
    const [patient] = readParentList(path("train_w32_parent_1.txt"));
    const lines = readFileSync(path("train_w32_1.txt"), "utf8").split("\n");
    expect(lines.slice(0, 3)).toEqual([
      `${patient}_1_0_e_1_0.png\t0`,
      `${patient}_1_0_e_1_90.png\t0`,
      `${patient}_1_0_e_2_0.png\t0`,
    ]);
    for (const { file, class: patchClass } of readPatchList(path("train_w32_1.txt"))) {
      expect(patchClass).toBe(Number(file.split("_")[2]));
    }
  });

  test("makeFolds counts what stands in the lists", async () => {
    const { folds } = await makeFolds(study);
    for (const { fold, patches } of folds) {
      for (const [side, counted] of [
        ["train", patches.train],
        ["val", patches.validation],
        ["test", patches.test],
      ] as const) {
        const entries = readPatchList(path(`${side}_w32_${fold}.txt`));
        expect(counted.total).toBe(entries.length);
        expect(counted.byClass[1]).toBe(entries.filter((entry) => entry.class === 1).length);
      }
    }
  });

  test("makeFolds gives the same bytes for the same seed and others for another", async () => {
    const first = bytesOf(study.directory);
    await makeFolds(study, { seed: 2 });
    const other = bytesOf(study.directory);
    await makeFolds(study, { seed: 1 });
    expect(bytesOf(study.directory)).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test("makeFolds removes stale lists when there are fewer folds and no validation", async () => {
    writeFileSync(path("notes_w32_9.txt"), "mine");
    await makeFolds(study, { folds: 2, validation: 0 });
    expect(listsOf(study.directory).sort()).toEqual(
      [1, 2]
        .flatMap((fold) =>
          ["train", "test"].flatMap((s) => [`${s}_w32_${fold}.txt`, `${s}_w32_parent_${fold}.txt`]),
        )
        .concat("notes_w32_9.txt")
        .sort(),
    );
    expect(readManifest(study.directory).folds?.parameters.folds).toBe(2);
  });

  test("makeFolds writes a space for Caffe's own tool when asked, and readPatchList takes both", async () => {
    const withTabs = readPatchList(path("test_w32_2.txt"));
    await makeFolds(study, { separator: "space" });
    expect(readFileSync(path("test_w32_2.txt"), "utf8")).not.toContain("\t");
    expect(readPatchList(path("test_w32_2.txt"))).toEqual(withTabs);
  });

  test("makeFolds stops with Interrupted when its signal is aborted, and a second run finishes", async () => {
    const first = bytesOf(study.directory);
    await expect(makeFolds(study, { seed: 5, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "Interrupted",
    });
    expect(readManifest(study.directory).folds).toBeNull();
    await makeFolds(study);
    expect(bytesOf(study.directory)).toEqual(first);
  });

  test("checkLeakage passes the lists of step 2", () => {
    for (const fold of [1, 2, 3, 4, 5]) expect(() => checkLeakage(study.directory, fold, 32)).not.toThrow();
  });

  test.each([
    ["test_w32_parent_1.txt", "train_w32_parent_1.txt"],
    ["val_w32_parent_1.txt", "test_w32_parent_1.txt"],
  ])("checkLeakage names patient and lists when one of %s also stands in %s", (from, to) => {
    const [patient] = readParentList(path(from));
    writeFileSync(path(to), `${readFileSync(path(to), "utf8")}${patient}\r\n`);
    expect(() => checkLeakage(study.directory, 1, 32)).toThrow(
      new RegExp(
        `w32(_parent)?_1.txt: found patient ${patient}, who also stands in \\w+_w32_(parent_)?1.txt`,
      ),
    );
  });

  test("checkLeakage finds a patient whose patches are in a list although the parent lists are clean", () => {
    const [patch] = readPatchList(path("test_w32_3.txt"));
    writeFileSync(
      path("train_w32_3.txt"),
      `${readFileSync(path("train_w32_3.txt"), "utf8")}${patch.file}\t0\n`,
    );
    expect(() => checkLeakage(study.directory, 3, 32)).toThrow(/Leakage|also stands in/);
  });
});

describe("reading lists", () => {
  test("readPatchList takes tabs, spaces, spaces in names, Windows line ends, blank lines and no final newline", () => {
    const path = join(newFolder(), "list.txt");
    writeFileSync(path, "a_1.png\t1\r\n\r\nb 2.png 0\n\n  \nc.png \t 12");
    expect(readPatchList(path)).toEqual([
      { file: "a_1.png", class: 1, line: 1 },
      { file: "b 2.png", class: 0, line: 3 },
      { file: "c.png", class: 12, line: 6 },
    ]);
  });

  test("readPatchList takes a list that Windows' Notepad has saved with a byte order mark", () => {
    const path = join(newFolder(), "list.txt");
    writeFileSync(path, "\uFEFFa_1.png\t1\r\n");
    expect(readPatchList(path)).toEqual([{ file: "a_1.png", class: 1, line: 1 }]);
  });

  test.each(["a.png", "a.png\tx", "\t1", "a.png\t-1", "a.png\t1.5"])(
    "readPatchList names the line when it reads %j",
    (line) => {
      const path = join(newFolder(), "list.txt");
      writeFileSync(path, `a.png\t1\n${line}\n`);
      expect(() => readPatchList(path)).toThrow("list.txt, line 2: found");
    },
  );

  test("a missing list names the step that makes it", () => {
    const path = join(newFolder(), "train_w32_1.txt");
    expect(() => readPatchList(path)).toThrow("run 'histobook folds STUDY' first");
    expect(() => readParentList(path)).toThrow("run 'histobook folds STUDY' first");
    expect(existsSync(path)).toBe(false);
  });
});

test("makeFolds names step 1 when there are no patches yet", async () => {
  const study = openStudy(await createSample(join(newFolder(), "study")));
  await expect(makeFolds(study)).rejects.toMatchObject({
    code: "MissingStep",
    message: expect.stringContaining("run 'histobook patches STUDY' first") as string,
  });
});

import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { decodeMean, encodeMean } from "../../kernel-lib/dist/caffe/index.js";
import {
  makeDatabases,
  meanOfDatabase,
  databaseSummary,
  openPatchStore,
} from "../../kernel-lib/dist/databases/index.js";
import { makeFolds, readPatchList } from "../../kernel-lib/dist/folds/index.js";
import { makePatches } from "../../kernel-lib/dist/patches/index.js";
import { createSample, openStudy, readManifest, type Study } from "../../kernel-lib/dist/study/index.js";
import { sha1 } from "../caffe/fixtures.js";
import { firstPatches } from "./patchStore.contract.js";

const newFolder = () => mkdtempSync(join(tmpdir(), "histobook-databases-"));

/** Each record's key and the fingerprint of its value, and the mean's bytes. */
async function contentOf(directory: string): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = {};
  for (const name of readdirSync(directory).filter((one) => one.startsWith("DB_"))) {
    const path = join(directory, name);
    if (name.endsWith(".binaryproto")) content[name] = sha1(readFileSync(path));
    else {
      const copy = join(newFolder(), name);
      cpSync(path, copy, { recursive: true });
      const level = new ClassicLevel<string, Uint8Array>(copy, { valueEncoding: "view" });
      content[name] = (await level.iterator().all()).map(([key, value]) => [key, sha1(value)]);
      await level.close();
    }
  }
  return content;
}

const leftovers = (directory: string) => readdirSync(directory).filter((name) => name.startsWith("."));

describe("step 3 on the sample", () => {
  let prepared: string;
  let reference: Record<string, unknown>;
  let study: Study;

  beforeAll(async () => {
    prepared = await createSample(join(newFolder(), "study"));
    const first = openStudy(prepared);
    await makePatches(first, { perImage: 8 });
    await makeFolds(first, { folds: 3 });
    const whole = join(newFolder(), "study");
    cpSync(prepared, whole, { recursive: true });
    await makeDatabases(openStudy(whole), { workers: 1 });
    reference = await contentOf(whole);
  });
  beforeEach(() => {
    const directory = join(newFolder(), "study");
    cpSync(prepared, directory, { recursive: true });
    study = openStudy(directory);
  });
  const path = (name: string) => join(study.directory, name);

  test("makeDatabases makes two databases and a mean image a fold, from exactly the lists' patches", async () => {
    const progress: number[] = [];
    const { folds, scale, size } = await makeDatabases(study, {
      report: (event) => {
        if (event.event === "progress") progress.push(event.done / event.total);
      },
    });
    expect({ scale, size }).toEqual({ scale: 1, size: 32 });
    expect(progress.at(-1)).toBe(1);
    expect(leftovers(study.directory)).toEqual([]);
    for (const { fold, train, test: tested, made } of folds) {
      expect(made).toBe(true);
      for (const [side, counted] of [
        ["train", train],
        ["test", tested],
      ] as const) {
        const entries = readPatchList(path(`${side}_w32_${fold}.txt`));
        const summary = await databaseSummary(path(`DB_${side}_${fold}`));
        expect(summary.count).toBe(entries.length);
        expect(counted).toEqual({ count: summary.count, byClass: summary.byClass });
        expect(summary.byType.p).toBe(entries.filter((entry) => entry.class === 1).length);
        expect(summary.broken).toEqual([]);
      }
      const mean = decodeMean(readFileSync(path(`DB_train_w32_${fold}.binaryproto`)), "mean");
      expect(mean).toEqual(await meanOfDatabase(path(`DB_train_${fold}`)));
      expect(encodeMean(mean).length).toBe(12299);
    }
  });

  test("makeDatabases gives the same content for two workers, folds one at a time, and cutting instead of files", async () => {
    await makeDatabases(study, { workers: 2 });
    expect(await contentOf(study.directory)).toEqual(reference);

    for (const name of Object.keys(reference)) rmSync(path(name), { recursive: true });
    for (const fold of [3, 1, 2]) await makeDatabases(study, { fold });
    expect(await contentOf(study.directory)).toEqual(reference);

    for (const name of Object.keys(reference)) rmSync(path(name), { recursive: true });
    rmSync(path("subs"), { recursive: true });
    await makeDatabases(study, { direct: true });
    expect(await contentOf(study.directory)).toEqual(reference);
  });

  test("makeDatabases cuts patches from the images when step 1 wrote no files", async () => {
    rmSync(path("subs"), { recursive: true });
    await makePatches(study, { perImage: 8, direct: true });
    await makeFolds(study, { folds: 3 });
    await makeDatabases(study);
    expect(await contentOf(study.directory)).toEqual(reference);
  });

  test("makeDatabases keeps the lists' order when it does not shuffle, and shuffles otherwise", async () => {
    const listed = readPatchList(path("train_w32_1.txt")).map(({ file }) => file);
    const names = async () => {
      const store = await openPatchStore(path("DB_train_1"));
      const batch = await firstPatches(store, listed.length);
      await store.close();
      return batch.keys.map((key) => key.slice(9));
    };
    await makeDatabases(study, { fold: 1, shuffle: false });
    expect(await names()).toEqual(listed);
    await makeDatabases(study, { fold: 1 });
    const shuffled = await names();
    expect(shuffled).not.toEqual(listed);
    expect(shuffled.sort()).toEqual(listed.sort());
  });

  test("makeDatabases leaves whole databases alone and replaces those of other lists", async () => {
    await makeDatabases(study);
    const made = () => statSync(path("DB_train_2/CURRENT")).ino;
    const before = made();
    expect((await makeDatabases(study)).folds.map((fold) => fold.made)).toEqual([false, false, false]);
    expect(made()).toBe(before);
    const lines = readFileSync(path("train_w32_2.txt"), "utf8").split("\n");
    writeFileSync(path("train_w32_2.txt"), lines.slice(2).join("\n"));
    const { folds } = await makeDatabases(study);
    expect(folds.map((fold) => fold.made)).toEqual([false, true, false]);
    expect((await databaseSummary(path("DB_train_2"))).count).toBe(lines.length - 3);
  });

  test("an interrupted makeDatabases leaves nothing half made under a final name, and a second run goes on", async () => {
    const stop = new AbortController();
    const work = makeDatabases(study, {
      signal: stop.signal,
      report: () => {
        if (existsSync(path("DB_train_w32_1.binaryproto"))) stop.abort();
      },
    });
    await expect(work).rejects.toMatchObject({ code: "Interrupted" });
    expect(leftovers(study.directory)).toEqual([]);
    expect(Object.keys(readManifest(study.directory).databases)).toEqual(["1"]);
    const { folds } = await makeDatabases(study);
    expect(folds.map((fold) => fold.made)).toEqual([false, true, true]);
    expect(await contentOf(study.directory)).toEqual(reference);
  });

  test.each(["missing", "broken"])("a %s patch stops before anything is replaced", async (kind) => {
    await makeDatabases(study);
    const { file } = readPatchList(path("test_w32_3.txt"))[4];
    if (kind === "missing") rmSync(path(`subs/${file}`));
    else writeFileSync(path(`subs/${file}`), readFileSync(path(`subs/${file}`)).subarray(0, 200));
    await expect(makeDatabases(study, { seed: 2 })).rejects.toThrow(
      kind === "missing" ? `line ` : `${file}: found a file that can't be decoded, expected`,
    );
    expect(await contentOf(study.directory)).toEqual(reference);
    expect((await makeDatabases(study)).folds.every((fold) => !fold.made)).toBe(true);
  });

  test("makeDatabases refuses to replace a database that someone reads", async () => {
    await makeDatabases(study, { fold: 1 });
    const store = await openPatchStore(path("DB_train_1"));
    await expect(makeDatabases(study, { fold: 1, seed: 2 })).rejects.toMatchObject({ code: "Locked" });
    expect((await firstPatches(store, 4)).count).toBe(4);
    await store.close();
  });

  test("makeDatabases refuses a fold with a patient on both sides", async () => {
    const [{ file }] = readPatchList(path("test_w32_2.txt"));
    writeFileSync(path("train_w32_2.txt"), `${readFileSync(path("train_w32_2.txt"), "utf8")}${file}\t0\n`);
    await expect(makeDatabases(study)).rejects.toMatchObject({ code: "Leakage" });
    expect(existsSync(path("DB_train_1"))).toBe(false);
  });

  test("makeDatabases names the step to run when lists are missing, older than the patches, or not made yet", async () => {
    rmSync(path("test_w32_1.txt"));
    await expect(makeDatabases(study)).rejects.toThrow("run 'histobook folds STUDY' first");
    await makePatches(study, { perImage: 5 });
    await expect(makeDatabases(study)).rejects.toThrow("lists made from other patches");
    const fresh = openStudy(await createSample(join(newFolder(), "study")));
    await expect(makeDatabases(fresh)).rejects.toThrow("run 'histobook patches STUDY' first");
  });

  test.each([0, 4, 1.5])("makeDatabases refuses fold %d of three", async (fold) => {
    await expect(makeDatabases(study, { fold })).rejects.toMatchObject({ code: "BadOption" });
  });
});

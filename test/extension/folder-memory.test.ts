import type { Contents } from "@jupyterlab/services";
import { beforeEach, expect, test } from "vitest";
import { FolderMemory } from "../../jupyter-ext/src/application/folder-memory.js";
import { findStudies, readStudy } from "../../jupyter-ext/src/application/study-reader.js";
import { emptyManifest } from "../../kernel-lib/src/study/browser.js";

/** Files by path, and when each folder or file was changed last. */
const files = new Map<string, string>();
const changed = new Map<string, number>();
let clock = 0;
let asked: string[] = [];

/** Puts a file in place as histobook does, which changes its folder. */
function put(path: string, content = ""): void {
  files.set(path, content);
  changed.set(path, ++clock);
  changed.set(parentOf(path), clock);
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

function model(path: string): Contents.IModel {
  const type = files.has(path) ? "file" : "directory";
  const last_modified = String(changed.get(path) ?? 0);
  return { name: path.split("/").at(-1)!, path, type, size: 1, last_modified } as Contents.IModel;
}

function entriesOf(path: string): Contents.IModel[] {
  const below = path === "" ? "" : `${path}/`;
  const names = [...files.keys()]
    .filter((file) => file.startsWith(below))
    .map((file) => file.slice(below.length).split("/")[0]);
  return [...new Set(names)].map((name) => model(below + name));
}

const contents = {
  get: (path: string, { content, type }: Contents.IFetchOptions) => {
    asked.push(content === false ? `${path}?` : path);
    if (content === false) return Promise.resolve(model(path));
    return Promise.resolve({
      ...model(path),
      content: type === "file" ? files.get(path) : entriesOf(path),
    });
  },
} as unknown as Contents.IManager;

beforeEach(() => {
  files.clear();
  changed.clear();
  asked = [];
  put("study/histobook.json", JSON.stringify(emptyManifest));
  for (let i = 1; i <= 3; i++) put(`study/images/P${i}_1.tif`);
  for (let fold = 1; fold <= 2; fold++) put(`study/out/${fold}/P${fold}_1_prob.png`);
  put("study/subs/P1_1_0_e_1_0.png");
});

/** What a look asks the server for: lists by their folder, single folders with "?". */
async function look(memory: FolderMemory, folder = ""): Promise<string[]> {
  asked = [];
  const [study] = await findStudies(memory, folder);
  await readStudy(memory, study);
  return asked.sort();
}

test("a second look lists the folders that hold folders, and those alone that have changed", async () => {
  const memory = new FolderMemory(contents);
  expect(await look(memory)).toContain("study/images");
  const each = ["", "study", "study/out"];
  expect(await look(memory)).toEqual(each);
  put("study/out/2/P3_1_prob.png");
  expect(await look(memory)).toEqual([...each, "study/out/2"]);
  put("study/images/P4_1.tif");
  expect(await look(memory)).toEqual(["", "study", "study/images", "study/out"]);
  put("study/histobook.json", JSON.stringify({ ...emptyManifest, scale: 0.5 }));
  expect(await look(memory)).toEqual(["", "study", "study", "study/histobook.json", "study/out"]);
  expect(await look(memory)).toEqual(each);
  expect(asked).not.toContain("study/subs");
});

test("of a folder with far more files than folders, the folders are asked for one by one", async () => {
  for (let i = 0; i < 200; i++) put(`notes-${i}.txt`);
  const memory = new FolderMemory(contents);
  await look(memory);
  const [own, ...others] = await look(memory);
  expect([own, ...others.slice(-1)]).toEqual(["?", "study?"]);
  put("study/DB_train_1/CURRENT");
  expect(await look(memory)).toContain("study/DB_train_1");
  // A new file in it: only then the long list is read again.
  put("notes-200.txt");
  expect(await look(memory)).toContain("");
});

test("a folder that has become a study is found", async () => {
  put("other/readme.txt");
  const memory = new FolderMemory(contents);
  expect(await findStudies(memory, "")).toEqual(["study"]);
  put("other/histobook.json", "{}");
  expect(await findStudies(memory, "")).toEqual(["study", "other"]);
  expect(await findStudies(memory, "other")).toEqual(["other"]);
});

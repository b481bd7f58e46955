/**
 * The notebooks as they are committed, and each of them run alone in both kernels: the first steps as they are, the others with
 * numbers small enough for a test. What they show is compared with the committed outputs.
 */
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exerciseNames } from "histobook";
import { checkPayload, viewMimeType, type DrawnViewName } from "histobook/payloads";
import { compareNotebooks } from "../../scripts/notebooks/compare.mjs";
import { settleNotebook } from "../../scripts/notebooks/settle.mjs";
import { chooseEnvironment, environmentVariables } from "../../scripts/setup/python-environment.mjs";
import {
  committed,
  folder,
  joined,
  names,
  notebooks,
  prepared,
  read,
  root,
  type Notebook,
} from "./lessons.js";

test("there are six notebooks, one a step after the first", () => {
  expect(
    readdirSync(folder)
      .filter((file) => file.endsWith(".ipynb"))
      .sort(),
  ).toEqual(names.map((name) => `${name}.ipynb`));
});

describe.each(names)("%s as committed", (name) => {
  const notebook = committed(name);
  const texts = notebook.cells
    .filter(({ cell_type }) => cell_type === "markdown")
    .map(({ source }) => joined(source));

  test("is of nbformat 4.5, names the tslab kernel, and gives each cell an id of its own", () => {
    expect([notebook.nbformat, notebook.nbformat_minor]).toEqual([4, 5]);
    expect(notebook.metadata.kernelspec).toEqual({
      name: "tslab",
      display_name: "TypeScript",
      language: "typescript",
    });
    expect(new Set(notebook.cells.map(({ id }) => id)).size).toBe(notebook.cells.length);
  });

  const code = notebook.cells.filter(({ cell_type }) => cell_type === "code");

  test("has one cell of parameters and short cells of code", () => {
    expect(code.filter(({ metadata }) => metadata.tags?.includes("parameters"))).toHaveLength(1);
    for (const { source } of code) expect(joined(source).split("\n").length).toBeLessThanOrEqual(8);
  });

  test("was executed from its first cell to its last, and what it shows is light and tells of no machine", async () => {
    expect(code.map(({ execution_count }) => execution_count)).toEqual(code.map((_, i) => i + 1));
    const outputs = code.flatMap((cell) => cell.outputs ?? []);
    expect(
      outputs.filter(({ output_type, name: stream }) => output_type === "error" || stream === "stderr"),
    ).toEqual([]);
    expect(outputs.some(({ data }) => joined(data?.["text/html"]).includes('src="data:image/'))).toBe(true);
    const text = readFileSync(join(folder, `${name}.ipynb`), "utf8");
    expect(text.length).toBeLessThan(450_000);
    expect(text).not.toMatch(
      /"\/(tmp|home|root|work|Users|var)\/|[^\w/.](tmp|home|root|work|Users)\/[\w-]+\//,
    );
    expect(text).toBe(`${JSON.stringify(await settleNotebook(notebook), null, 1)}\n`);
  });

  test("asks three questions at least, none of which it answers", () => {
    const sources = code.map(({ source }) => joined(source)).join("\n");
    const asked = [...sources.matchAll(/= exercise\("([^"]+)", study\);/g)].map(([, exercise]) => exercise);
    expect(asked.length).toBeGreaterThanOrEqual(3);
    expect(asked.filter((exercise) => !(exerciseNames as string[]).includes(exercise))).toEqual([]);
    expect(sources.match(/\.answer\(\)\)/g)).toHaveLength(asked.length);
    expect(sources).not.toContain(".reveal(");
  });

  test("has the same parts as the others and names its sources", () => {
    const all = texts.join("\n");
    for (const part of ["**The question.**", "## What can go wrong", "## Where to go on"])
      expect(all).toContain(part);
    expect(all).toMatch(/^## How .*(done|did)/m);
    expect(all).toContain("J Pathol Inform 2016;7:29");
    expect(all).toContain("andrewjanowczyk.com/use-case-2-epithelium-segmentation");
  });

  test("links only to what is there", () => {
    const links = [...texts.join("\n").matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link);
    const local = links.filter((link) => !/^https?:/.test(link));
    expect(local.length).toBeGreaterThan(0);
    expect(local.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
  });
});

test("between them they ask every exercise of the library, and use every view that is drawn in a notebook", () => {
  const all = names.map((name) => readFileSync(join(folder, `${name}.ipynb`), "utf8")).join("\n");
  expect(exerciseNames.filter((name) => !all.includes(`exercise(\\"${name}\\", study)`))).toEqual([]);
  expect(new Set(names.flatMap((name) => notebooks[name].views)).size).toBe(8);
});

describe.each(names)("%s, run alone,", (name) => {
  const { views, asItIs } = notebooks[name];
  let home: string;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "histobook-notebooks-"));
    symlinkSync(join(root, "node_modules"), join(home, "node_modules"), "dir");
  });

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** The notebook as it ran in a kernel, with nothing of an earlier run. */
  async function run(kernel: "tslab" | "histobook"): Promise<Notebook> {
    for (const study of readdirSync(home).filter((file) => file.startsWith("study")))
      rmSync(join(home, study), { recursive: true });
    const source = join(home, `${name}.ipynb`);
    writeFileSync(source, JSON.stringify(prepared(name, kernel)));
    const environment = chooseEnvironment();
    const program = join(root, "scripts", "notebooks", "execute.py");
    const executed = join(home, `${kernel}.ipynb`);
    await promisify(execFile)(
      environment.python,
      [program, source, executed, join(home, "report.html"), "1200"],
      { env: { ...environmentVariables(environment), HISTOBOOK_STUDY: undefined } },
    );
    return read(executed);
  }

  test.each([
    ["a stock tslab kernel", "tslab"],
    ["the kernel TypeScript (histobook)", "histobook"],
  ] as const)(
    "reaches its end in %s, and shows what is committed",
    async (_, kernel) => {
      const executed = await run(kernel);
      await expectOutputs(executed, views);
      const settled = await settleNotebook(executed, { home });
      expect(await compareNotebooks(committed(name), settled, { figures: asItIs ? "exact" : "any" })).toEqual(
        [],
      );
    },
    1_800_000,
  );
});

/** No error; pictures that are whole; payloads that the extension takes, each with a still form beside it; nothing heavy. */
async function expectOutputs({ cells }: Notebook, views: readonly DrawnViewName[]): Promise<void> {
  const outputs = cells.flatMap((cell) => cell.outputs ?? []);
  expect(outputs.filter((output) => output.output_type === "error" || output.name === "stderr")).toEqual([]);
  const displays = outputs.flatMap(({ data }) => (data ? [data] : []));
  const pictures: Buffer[] = [];
  const seen = new Set<string>();
  for (const data of displays) {
    expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(1_000_000);
    if (data["image/svg+xml"] !== undefined) pictures.push(Buffer.from(joined(data["image/svg+xml"])));
    for (const [, base64] of joined(data["text/html"]).matchAll(/src="data:image\/png;base64,([^"]+)"/g))
      pictures.push(Buffer.from(base64, "base64"));
    for (const view of drawnViews) {
      const payload = data[viewMimeType(view)];
      if (payload === undefined) continue;
      seen.add(view);
      expect(checkPayload(view, payload)).toMatchObject({ ok: true });
      expect("text/html" in data || "image/svg+xml" in data).toBe(true);
      // Of a curve that was drawn while its cell ran, the last state is what stays.
      if (view === "training-curve") expect(payload).toMatchObject({ state: "finished" });
    }
  }
  expect([...seen].sort()).toEqual([...views].sort());
  expect(pictures.length).toBeGreaterThan(0);
  for (const picture of pictures) expect((await sharp(picture).stats()).channels.length).toBeGreaterThan(0);
}

const drawnViews: readonly DrawnViewName[] = [...new Set(names.flatMap((name) => notebooks[name].views))];

/** The notebooks as they are committed, and each of them run alone, with numbers small enough for a test. */
import { execFile } from "node:child_process";
import {
  mkdirSync,
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
import { checkPayload, viewMimeType } from "histobook/payloads";
import { chooseEnvironment, environmentVariables } from "../../scripts/setup/python-environment.mjs";

const root = join(__dirname, "..", "..");
const folder = join(root, "notebooks");
const names = [
  "0-start-here",
  "1-patch-extraction",
  "2-cross-validation",
  "3-databases",
  "4-training",
  "5-output",
];

interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
}

interface Cell {
  cell_type: "code" | "markdown";
  id: string;
  metadata: { tags?: string[] };
  source: string | string[];
  outputs?: Output[];
  execution_count?: number | null;
}

interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: { kernelspec: Record<string, string> };
  cells: Cell[];
}

function read(path: string): Notebook {
  return JSON.parse(readFileSync(path, "utf8")) as Notebook;
}

/** nbformat keeps text as lines or as one string. */
function joined(text: unknown): string {
  return Array.isArray(text) ? text.join("") : String(text);
}

test("there are six notebooks, one a step after the first", () => {
  expect(
    readdirSync(folder)
      .filter((file) => file.endsWith(".ipynb"))
      .sort(),
  ).toEqual(names.map((name) => `${name}.ipynb`));
});

describe.each(names)("%s as committed", (name) => {
  const notebook = read(join(folder, `${name}.ipynb`));
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

  test("has no outputs, one cell of parameters and short cells of code", () => {
    const code = notebook.cells.filter(({ cell_type }) => cell_type === "code");
    expect(
      code.every(({ outputs, execution_count }) => outputs?.length === 0 && execution_count === null),
    ).toBe(true);
    expect(code.filter(({ metadata }) => metadata.tags?.includes("parameters"))).toHaveLength(1);
    for (const { source } of code) expect(joined(source).split("\n").length).toBeLessThanOrEqual(8);
  });

  test("has the same parts as the others and names its sources", () => {
    const all = texts.join("\n");
    for (const part of ["**The question.**", "## What can go wrong", "## Where to go on"])
      expect(all).toContain(part);
    expect(all).toMatch(/^## How .*(done|did)/m);
    expect(all).toContain("J Pathol Inform 2016;7:29");
    expect(all).toContain("andrewjanowczyk.com/use-case-2-epithelium-segmentation");
  });

  test("links only to notebooks that are there", () => {
    const links = [...texts.join("\n").matchAll(/\]\(([^)]+\.ipynb)\)/g)].map(([, link]) => link);
    expect(links.filter((link) => !names.includes(link.replace(".ipynb", "")))).toEqual([]);
  });
});

describe("run alone in a stock tslab kernel", () => {
  let home: string;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "histobook-notebooks-"));
    symlinkSync(join(root, "node_modules"), join(home, "node_modules"), "dir");
  });

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** The committed notebook with a preset that takes seconds; everything else as the reader runs it. */
  function quickened(name: string): Notebook {
    const notebook = read(join(folder, `${name}.ipynb`));
    const parameters = notebook.cells.find(({ metadata }) => metadata.tags?.includes("parameters"))!;
    const source = joined(parameters.source);
    parameters.source = source.replace(
      /^const preset = presets\.quick;.*$/m,
      `const preset = {
  ...presets.quick,
  patches: { perImage: 6 },
  training: { iterations: 10, batch: 16, snapshotEvery: 10, learningRate: 0.001 },
  output: { stride: 28 },
};`,
    );
    expect(parameters.source).not.toBe(source);
    return notebook;
  }

  async function run(name: string): Promise<Output[]> {
    const own = join(home, name);
    mkdirSync(own);
    const source = join(own, `${name}.ipynb`);
    writeFileSync(source, JSON.stringify(quickened(name)));
    const environment = chooseEnvironment();
    const program = join(root, "scripts", "notebooks", "execute.py");
    const executed = join(own, "executed.ipynb");
    await promisify(execFile)(
      environment.python,
      [program, source, executed, join(own, "report.html"), "600"],
      {
        env: { ...environmentVariables(environment), HISTOBOOK_STUDY: join(own, "study") },
      },
    );
    return read(executed).cells.flatMap(({ outputs = [] }) => outputs);
  }

  test.each(names)(
    "%s reaches its end without an error and shows pictures of less than 1 MB a display",
    async (name) => {
      const outputs = await run(name);
      expect(outputs.filter((output) => output.output_type === "error" || output.name === "stderr")).toEqual(
        [],
      );
      const displays = outputs.flatMap(({ data }) => (data ? [data] : []));
      for (const data of displays) expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(1_000_000);
      const pictures = displays.flatMap((data) => [
        ...(data["image/svg+xml"] === undefined ? [] : [Buffer.from(joined(data["image/svg+xml"]))]),
        ...[...joined(data["text/html"]).matchAll(/src="data:image\/png;base64,([^"]+)"/g)].map(
          ([, base64]) => Buffer.from(base64, "base64"),
        ),
      ]);
      expect(pictures.length).toBeGreaterThan(0);
      for (const picture of pictures)
        expect((await sharp(picture).stats()).channels.length).toBeGreaterThan(0);
      const mime = viewMimeType("probability-map");
      const payloads = displays.flatMap((data) => (mime in data ? [data] : []));
      expect(payloads.length > 0).toBe(["0-start-here", "5-output"].includes(name));
      for (const data of payloads) {
        // The whole bundle travels in one message: the extension's payload, markup and text.
        expect(Object.keys(data).sort()).toEqual([mime, "text/html", "text/plain"]);
        expect(checkPayload("probability-map", data[mime])).toMatchObject({ ok: true });
      }
      // Of a curve that was drawn while its cell ran, the last state is what stays.
      const curve = viewMimeType("training-curve");
      const curves = displays.flatMap((data) =>
        curve in data ? [checkPayload("training-curve", data[curve])] : [],
      );
      expect(curves.map((check) => check.ok && check.payload.state)).toEqual(
        ["0-start-here", "4-training"].includes(name) ? ["finished"] : [],
      );
    },
    900_000,
  );
});

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { executeNotebooks } from "../../scripts/notebooks/execute.mjs";
import { chooseEnvironment } from "../../scripts/setup/python-environment.mjs";

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "histobook-notebooks-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A notebook of the set-up's kernel with these code cells. */
function write(name, ...sources) {
  const cells = sources.map((source, i) => {
    return { cell_type: "code", id: `cell-${i}`, metadata: {}, source, outputs: [], execution_count: null };
  });
  const kernelspec = { name: "tslab", display_name: "TypeScript", language: "typescript" };
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells };
  writeFileSync(join(folder, `${name}.ipynb`), JSON.stringify(notebook));
}

const executed = (name) => readFileSync(join(folder, "executed", name), "utf8");

/** Executes the folder's notebooks; the exit status and what was printed. */
async function execute(options) {
  let printed = "";
  const print = (text) => {
    printed += text;
  };
  return { status: await executeNotebooks(chooseEnvironment(), { folder, print, ...options }), printed };
}

it("leaves executed copies, a report each and an index when every cell runs", async () => {
  write(
    "0-first",
    "const answer: number = 6 * 7;",
    'import { display } from "tslab";\ndisplay.html(`<b>${answer}</b>`);',
  );
  const { status, printed } = await execute();
  expect(status).toBe(0);
  expect(printed).toContain("cell 1 of 2: const answer");
  expect(executed("0-first.ipynb")).toContain("<b>42</b>");
  expect(executed("0-first.html")).toContain("<b>42</b>");
  expect(executed("index.html")).toMatch(/0-first\.html.*ran/);
  expect(existsSync(join(folder, "executed", "0-first.html.new"))).toBe(false);
});

it("ends with status 1, stops that notebook and runs the next when a cell fails or does not compile", async () => {
  write("1-throws", 'throw new Error("deliberate");', 'console.log("never");');
  write("2-types", 'const count: number = "many";');
  const { status, printed } = await execute();
  expect(status).toBe(1);
  expect(printed).toContain("0 of 2 notebooks ran to their end");
  expect(executed("1-throws.ipynb")).toContain("Error: deliberate");
  expect(JSON.parse(executed("1-throws.ipynb")).cells[1].outputs).toEqual([]);
  expect(executed("index.html")).toMatch(/1-throws.*failed[\s\S]*2-types.*failed[\s\S]*not assignable/);
});

it("says so when a notebook of that name is not there", async () => {
  write("0-first", "1");
  await expect(execute({ names: ["9-last"] })).rejects.toThrow(/found none of 9-last/);
});

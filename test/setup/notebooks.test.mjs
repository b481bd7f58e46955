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

it("leaves executed copies, a report each and an index when every cell runs", async () => {
  write(
    "0-first",
    "const answer: number = 6 * 7;",
    'import { display } from "tslab";\ndisplay.html(`<b>${answer}</b>`);',
  );
  expect(await executeNotebooks(chooseEnvironment(), { folder })).toBe(0);
  expect(executed("0-first.ipynb")).toContain("<b>42</b>");
  expect(executed("0-first.html")).toContain("<b>42</b>");
  expect(executed("index.html")).toMatch(/0-first\.html.*ran/);
  expect(existsSync(join(folder, "executed", "0-first.html.new"))).toBe(false);
});

it("ends with status 1, stops that notebook and runs the next when a cell fails", async () => {
  write("1-bad", 'throw new Error("deliberate");', 'console.log("never");');
  write("2-good", 'console.log("reached");');
  expect(await executeNotebooks(chooseEnvironment(), { folder })).toBe(1);
  expect(executed("1-bad.ipynb")).toContain("Error: deliberate");
  expect(JSON.parse(executed("1-bad.ipynb")).cells[1].outputs).toEqual([]);
  expect(executed("2-good.ipynb")).toContain("reached");
  expect(executed("index.html")).toMatch(/1-bad.*failed[\s\S]*2-good.*ran/);
});

it("ends with status 1 when a cell does not compile", async () => {
  write("0-types", 'const count: number = "many";');
  expect(await executeNotebooks(chooseEnvironment(), { folder, names: ["0-types"] })).toBe(1);
  expect(executed("index.html")).toContain("not assignable");
});

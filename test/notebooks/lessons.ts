/** The six notebooks as the tests of this folder take them: what each shows, and how one is made short enough for a test. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DrawnViewName } from "histobook/payloads";
import { withoutOutputs } from "../../scripts/notebooks/settle.mjs";

export const root = join(__dirname, "..", "..");
export const folder = join(root, "notebooks");

export interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
}

export interface Cell {
  cell_type: "code" | "markdown";
  id: string;
  metadata: { tags?: string[] };
  source: string | string[];
  outputs?: Output[];
  execution_count?: number | null;
}

export interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: { kernelspec: { name: string; display_name: string; language: string } };
  cells: Cell[];
}

/** By notebook: the extension's views that it uses, and whether a test has the time to run it as it is. */
export const notebooks: Record<string, { views: DrawnViewName[]; asItIs: boolean }> = {
  "0-start-here": { views: ["cases", "patch-grid", "training-curve", "probability-map"], asItIs: false },
  "1-patch-extraction": { views: ["patch-grid"], asItIs: true },
  "2-cross-validation": { views: ["cases", "fold-summary"], asItIs: true },
  "3-databases": { views: ["database-summary"], asItIs: true },
  "4-training": { views: ["network", "training-curve"], asItIs: false },
  "5-output": { views: ["patch-grid", "probability-map", "evaluation"], asItIs: false },
};
export const names = Object.keys(notebooks);

export function read(path: string): Notebook {
  return JSON.parse(readFileSync(path, "utf8")) as Notebook;
}

export const committed = (name: string): Notebook => read(join(folder, `${name}.ipynb`));

/** nbformat keeps text as lines or as one string. */
export function joined(text: unknown): string {
  return Array.isArray(text) ? text.join("") : String(text);
}

/** A committed notebook for a run in a test: with nothing of an earlier run, and a preset that takes seconds where it trains. */
export function prepared(name: string, kernel: string): Notebook {
  const notebook = withoutOutputs(committed(name));
  notebook.metadata.kernelspec.name = kernel;
  if (notebooks[name].asItIs) return notebook;
  const parameters = notebook.cells.find(({ metadata }) => metadata.tags?.includes("parameters"))!;
  const source = joined(parameters.source);
  parameters.source = source.replace(
    /^const preset = "quick";.*$/m,
    `const preset = {
  patches: { perImage: 12 },
  training: { iterations: 10, batch: 16, snapshotEvery: 10, newNetwork: "batch-norm" as const },
  output: { stride: 28 },
};`,
  );
  if (parameters.source === source)
    throw new Error(`${name}: found no preset, expected one among the parameters`);
  return notebook;
}

// Executes notebooks, each alone in a new study, and writes what they showed into the committed files.
import { mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modules, repository } from "../setup/paths.mjs";
import { executeNotebooks } from "./execute.mjs";
import { settleNotebook, withoutOutputs } from "./settle.mjs";

/** Where the committed notebooks lie. */
export const notebooksFolder = join(repository, "notebooks");

export const readNotebook = (path) => JSON.parse(readFileSync(path, "utf8"));
export const notebookText = (notebook) => `${JSON.stringify(notebook, null, 1)}\n`;

/**
 * @param environment of the set-up
 * @param {string[]} names without their ending
 * @param {{print?: (text: string) => void}} options
 * @returns the exit status: 1 where a cell failed, and then that notebook stays as it was
 */
export async function commitOutputs(
  environment,
  names,
  { print = (text) => process.stdout.write(text) } = {},
) {
  let status = 0;
  for (const name of names) {
    const home = mkdtempSync(join(tmpdir(), "histobook-notebook-"));
    try {
      symlinkSync(modules, join(home, "node_modules"), "dir");
      const folder = join(home, "notebooks");
      mkdirSync(folder);
      const path = join(notebooksFolder, `${name}.ipynb`);
      writeFileSync(join(folder, `${name}.ipynb`), notebookText(withoutOutputs(readNotebook(path))));
      if ((await executeNotebooks(environment, { folder, print })) !== 0) {
        status = 1;
        continue;
      }
      const executed = readNotebook(join(folder, "executed", `${name}.ipynb`));
      writeFileSync(path, notebookText(await settleNotebook(executed, { home: folder })));
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }
  return status;
}

// Runs the notebooks in order without a browser; leaves executed copies, an HTML report of each, and an index.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { SetupFailure } from "../setup/failure.mjs";
import { repository } from "../setup/paths.mjs";
import { environmentVariables } from "../setup/python-environment.mjs";

const program = join(import.meta.dirname, "execute.py");
const secondsACell = 1800;

const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** The page that leads to the reports. */
export function indexPage(results) {
  const rows = results.map(({ name, html, ok, seconds, complaint }) => {
    const outcome = ok ? "ran" : `failed<pre>${escape(complaint)}</pre>`;
    return `<tr><td><a href="${encodeURIComponent(html)}">${escape(name)}</a></td><td>${outcome}</td><td>${seconds} s</td></tr>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The executed notebooks</title>
<style>body { font-family: sans-serif; margin: 2em } td { padding: .2em 1em; vertical-align: top }</style>
<h1>The executed notebooks</h1>
<table>
${rows.join("\n")}
</table>
</html>
`;
}

function executeOne(environment, notebook, folder, print) {
  const name = basename(notebook, ".ipynb");
  const html = `${name}.html`;
  const start = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(
      environment.python,
      [program, notebook, join(folder, `${name}.ipynb`), join(folder, html), String(secondsACell)],
      { env: environmentVariables(environment), stdio: ["ignore", "pipe", "pipe"] },
    );
    child.stdout.setEncoding("utf8").on("data", print);
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (data) => {
      complaint += data;
    });
    const end = () => child.kill("SIGTERM");
    process.once("SIGINT", end).once("SIGTERM", end);
    child.once("error", reject);
    child.once("close", (status) => {
      process.off("SIGINT", end).off("SIGTERM", end);
      const seconds = Math.round((Date.now() - start) / 1000);
      resolve({ name, html, ok: status === 0, seconds, complaint: complaint.trim() });
    });
  });
}

/**
 * Executes notebooks in the order of their names.
 *
 * @param {{folder?: string, names?: string[], print?: (text: string) => void}} options folder: where they lie;
 *   names: these alone ("1-patches"); print: takes the progress
 * @returns the exit status: 1 where a cell failed
 */
export async function executeNotebooks(
  environment,
  { folder = join(repository, "notebooks"), names, print = (text) => process.stdout.write(text) } = {},
) {
  const wanted = names?.map((name) => basename(name, ".ipynb"));
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".ipynb") && (!wanted || wanted.includes(basename(file, ".ipynb"))))
    .sort();
  if (files.length === 0) {
    throw new SetupFailure({
      subject: relative(repository, folder) || folder,
      found: wanted ? `none of ${wanted.join(", ")}` : "no notebooks",
      expected: "notebooks to execute",
      fix: wanted ? "name them as their files are named" : "run: git checkout notebooks",
    });
  }
  const executed = join(folder, "executed");
  mkdirSync(executed, { recursive: true });
  const results = [];
  for (const file of files) {
    print(`${file}\n`);
    const result = await executeOne(environment, join(folder, file), executed, print);
    print(result.ok ? `  ran in ${result.seconds} s\n` : `  FAILED: ${result.complaint}\n`);
    results.push(result);
    writeFileSync(join(executed, "index.html"), indexPage(results));
  }
  const failed = results.filter(({ ok }) => !ok);
  print(`${results.length - failed.length} of ${results.length} notebooks ran to their end. `);
  print(`Reports: ${relative(process.cwd(), join(executed, "index.html"))}\n`);
  return failed.length > 0 ? 1 : 0;
}

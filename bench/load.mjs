/**
 * Twelve kernels at once in one real Jupyter server, one of them interrupted and one restarted; and JupyterLab's study panel on a study
 * of 1,000 images and 1,000,000 patches.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { kernelsAtOnce } from "../scripts/jupyter/kernels-at-once.mjs";
import { testPython } from "../scripts/test-python.mjs";
import { writeLargeStudy } from "./load-study.mjs";
import { rounded } from "./timing.mjs";

export const title = "Load";
export const document = "reliability.md";
/** It makes a study of a million files first. */
export const onlyByName = true;

export const options = {
  kernels: { type: "string", default: "12" },
  // Kept for the next time; outside of the repository, where no other tool walks through a million files.
  folder: { type: "string", default: join(tmpdir(), "histobook-load-study") },
};

export async function rows(log, values) {
  return [await kernels(Number(values.kernels), log), await panelOnLargeStudy(values.folder, log)];
}

async function kernels(count, log) {
  const folder = mkdtempSync(join(tmpdir(), "histobook-load-"));
  try {
    const { milliseconds, startSeconds, lost, bytes } = await kernelsAtOnce(
      await testPython(),
      folder,
      count,
    );
    log(`load: ${count} kernels, ${lost} of them harmed`);
    return {
      name: "kernels",
      ...{ kernels: count, lost, startSeconds: rounded(startSeconds), cells: milliseconds.length, bytes },
      ...{ median: rounded(milliseconds[milliseconds.length >> 1]), worst: rounded(milliseconds.at(-1)) },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function panelOnLargeStudy(folder, log) {
  const study = join(folder, "study");
  if (!existsSync(study)) {
    log("load: making a study of 1,000 images and 1,000,000 patches, a minute or more ...");
    mkdirSync(folder, { recursive: true });
    rmSync(`${study}.unfinished`, { recursive: true, force: true });
    await writeLargeStudy(`${study}.unfinished`);
    renameSync(`${study}.unfinished`, study);
  }
  log("load: JupyterLab and Chromium ...");
  const results = mkdtempSync(join(tmpdir(), "histobook-load-"));
  try {
    const file = join(results, "panel.json");
    const root = join(import.meta.dirname, "..");
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
    const env = { ...process.env, HISTOBOOK_LOAD: file, HISTOBOOK_LOAD_STUDY: study };
    const config = join("test", "extension-load", "vitest.config.mts");
    await promisify(execFile)(process.execPath, [vitest, "run", "--config", config], { cwd: root, env });
    const { requests, ...panel } = JSON.parse(readFileSync(file, "utf8"));
    const milliseconds = panel.milliseconds.toSorted((one, other) => one - other);
    return {
      name: "panel",
      ...{ best: rounded(milliseconds[0]), median: rounded(milliseconds[milliseconds.length >> 1]) },
      ...{ worst: rounded(milliseconds.at(-1)), times: milliseconds.length, requests },
    };
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

export function table([kernels, panel]) {
  return [
    "| what | how often | lost | measured |",
    "| --- | ---: | ---: | --- |",
    `| kernels started at once in one Jupyter server | ${kernels.kernels} | ${kernels.lost} | ${kernels.startSeconds} s until each had run a cell; ${(kernels.bytes / 1e9).toFixed(1)} GB in all |`,
    `| cells run by the others, while one kernel was interrupted in an endless loop and one restarted | ${kernels.cells} | 0 | ${kernels.median} ms (median), ${kernels.worst} ms (worst) |`,
    `| Refresh of the study panel, 1,000 images and 1,000,000 patches | ${panel.times} | 0 | ${panel.best} ms (best), ${panel.median} ms (median), ${panel.worst} ms (worst), ${panel.requests} questions to the server |`,
    "",
    "A kernel counts as lost when it does not answer or has lost a variable that it had set (the restarted one must have lost it). The panel is" +
      " measured in JupyterLab and Chromium, from the click until it is drawn; the first look at a study, which lists every folder" +
      " but the patches', takes longer. The machine was busy with other work.",
  ].join("\n");
}

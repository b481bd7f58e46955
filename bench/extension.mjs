/**
 * What the extension asks of the page's main thread while a user scrolls the patch grid or moves a map's threshold, in the
 * real JupyterLab and Chromium, from the browser's own trace. There is no peer: a frame at 60 a second leaves 16 ms.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rounded } from "./timing.mjs";

export const title = "The extension";

/** Milliseconds of a frame. */
const limit = 16;

export function rows(log) {
  const root = join(import.meta.dirname, "..");
  const folder = mkdtempSync(join(tmpdir(), "histobook-bench-"));
  try {
    const file = join(folder, "frames.jsonl");
    log("extension: JupyterLab and Chromium, some minutes ...");
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [vitest, "run", "--config", "test/extension-frames/vitest.config.mts"],
      { cwd: root, encoding: "utf8", env: { ...process.env, HISTOBOOK_FRAMES: file } },
    );
    if (status !== 0) throw new Error(`bench: the measurement failed:\n${stdout}${stderr}`);
    return readFileSync(file, "utf8").trim().split("\n").map(row);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(line) {
  const { name, work, seconds } = JSON.parse(line);
  const sorted = work.toSorted((one, other) => one - other);
  const at = (share) => rounded(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
  return {
    name,
    peer: `limit of ${limit} ms`,
    unit: "ms of the main thread a frame, 95th percentile",
    ours: at(0.95),
    theirs: limit,
    ratio: rounded(limit / at(0.95)),
    median: at(0.5),
    worst: at(1),
    frames: work.length,
    framesASecond: rounded(work.length / seconds),
  };
}

export function table(rows) {
  return [
    "| scene | frames | median, ms | 95th percentile, ms | worst, ms | limit, ms | frames a second |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows.map(
      ({ name, frames, median, ours, worst, theirs, framesASecond }) =>
        `| ${name} | ${frames} | ${median} | ${ours} | ${worst} | ${theirs} | ${framesASecond} |`,
    ),
    "",
    "The main thread's work in a frame: all tasks of the page's main thread between one animation frame and the next, by" +
      " Chromium's trace; scripts, layout, painting and what JupyterLab does meanwhile. One step a frame; of 5 rounds the one" +
      " with the least work. Chromium paints in software here, so that the frames a second are those of a machine without a" +
      " graphics card.",
  ].join("\n");
}

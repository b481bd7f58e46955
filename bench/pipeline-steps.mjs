/**
 * Each step of the quick preset on real images: its time, its speed, its peak memory. One run, no peer: what a reader
 * waits for on such a machine.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createSample, loadEngine } from "histobook";
import { rounded } from "./timing.mjs";

/** The steps in their order, and what each step's speed counts. */
const steps = {
  patches: "patches",
  folds: "folds",
  databases: "records",
  training: "training patches",
  output: "windows",
  evaluation: "images",
};

/** EBHI-Seg's larger subset lies beside the repository on some machines; it is not part of it. */
export const largerSet = join(import.meta.dirname, "..", "..", "shared", "data", "ebhi-seg");

export async function stepRows(scratch, log) {
  const engine = (await loadEngine()).description;
  const sets = [["sample, 20 images", await createSample(join(scratch, "steps-sample"))]];
  if (existsSync(largerSet))
    sets.push(["EBHI-Seg subset, 118 images", await largerStudy(scratch, "steps-ebhi-seg")]);
  else log("pipeline: ../shared/data/ebhi-seg is missing, only the sample is measured");
  return sets.flatMap(([images, directory]) =>
    Object.entries(steps).map(([step, counted]) => {
      const { seconds, peakBytes, amount } = measure(step, directory);
      log(`pipeline ${step}, ${images}: ${seconds.toFixed(1)} s`);
      const row = { name: step, peer: null, unit: `${counted}/s`, ours: rounded(amount / seconds) };
      return {
        ...row,
        theirs: null,
        ratio: null,
        images,
        amount,
        seconds: rounded(seconds),
        peakBytes,
        engine,
      };
    }),
  );
}

function measure(step, directory) {
  const script = join(import.meta.dirname, "pipeline-step.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, step, directory], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`bench: the step ${step} failed: ${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

/** The same kind of images as the sample's, so the same scale. */
export async function largerStudy(scratch, name) {
  const directory = await createSample(join(scratch, name));
  mkdirSync(join(directory, "images"), { recursive: true });
  for (const file of readdirSync(largerSet).filter((name) => /\.(tif|png)$/.test(name))) {
    cpSync(join(largerSet, file), join(directory, "images", file));
  }
  return directory;
}

export function stepTable(rows) {
  const lines = rows.map(({ name, images, amount, seconds, ours, unit, peakBytes }) => {
    const memory = Math.round(peakBytes / 2 ** 20);
    return `| ${name} | ${images} | ${amount} ${unit.replace("/s", "")} | ${seconds} | ${ours} | ${memory} |`;
  });
  return [
    "The quick preset, each step in a process of its own, one run:",
    "",
    "| step | images | made | seconds | a second | peak memory, MiB |",
    "| --- | --- | --- | ---: | ---: | ---: |",
    ...lines,
    "",
    `Engine: ${rows[0].engine}.`,
  ].join("\n");
}

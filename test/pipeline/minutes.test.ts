/** A whole run for a time budget, through the command line, on a part of the sample. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { PipelineResult, RunForecast, TimedPlan } from "../../kernel-lib/dist/pipeline/index.js";
import { createSample, openStudy, readManifest } from "../../kernel-lib/dist/study/index.js";
import { runJson, type JsonEvent } from "../cli/command.js";
import { newFolder } from "../study/pictures.js";

let directory: string;
beforeAll(async () => {
  directory = await createSample(join(newFolder(), "study"));
  const patients = new Set<string>();
  for (const { patient, imagePath, maskPath } of openStudy(directory).cases) {
    if (patients.size < 5 && !patients.has(patient)) patients.add(patient);
    else for (const path of [imagePath, maskPath]) rmSync(path!);
  }
});

const steps = (events: JsonEvent[]) => [
  ...new Set(events.flatMap(({ event, step }) => (event === "progress" ? [String(step)] : []))),
];
const five = (value: number) => Array.from({ length: 5 }, () => value);
const made = () => readdirSync(directory).filter((name) => name !== "histobook.json");

test("a dry run measures, forecasts the preset and the budgets, and leaves nothing", async () => {
  const before = [made(), readManifest(directory)];
  const { status, events, last } = await runJson(["run", directory, "--preset", "quick", "--dry-run"]);
  expect(status).toBe(0);
  expect(steps(events)).toEqual(["plan"]);
  const { whole, budgets, speeds } = last.forecast as RunForecast;
  expect(whole).toMatchObject({ perImage: 200, iterations: 400, stride: 4 });
  for (const seconds of [...Object.values(whole.seconds), ...Object.values({ ...speeds })])
    expect(seconds).toBeGreaterThanOrEqual(0);
  const hour = budgets.find(({ minutes }) => minutes === 60)!.plan;
  for (const { plan } of budgets) {
    expect(plan.iterations).toBeLessThanOrEqual(hour.iterations);
    expect(plan.stride).toBeGreaterThanOrEqual(hour.stride);
  }
  expect([made(), readManifest(directory)]).toEqual(before);
});

test("a budget that is too short, or beside what it decides, costs nothing that is there", async () => {
  const before = [made(), readManifest(directory)];
  const short = await runJson(["run", directory, "--minutes", "0.02"]);
  expect(short.status).toBe(2);
  expect(short.last.message).toMatch(
    /^--minutes: found 0\.02 min, expected at least [\d.]+ min for 5 images and 5 folds here; give more time\.$/,
  );
  const twice = await runJson(["run", directory, "--minutes", "5", "--stride", "2"]);
  expect(twice.status).toBe(2);
  expect(twice.last.message).toMatch(/^--minutes: found 5 beside --stride 2, expected one of them/);
  const there = await runJson(["run", directory, "--minutes", "5", "--on", "slurm", "--dry-run"]);
  expect(there.status).toBe(2);
  expect(there.last.message).toMatch(/^--minutes: found it beside --on/);
  expect([made(), readManifest(directory)]).toEqual(before);
});

test("a run for some minutes does every step as planned, and its command repeats it exactly", async () => {
  // Twice what is needed here, so that the machine's speed decides nothing.
  const { last: short } = await runJson(["run", directory, "--minutes", "0.02"]);
  const minutes = (2 * Number(/at least ([\d.]+) min/.exec(String(short.message))![1])).toFixed(2);
  const first = await runJson(["run", directory, "--minutes", minutes]);
  expect(first.status).toBe(0);
  expect(steps(first.events)[0]).toBe("plan");
  const { training, output, evaluation, plan } = first.last as unknown as PipelineResult;
  const { preset, perImage, iterations, stride } = plan!;
  expect(preset).toBe("quick");
  expect(training.folds.map((fold) => fold.iterations)).toEqual(five(iterations));
  expect(output.images).toHaveLength(5);
  expect(output.images.every(({ probability }) => existsSync(probability))).toBe(true);
  expect(evaluation.images).toHaveLength(5);
  const manifest = readManifest(directory);
  expect(manifest.plan).toEqual(plan);
  expect(manifest.patches!.parameters.perImage).toBe(perImage);
  expect(Object.values(manifest.maps).map((map) => map.stride)).toEqual(five(stride));
  expect(made().filter((name) => name.startsWith("rehearsal"))).toEqual([]);

  const told = first.events.find(({ event, step }) => event === "warning" && step === "plan")!.message;
  // The study's path stands between quotes where it has spaces.
  const words = /: histobook (run .*)$/.exec(told as string)![1].matchAll(/'([^']*)'|(\S+)/g);
  const command = [...words].map(([, quoted, plain]) => quoted ?? plain);
  expect(command.slice(2)).toEqual(
    `--preset quick --per-image ${perImage} --iterations ${iterations} --stride ${stride}`.split(" "),
  );
  const again = await runJson(command);
  const same = again.last as unknown as PipelineResult;
  expect(same.training.folds.every(({ reused }) => reused)).toBe(true);
  expect(same.output.images.every(({ reused }) => reused)).toBe(true);
  expect(same.evaluation).toEqual(evaluation);

  // The same question is answered from what was measured: nothing is made anew.
  const kept = await runJson(["run", directory, "--minutes", minutes]);
  expect(steps(kept.events)).not.toContain("plan");
  expect(kept.last.plan as TimedPlan).toEqual(plan);
  expect((kept.last as unknown as PipelineResult).training.folds.every(({ reused }) => reused)).toBe(true);
}, 600_000);

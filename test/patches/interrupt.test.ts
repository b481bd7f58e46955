import { spawn } from "node:child_process";
import { once } from "node:events";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { isHistobookError, makePatches, openStudy, readManifest } from "histobook";
import { addCase, newStudy, rectangle, tissue } from "../study/pictures.js";

const built = join(__dirname, "../../kernel-lib/dist/index.js");
const options = { scale: 1, perImage: 150, workers: 2 };
const names = ["a_1", "a_2", "b_1", "c_1"];
let undisturbed: Record<string, string>;
let directory: string;

async function studyOfFour(): Promise<string> {
  const study = newStudy();
  for (const [i, name] of names.entries()) {
    await addCase(study, name, tissue(80, 80, i), rectangle(80, 80, [20, 20, 60, 60]));
  }
  return study;
}

/** A fingerprint of every patch, by name. */
function bytesOf(study: string): Record<string, string> {
  const files = readdirSync(join(study, "subs")).sort();
  const hash = (file: string) => createHash("sha256").update(readFileSync(join(study, "subs", file)));
  return Object.fromEntries(files.map((file) => [file, hash(file).digest("hex")]));
}

async function expectWhole(study: string): Promise<void> {
  for (const file of readdirSync(join(study, "subs")).filter((name) => !name.startsWith("."))) {
    const { info } = await sharp(join(study, "subs", file))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([32, 32]);
  }
}

beforeAll(async () => {
  const study = await studyOfFour();
  await makePatches(openStudy(study), options);
  undisturbed = bytesOf(study);
});

beforeEach(async () => {
  directory = await studyOfFour();
});

test("an abort stops between two patches, and the next run ends as if nothing had happened", async () => {
  const controller = new AbortController();
  const run = makePatches(openStudy(directory), {
    ...options,
    workers: 1,
    signal: controller.signal,
    report: () => controller.abort(),
  });
  const error: unknown = await run.catch((caught: unknown) => caught);
  expect(isHistobookError(error, "Interrupted")).toBe(true);
  expect(String(error)).toContain("run the same step again, and it goes on from what is already made");
  const made = readdirSync(join(directory, "subs"));
  expect(made.length).toBeGreaterThan(0);
  expect(made.length).toBeLessThan(Object.keys(undisturbed).length);
  expect(made.filter((file) => file.startsWith("."))).toEqual([]);
  expect(readManifest(directory).patches).toBeNull();
  await expectWhole(directory);
  await makePatches(openStudy(directory), options);
  expect(bytesOf(directory)).toEqual(undisturbed);
});

test("a signal that was aborted before the start lets nothing be made", async () => {
  const run = makePatches(openStudy(directory), { ...options, signal: AbortSignal.abort() });
  const error: unknown = await run.catch((caught: unknown) => caught);
  expect(isHistobookError(error, "Interrupted")).toBe(true);
  expect(readdirSync(join(directory, "subs"))).toEqual([]);
});

test("a killed process leaves only whole patches, and the next run ends as if nothing had happened", async () => {
  const program = `
    const { makePatches, openStudy } = require(${JSON.stringify(built)});
    makePatches(openStudy(${JSON.stringify(directory)}), ${JSON.stringify(options)});`;
  const child = spawn(process.execPath, ["-e", program], { stdio: "ignore" });
  const subs = join(directory, "subs");
  while (!existsSync(subs) || readdirSync(subs).length < 200) await sleep(1);
  child.kill("SIGKILL");
  await once(child, "exit");
  const made = readdirSync(subs).filter((file) => !file.startsWith("."));
  expect(made.length).toBeLessThan(Object.keys(undisturbed).length);
  await expectWhole(directory);
  expect(readManifest(directory).patches).toBeNull();
  await makePatches(openStudy(directory), options);
  expect(bytesOf(directory)).toEqual(undisturbed);
});

test("a run with other options after a killed one mixes nothing up, even back and forth", async () => {
  await makePatches(openStudy(directory), options);
  const controller = new AbortController();
  const other = { ...options, seed: 2, workers: 1, signal: controller.signal };
  // Stops in the middle of the first image: its files are then of both seeds.
  setTimeout(() => controller.abort(), 150);
  await makePatches(openStudy(directory), other).catch(() => undefined);
  await makePatches(openStudy(directory), options);
  expect(bytesOf(directory)).toEqual(undisturbed);
});

test("two runs at once on one study wait for each other and agree", async () => {
  const runs = [1, 2].map(() => makePatches(openStudy(directory), options));
  const [first, second] = await Promise.all(runs);
  expect(second).toEqual(first);
  expect(bytesOf(directory)).toEqual(undisturbed);
});

import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeDatabases } from "../../kernel-lib/dist/databases/index.js";
import { makeFolds } from "../../kernel-lib/dist/folds/index.js";
import { output } from "../../kernel-lib/dist/output/index.js";
import { makePatches } from "../../kernel-lib/dist/patches/index.js";
import { studyStatus } from "../../kernel-lib/dist/pipeline/index.js";
import { openStudy, updateManifest, type StepStatus, type Study } from "../../kernel-lib/dist/study/index.js";
import { train } from "../../kernel-lib/dist/training/index.js";
import { newSmallStudy } from "../training/smallStudy.js";

const states = (steps: readonly StepStatus[]): string =>
  steps.map(({ name, state, made, of }) => `${name} ${state} ${made}/${of ?? "?"}`).join(", ");
const notes = (steps: readonly StepStatus[]): string[] => steps.flatMap((step) => step.notes);

/** All five steps of a study of four images and two folds, with as little work as possible. */
async function wholeStudy(): Promise<Study> {
  const { directory } = await newSmallStudy();
  const study = openStudy(directory);
  await makePatches(study, { perImage: 4, scale: 1 });
  await makeFolds(study, { folds: 2 });
  await makeDatabases(study);
  await train(study, { iterations: 1, batch: 4 });
  await output(directory, { stride: 32 });
  return study;
}

describe("studyStatus", () => {
  let study: Study;
  beforeAll(async () => {
    study = await wholeStudy();
  }, 60_000);

  test("says that nothing was done, then that all was done", async () => {
    const { directory } = await newSmallStudy();
    expect(states(studyStatus(openStudy(directory)))).toBe(
      "patches missing 0/4, folds missing 0/?, databases missing 0/?, train missing 0/?, output missing 0/?",
    );
    const done = studyStatus(study);
    expect(states(done)).toBe(
      "patches done 4/4, folds done 2/2, databases done 2/2, train done 2/2, output done 4/4",
    );
    expect(notes(done)).toEqual([]);
    expect(done.map(({ bytes }) => bytes > 0)).toEqual([false, true, true, true, true]);
  });

  test("follows a change down to the maps, and each step that is run again mends its part", async () => {
    await makeFolds(study, { folds: 2, seed: 5 });
    expect(states(studyStatus(study))).toBe(
      "patches done 4/4, folds done 2/2, databases stale 2/2, train stale 2/2, output stale 4/4",
    );
    expect(notes(studyStatus(study))[0]).toBe(
      "Databases of folds 1, 2 were made from older lists of patches.",
    );
    await makeDatabases(study);
    expect(notes(studyStatus(study))).toEqual([
      "Networks of folds 1, 2 were made with an older database.",
      expect.stringMatching(/^4 maps \(.*\) were made with a network that is stale\.$/),
    ]);
    await train(study, { fold: 1, iterations: 1, batch: 4 });
    expect(states(studyStatus(study))).toContain("train stale 2/2, output stale 4/4");
    await train(study, { fold: 2, iterations: 1, batch: 4 });
    await output(study.directory, { stride: 32 });
    expect(notes(studyStatus(study)).filter((note) => !note.includes("another network"))).toEqual([]);
  }, 60_000);

  test("sees images that have changed, are new or are gone", async () => {
    const copy = await wholeStudy();
    const [first, second] = copy.cases;
    copyFileSync(first.imagePath, second.imagePath);
    copyFileSync(first.imagePath, join(copy.directory, "images", "Z1_1.tif"));
    copyFileSync(first.maskPath ?? "", join(copy.directory, "images", "Z1_1_mask.png"));
    rmSync(copy.cases[3].imagePath);
    rmSync(copy.cases[3].maskPath ?? "");
    const [patches, ...later] = studyStatus(openStudy(copy.directory));
    expect(patches.notes).toEqual([
      "1 image (Z1_1) is new since step 1.",
      `1 image (${copy.cases[3].name}) is gone since step 1.`,
      `1 image (${second.name}) has changed since step 1.`,
    ]);
    expect(later.map(({ state }) => state)).toEqual(["stale", "stale", "stale", "stale"]);
  }, 60_000);

  test("names files that are gone, and takes a record of unknown descent for stale", async () => {
    const copy = await wholeStudy();
    rmSync(join(copy.directory, "DB_test_2"), { recursive: true });
    rmSync(join(copy.directory, "subs"), { recursive: true });
    rmSync(join(copy.directory, "train_w32_1.txt"));
    await updateManifest(copy.directory, (manifest) => ({
      ...manifest,
      models: { ...manifest.models, 1: { ...manifest.models[1], from: undefined } },
    }));
    const steps = studyStatus(copy);
    expect(states(steps)).toBe(
      "patches partial 4/4, folds partial 1/2, databases partial 1/2, train stale 2/2, output stale 4/4",
    );
    expect(notes(steps)).toEqual([
      "The patches' folder subs/ is gone.",
      "1 list (train_w32_1.txt) is gone.",
      "1 file (DB_test_2/CURRENT) is gone.",
      "Networks of fold 1 were made with an older database.",
      expect.stringMatching(/^2 maps \(.*\) were made with a network that is stale\.$/),
    ]);
  }, 60_000);
});

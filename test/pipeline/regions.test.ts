/** A whole run of a study whose patches a region rule of the reader's own has chosen. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import {
  commandOfPlan,
  findRegions,
  makePatches,
  planRun,
  readManifest,
  runPipeline,
  type RegionRule,
  type Study,
} from "histobook";
import { run } from "../cli/command.js";
import { newFolder } from "../study/pictures.js";
import { newSmallStudy } from "../training/smallStudy.js";

const own: RegionRule = ({ image, mask }) => ({
  ...findRegions(image, mask, 0.8),
  e: new Uint8Array(mask.data.length),
});
const size = { preset: "quick", perImage: 4, scale: 1 } as const;
let study: Study;

beforeEach(async () => {
  study = await newSmallStudy();
  await makePatches(study, { perImage: 4, edgeRatio: 0.5, backgroundRatio: 0.5, scale: 1, regions: own });
});

describe("a run", () => {
  test("never puts the tutorial's rule in the place of the reader's own", async () => {
    const before = readManifest(study.directory).patches;
    const others = runPipeline(study, { ...size, perImage: 5 });
    await expect(others).rejects.toThrow(
      "the region rule 'own': found its name alone, and that P1_1 must be divided",
    );
    expect(readManifest(study.directory).patches).toEqual(before);
    // The same patches as before need no rule; step 2 then has too few patients.
    await expect(runPipeline(study, size)).rejects.toThrow("found 5 folds for 4 patients");
    expect(readManifest(study.directory).patches).toEqual(before);
  });

  test("takes a rule, as a module on a cluster too", async () => {
    const module = join(newFolder(), "rule.mjs");
    writeFileSync(
      module,
      "export default ({ mask: { data } }) => ({ p: data, e: data.map((m) => 1 - m), b: data.map((m) => 1 - m) });",
    );
    const [patches] = await planRun(study, "slurm", { ...size, regions: module });
    expect(patches.script).toContain("--regions ");
    expect(patches.script).toContain(module);
    await expect(planRun(study, "slurm", { ...size, regions: own })).rejects.toThrow(
      "--regions: found the rule 'own', which no other machine knows",
    );
    await expect(planRun(study, "slurm", size)).rejects.toThrow(
      "found the rule 'own', which no other machine knows",
    );
    const plan = { preset: "quick", perImage: 4, iterations: 9, stride: 2 } as const;
    expect(commandOfPlan("study", plan, { regions: "rule.mjs" })).toContain("--stride 2 --regions rule.mjs");
  });
});

test("histobook run tells of --regions where it is needed", async () => {
  const { status, errors } = await run(["run", study.directory, "--preset", "quick", "--per-image", "5"]);
  expect([status, errors]).toEqual([
    1,
    expect.stringContaining("hand it over as `regions` (--regions FILE)"),
  ]);
});

/** The network that comes with the library: what its README says of it, measured again. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createSample,
  createTrainedSample,
  evaluate,
  isHistobookError,
  makePatches,
  openStudy,
  output,
  readManifest,
  splitPatients,
  trainedModel,
  type Study,
} from "histobook";
import { newFolder } from "../study/pictures.js";

const { fold, model, mean, deploy, patients, scale } = trainedModel();
const trained = dirname(dirname(model));
let home: string;
let study: Study;

beforeAll(async () => {
  home = newFolder();
  study = openStudy(await createTrainedSample(join(home, "study")));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

test("reaches the F-score of its README on the patients whom it has never met", async () => {
  const scores = JSON.parse(readFileSync(join(trained, "scores.json"), "utf8")) as {
    [name in "stride" | "threshold" | "fScore" | "fScoreAtHalf" | "allEpithelium"]: number;
  };
  const readme = readFileSync(join(trained, "README.md"), "utf8");
  for (const name of ["threshold", "fScore", "fScoreAtHalf", "allEpithelium"] as const)
    expect(readme).toContain(scores[name].toFixed(3));
  await output(study.directory, { fold, stride: scores.stride });
  const { pooled, thresholds, patients: tested } = await evaluate(study, { repeats: 10 });
  expect(tested.map(({ name }) => name).sort()).toEqual([...patients.test].sort());
  expect(thresholds[0].patients).toEqual(patients.validation);
  // Engines differ in the last digits.
  expect(pooled.atThreshold.fScore).toBeCloseTo(scores.fScore, 2);
  expect(pooled.atHalf.fScore).toBeCloseTo(scores.fScoreAtHalf, 2);
  expect(pooled.allEpithelium.fScore).toBeCloseTo(scores.allEpithelium, 6);
  expect(scores.fScore).toBeGreaterThan(scores.allEpithelium + 0.05);
}, 300_000);

test("has learned from the patients that step 2 would let it, and from nobody else", () => {
  const all = [...new Set(study.cases.map(({ patient }) => patient))];
  const split = splitPatients(all, { folds: 5, seed: 1, validation: 0.2 });
  const { train, validation, test: tested } = split[fold - 1];
  expect(patients).toEqual({ train, validation, test: tested });
});

test("is small, whole, and known to step 5 with its scale and mean image", async () => {
  expect([model, mean, deploy].map((file) => existsSync(file))).toEqual([true, true, true]);
  expect(readFileSync(model).length + readFileSync(mean).length).toBeLessThan(650_000);
  expect(scale).toBe(1);
  const [{ imagePath }] = study.cases;
  const out = join(home, "alone");
  const { images } = await output(undefined, { image: imagePath, model, mean, stride: 32, out });
  expect(images.map(({ width, height }) => [width, height])).toEqual([[224, 224]]);
});

describe("createTrainedSample()", () => {
  test("leaves a study that it has made as it is", async () => {
    const before = readManifest(study.directory);
    expect(await createTrainedSample(study.directory)).toBe(study.directory);
    expect(readManifest(study.directory)).toEqual(before);
  });

  test("refuses a study with work of its own, and changes nothing in it", async () => {
    const own = await createSample(join(home, "own"));
    await makePatches(openStudy(own), { perImage: 2 });
    const error = await createTrainedSample(own).catch((reason: unknown) => reason);
    expect(isHistobookError(error, "BadInput")).toBe(true);
    expect(String(error)).toContain("found a study with patches, folds or networks of its own");
    expect([existsSync(join(own, "models")), Object.keys(readManifest(own).models)]).toEqual([false, []]);
  });
});

/**
 * What each choice beside the tutorial's recipe is worth: trains all folds of a study with each recipe, and compares the
 * F-scores on held-out patients.
 *
 * A finished run is a file in the bench's folder, so that an interrupted bench goes on where it was; one training at a
 * time. Recipes are to be chosen by the column of the validation patients: whoever chooses by the held-out patients has
 * none left.
 */
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  createSample,
  evaluate,
  finishedRuns,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  output,
  readManifest,
  studyOf,
  train,
  writeFoldPrototxts,
  writeWholeFile,
} from "./recipes-library.mjs";
import { recipes } from "./recipes-list.mjs";
import { rounded } from "./timing.mjs";

export const title = "Recipes";
export const document = "recipes.md";
/** Takes hours: it runs when it is named, and not with all the others. */
export const onlyByName = true;

export const options = {
  study: { type: "string", default: "sample" },
  seeds: { type: "string", default: "1" },
  iterations: { type: "string", default: "800" },
  batch: { type: "string", default: "32" },
  "per-image": { type: "string", default: "100" },
  stride: { type: "string", default: "8" },
  only: { type: "string" },
  // Measures nothing: the table of what is there.
  tabulate: { type: "boolean" },
  folder: { type: "string", default: join(import.meta.dirname, ".recipes") },
};

export async function rows(log, values) {
  const settings = {
    iterations: Number(values.iterations),
    batch: Number(values.batch),
    perImage: Number(values["per-image"]),
    stride: Number(values.stride),
  };
  const label = values.study === "sample" ? "sample" : resolve(values.study).split("/").at(-1);
  const folder = join(
    values.folder,
    `${label}-${settings.perImage}-${settings.iterations}x${settings.batch}-${settings.stride}`,
  );
  const wanted = values.only === undefined ? recipes : values.only.split(",").map(recipeNamed);
  const directory = join(folder, "study");
  if (!values.tabulate) await preparedStudy(values.study, directory, settings, log);
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    for (const recipe of wanted) {
      const file = join(folder, `${recipe.name}-${seed}.json`);
      if (values.tabulate || existsSync(file)) continue;
      const row = await measure(directory, recipe, seed, settings);
      writeWholeFile(file, JSON.stringify({ study: label, ...settings, ...row }));
      log(
        `recipes: ${recipe.name}, seed ${seed}: validation ${rounded(row.validation)}, held-out ${rounded(row.atHalf)} at 0.5, ${rounded(row.atThreshold)} at the chosen one`,
      );
    }
  }
  const made = finishedRuns(folder);
  return recipes.flatMap(({ name, words }) => {
    const runs = made.filter((run) => run.recipe === name);
    return runs.length === 0 ? [] : [{ ...summary(runs), name, words }];
  });
}

function recipeNamed(name) {
  const found = recipes.find((recipe) => recipe.name === name);
  if (found) return found;
  const names = recipes.map((recipe) => recipe.name).join(", ");
  throw new Error(`recipes: found --only ${name}, expected some of ${names}.`);
}

/** Steps 1 to 3, once for all recipes. */
async function preparedStudy(source, directory, { perImage }, log) {
  if (source !== "sample") studyOf(source, directory);
  else if (!existsSync(directory)) await createSample(directory);
  log(`recipes: steps 1 to 3 in ${directory}`);
  const study = openStudy(directory);
  await makePatches(study, { perImage, edgeRatio: 0.5, backgroundRatio: 0.5, scale: 1 });
  await makeFolds(study);
  await makeDatabases(study);
}

async function measure(directory, recipe, seed, { iterations, batch, stride }) {
  for (const made of ["models", "out"]) rmSync(join(directory, made), { recursive: true, force: true });
  const study = openStudy(directory);
  const chosen = typeof recipe.train === "function" ? recipe.train(iterations) : (recipe.train ?? {});
  const { network, ...choices } = chosen;
  const overrides = { iterations, batch, snapshotEvery: iterations };
  // The tests on a fold's test patients that the tutorial's solver asks for decide nothing here: one batch is enough.
  for (const [fold, { size }] of Object.entries(readManifest(directory).databases))
    writeFoldPrototxts(directory, { fold: Number(fold), size, testPatches: 128, overrides, network });
  const started = performance.now();
  const trained = await train(study, { ...overrides, ...choices, seed, processes: 0 });
  const seconds = (performance.now() - started) / 1000;
  await output(directory, { stride });
  const { pooled, averaged, folds } = await evaluate(study, { pixels: 500 });
  const thresholds = Object.values(readManifest(directory).thresholds);
  const mean = (field) => thresholds.reduce((sum, one) => sum + one[field], 0) / thresholds.length;
  return {
    recipe: recipe.name,
    seed,
    chosen,
    seconds,
    done: trained.folds.map((fold) => fold.iterations),
    best: trained.folds.map((fold) => fold.best),
    validation: mean("fScore"),
    validationAtHalf: mean("fScoreAtHalf"),
    atHalf: pooled.atHalf.fScore,
    atThreshold: pooled.atThreshold.fScore,
    byPatientAtHalf: averaged.atHalf.fScore,
    byPatientAtThreshold: averaged.atThreshold.fScore,
    thresholds: folds.map(({ threshold }) => threshold),
  };
}

/** The mean over the seeds. */
function summary(runs) {
  const mean = (field) => runs.reduce((sum, run) => sum + run[field], 0) / runs.length;
  const spread =
    Math.max(...runs.map((run) => run.atThreshold)) - Math.min(...runs.map((run) => run.atThreshold));
  const { study, iterations, batch, perImage, stride } = runs[0];
  // Fewer than asked for only where the recipe ends a training early.
  const done = runs.flatMap((run) => run.done ?? [iterations]);
  const fields = ["validation", "validationAtHalf", "atHalf", "atThreshold", "byPatientAtThreshold"];
  return {
    ...{ study, iterations, batch, perImage, stride, seeds: runs.length, spread },
    done: done.reduce((sum, one) => sum + one, 0) / done.length,
    ...Object.fromEntries(fields.map((field) => [field, mean(field)])),
  };
}

/** A section a study and budget. */
export function describe([{ study, iterations, batch, perImage, stride, seeds }]) {
  const options = `--study ${study} --seeds ${seeds} --iterations ${iterations} --batch ${batch} --per-image ${perImage} --stride ${stride}`;
  return {
    section: `recipes ${study} ${iterations}x${batch}`,
    title: `Measured: ${study}, ${iterations} iterations of ${batch} patches`,
    command: `recipes ${options} --write-docs`,
  };
}

export function table(rows) {
  const [{ study, iterations, batch, perImage, stride }] = rows;
  const f = (score) => score.toFixed(3);
  const lines = rows.map(
    (row) =>
      `| ${row.words} | ${row.done.toFixed(0)} | ${f(row.validation)} | ${f(row.validationAtHalf)} | ${f(row.atThreshold)} | ${f(row.atHalf)} | ${row.seeds} | ${row.seeds > 1 ? f(row.spread) : "-"} |`,
  );
  return [
    "| recipe | iterations a fold | validation, chosen threshold | validation, 0.5 | held-out, chosen threshold | held-out, 0.5 | seeds | spread |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...lines,
    "",
    `F-scores, pooled over all pixels of all five folds' test patients (held-out), and the mean over the folds of that on pixels of their validation patients, on whom the threshold is chosen too. Study: ${study}, scale 1, ${perImage} positions of epithelium an image (and half as many of edge and of background, each at 0 and 90 degrees), ${iterations} iterations of ${batch} patches, maps at stride ${stride}. Spread: between the seeds, of the held-out F-score at the chosen threshold.`,
  ].join("\n");
}

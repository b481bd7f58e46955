/**
 * Held-out F-scores of five folds on the 59 patients of EBHI-Seg's subset at the standard preset: the tutorial's recipe, and what
 * each choice beside it gives.
 *
 * Takes hours. A finished run (five folds of one recipe and seed) is a file in bench/results/accuracy, so that an
 * interrupted bench goes on where it was, and on another machine, too.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { accuracyRecipes } from "./accuracy-recipes.mjs";
import {
  evaluate,
  finishedRuns,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  output,
  presets,
  readManifest,
  readMeanImage,
  studyOf,
  train,
  writeFoldPrototxts,
  writeMeanImage,
  writeWholeFile,
} from "./recipes-library.mjs";
export const title = "Held-out patients";
export const document = "results.md";
export const onlyByName = true;

export const options = {
  study: { type: "string" },
  only: { type: "string" },
  // For trying the bench itself, into another folder.
  iterations: { type: "string" },
  folder: { type: "string", default: join(import.meta.dirname, "results", "accuracy") },
  scratch: { type: "string", default: join(import.meta.dirname, ".recipes", "accuracy") },
  // Measures nothing: the table of what is there.
  tabulate: { type: "boolean" },
};

export async function rows(log, values) {
  const preset = presets.standard;
  const iterations = Number(values.iterations ?? preset.training.iterations);
  const wanted = accuracyRecipes.filter(
    ({ name }) => values.only === undefined || values.only.split(",").includes(name),
  );
  mkdirSync(values.folder, { recursive: true });
  if (!values.tabulate) {
    await prepare(values.study, values.scratch, preset, log);
    for (const seed of [1, 2, 3]) {
      for (const recipe of wanted.filter(({ seeds }) => seed <= seeds)) {
        const file = join(values.folder, `${recipe.name}-${seed}.json`);
        if (existsSync(file)) continue;
        const run = await measure(values.scratch, recipe, seed, { ...preset, iterations }, log);
        writeWholeFile(file, `${JSON.stringify(run, null, 1)}\n`);
        log(`accuracy: ${recipe.name}, seed ${seed}: ${run.pooled.atThreshold.value.toFixed(3)}`);
      }
    }
  }
  const made = finishedRuns(values.folder);
  return accuracyRecipes.flatMap(({ name, words }) => {
    const runs = made.filter(({ recipe }) => recipe === name).sort((a, b) => a.seed - b.seed);
    return runs.length === 0 ? [] : [{ name, words, runs }];
  });
}

/** Steps 1 to 3, once for all recipes; the mean images are kept beside. */
async function prepare(source, directory, preset, log) {
  if (!existsSync(directory) && source === undefined)
    throw new Error("accuracy: found no --study, expected the folder of EBHI-SEG's images and masks");
  studyOf(source, directory);
  log(`accuracy: steps 1 to 3 in ${directory}`);
  const study = openStudy(directory);
  await makePatches(study, { ...preset.patches, direct: true, scale: 1 });
  await makeFolds(study, preset.folds);
  await makeDatabases(study, { direct: true });
  for (const name of meanFiles(directory)) {
    const kept = join(directory, `kept-${name}`);
    if (!existsSync(kept)) cpSync(join(directory, name), kept);
  }
}

const meanFiles = (directory) => readdirSync(directory).filter((name) => /^DB_.*\.binaryproto$/.test(name));

async function measure(directory, { name, mean = "image", train: choices = {} }, seed, settings, log) {
  for (const made of ["models", "out"]) rmSync(join(directory, made), { recursive: true, force: true });
  for (const file of meanFiles(directory)) {
    const image = readMeanImage(join(directory, `kept-${file}`));
    writeMeanImage(join(directory, file), { ...image, data: subtracted[mean](image) });
  }
  const { iterations, training, output: maps } = settings;
  const { network, ...options } = choices;
  const overrides = { ...training, iterations, snapshotEvery: iterations };
  for (const [fold, { size }] of Object.entries(readManifest(directory).databases))
    writeFoldPrototxts(directory, { fold: Number(fold), size, testPatches: 128, overrides, network });
  const study = openStudy(directory);
  const started = performance.now();
  const report = ({ event, detail, done }) => {
    if (event === "progress" && done % 1000 === 0) log(`accuracy: ${name}, seed ${seed}: ${done} ${detail}`);
  };
  await train(study, { ...overrides, ...options, seed, processes: 0, report });
  const seconds = Math.round((performance.now() - started) / 1000);
  await output(directory, maps);
  const evaluation = await evaluate(study);
  const { folds, pooled, averaged, thresholds, bestOnTest } = evaluation;
  return {
    recipe: name,
    seed,
    iterations,
    seconds,
    node: process.version,
    folds: folds.map((fold) => ({ fold: fold.fold, threshold: fold.threshold, ...figures(fold) })),
    pooled: figures(pooled),
    averaged: figures(averaged),
    validationPatients: thresholds.map(({ patients }) => patients.length),
    thresholdCost: bestOnTest.pooled.cost,
  };
}

const subtracted = {
  image: ({ data }) => data,
  nothing: ({ data }) => new Float32Array(data.length),
  colour: ({ channels, data }) => {
    const plane = data.length / channels;
    return data.map((_, i) => {
      const start = i - (i % plane);
      return data.subarray(start, start + plane).reduce((sum, value) => sum + value, 0) / plane;
    });
  },
};

/** F-scores with their intervals, and the areas under the curves. */
function figures(scored) {
  const f = (predictor) => ({
    value: scored[predictor].fScore,
    low: scored.intervals[predictor].fScore.low,
    high: scored.intervals[predictor].fScore.high,
  });
  return {
    atThreshold: f("atThreshold"),
    atHalf: f("atHalf"),
    allEpithelium: f("allEpithelium"),
    accuracy: scored.atThreshold.accuracy,
    rocAuc: scored.atThreshold.rocAuc,
    boundaryF2: scored.atThreshold.boundaryF2,
  };
}

const digits = (value) => (value === null ? "-" : value.toFixed(3));
const withInterval = ({ value, low, high }) => `${digits(value)} (${digits(low)} to ${digits(high)})`;

export function table(rows) {
  const mean = (runs, figure) => runs.reduce((sum, run) => sum + figure(run), 0) / runs.length;
  const spread = (runs) => {
    const all = runs.map(({ pooled }) => pooled.atThreshold.value);
    return runs.length < 2 ? "-" : digits(Math.max(...all) - Math.min(...all));
  };
  const choices = rows.map(
    ({ words, runs }) =>
      `| ${words} | ${digits(mean(runs, ({ pooled }) => pooled.atThreshold.value))} | ${digits(mean(runs, ({ pooled }) => pooled.atHalf.value))} | ${digits(mean(runs, ({ averaged }) => averaged.atThreshold.value))} | ${digits(mean(runs, ({ pooled }) => pooled.rocAuc))} | ${digits(mean(runs, ({ pooled }) => pooled.boundaryF2))} | ${digits(mean(runs, ({ thresholdCost }) => thresholdCost))} | ${runs.length} | ${spread(runs)} |`,
  );
  const byFold = rows
    .filter(({ runs }) => runs.length > 0)
    .flatMap(({ words, runs: [first] }) => [
      "",
      `### By fold: ${words}, seed ${first.seed}`,
      "",
      "| fold | F-score at the chosen threshold (95 % interval) | threshold | F-score at 0.5 | calling everything epithelium |",
      "| ---: | --- | ---: | --- | --- |",
      ...first.folds.map(
        (fold) =>
          `| ${fold.fold} | ${withInterval(fold.atThreshold)} | ${digits(fold.threshold)} | ${withInterval(fold.atHalf)} | ${withInterval(fold.allEpithelium)} |`,
      ),
      `| all | ${withInterval(first.pooled.atThreshold)} | | ${withInterval(first.pooled.atHalf)} | ${withInterval(first.pooled.allEpithelium)} |`,
    ]);
  return [
    "| choice | F-score at the chosen threshold | F-score at 0.5 | mean over patients, chosen threshold | ROC AUC | boundary F at 2 px | cost of the threshold | seeds | spread |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...choices,
    "",
    `All figures are of test patients: each of the 59 is tested once, in the fold in which nobody learned from it. Thresholds are chosen on each fold's validation patients. The cost is what the best threshold for the test patients would have given more; nobody could have known it. ${rows[0].runs[0].iterations} iterations of 128 patches a fold (the standard preset), maps at stride 2, images at scale 1. Spread: between the seeds.`,
    ...byFold,
  ].join("\n");
}

/**
 * One step of the quick preset in a process of its own, so that its peak memory is its own:
 * `node pipeline-step.mjs STEP STUDY` prints {"seconds", "peakBytes", "amount"}.
 */
import {
  evaluate,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  output,
  presets,
  train,
} from "histobook";

const { quick } = presets;

/** What each step does, and how much it got done. */
const steps = {
  patches: async (study) => (await makePatches(study, quick.patches)).patches.total,
  folds: async (study) => (await makeFolds(study, quick.folds)).folds.length,
  databases: async (study) =>
    (await makeDatabases(study)).folds.reduce((sum, { train, test }) => sum + train.count + test.count, 0),
  training: async (study) =>
    (await train(study, quick.training)).folds.length * quick.training.iterations * quick.training.batch,
  output: async (study) =>
    (await output(study.directory, quick.output)).images.reduce(
      (sum, { width, height }) =>
        sum + Math.ceil(width / quick.output.stride) * Math.ceil(height / quick.output.stride),
      0,
    ),
  evaluation: async (study) => (await evaluate(study)).images.length,
};

const [step, directory] = process.argv.slice(2);
const study = openStudy(directory);
const begin = performance.now();
const amount = await steps[step](study);
const seconds = (performance.now() - begin) / 1000;
console.log(JSON.stringify({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024, amount }));

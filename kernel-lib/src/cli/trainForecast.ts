import { openStudy } from "../study/index.js";
import {
  findLearningRate,
  forecastTraining,
  iterationsWithin,
  overfitOneBatch,
  type TrainOptions,
  type TrainingForecast,
} from "../training/index.js";
import { durationWords } from "../payloads/index.js";
import type { Outcome } from "./command.js";

/** Time budgets that people have, in seconds. */
const budgets = [600, 3600, 8 * 3600];

/** `histobook train STUDY --dry-run`: how long it would take, and what a time budget buys. */
export async function forecastOutcome(directory: string, options: TrainOptions): Promise<Outcome> {
  const forecast = await forecastTraining(openStudy(directory), options);
  const { engine, folds, iterations, batch, patchesPerSecond, secondsPerTest, validation, seconds } =
    forecast;
  const tests = secondsPerTest > 0 ? `, a test ${durationWords(secondsPerTest)}` : "";
  const validations = validation
    ? `, a test on validation patients ${durationWords(validation.seconds)}`
    : "";
  const whole =
    folds.length === 0
      ? "All folds have their models: nothing would be trained."
      : `${foldWords(folds)} of ${iterations} iterations: ${durationWords(seconds)}, one after the other.`;
  return {
    data: { step: "train", forecast },
    lines: [
      `Engine: ${engine}.`,
      `Here an iteration of ${batch} patches takes ${milliseconds(forecast)} (${Math.round(patchesPerSecond)} patches/s)${tests}${validations}.`,
      whole,
      ...budgets.flatMap((budget) => budgetLine(budget, forecast)),
    ],
  };
}

/** `histobook train STUDY --overfit-one-batch`: whether the network can learn at all. */
export async function overfitOutcome(directory: string, options: TrainOptions): Promise<Outcome> {
  const result = await overfitOneBatch(openStudy(directory), options);
  const { fold, engine, batch, losses, learned } = result;
  const [first, last] = [losses[0], losses[losses.length - 1]].map((loss) => loss.toPrecision(3));
  return {
    data: { step: "overfit", ...result },
    lines: [
      `Engine: ${engine}.`,
      `Fold ${fold}, one batch of ${batch} patches, ${losses.length} iterations: the loss went from ${first} to ${last}.`,
      learned
        ? "The network can learn these patches by heart, so labels, mean image, learning rate and prototxts fit together."
        : "The network does not learn even these few patches: check the labels, the mean image, the prototxts, and a higher --learning-rate or more --iterations.",
    ],
  };
}

/** Bars of the sweep's curve in a terminal, and the width of the longest. */
const curve = { bars: 20, width: 40 };

/** `histobook train STUDY --find-learning-rate`: at which rate the loss falls fastest. */
export async function learningRateOutcome(directory: string, options: TrainOptions): Promise<Outcome> {
  const search = await findLearningRate(openStudy(directory), options);
  const { fold, engine, batch, rates, smoothed, suggested } = search;
  const highest = Math.max(...smoothed);
  const every = Math.max(1, Math.ceil(rates.length / curve.bars));
  const bars = rates.flatMap((rate, i) => {
    if (i % every !== 0) return [];
    const bar = "#".repeat(Math.round((curve.width * smoothed[i]) / highest));
    return [`${rate.toExponential(1).padStart(8)}  ${smoothed[i].toFixed(3).padStart(7)}  ${bar}`];
  });
  return {
    data: { step: "learning rate", ...search },
    lines: [
      `Engine: ${engine}.`,
      `Fold ${fold}, ${rates.length} iterations of ${batch} patches; the rate, the smoothed loss:`,
      ...bars,
      `The loss falls fastest at ${suggested}: train with --learning-rate ${suggested}, or less.`,
    ],
  };
}

function budgetLine(seconds: number, forecast: TrainingForecast): string[] {
  if (forecast.folds.length === 0) return [];
  try {
    const iterations = iterationsWithin(seconds, forecast);
    return [`--minutes ${seconds / 60} buys ${iterations} iterations a fold.`];
  } catch {
    // Not even one: not worth a line.
    return [];
  }
}

function foldWords(folds: readonly number[]): string {
  return folds.length === 1 ? `Fold ${folds[0]}` : `${folds.length} folds`;
}

function milliseconds({ secondsPerIteration }: TrainingForecast): string {
  return `${Number((1000 * secondsPerIteration).toPrecision(3))} ms`;
}

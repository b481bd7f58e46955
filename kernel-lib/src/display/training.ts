import { HistobookError } from "../foundation/index.js";
import type { LogEntry, TrainedFold, TrainResult } from "../training/index.js";
import type { Bundle } from "./bundle.js";
import { loadPlotter } from "./plot.js";
import { RunCurve } from "./runCurve.js";
import { trainingBundle, trainingPayload } from "./trainingCurve.js";

/**
 * Shows how the loss fell and the accuracy on test patches rose during training. `trainAndShow` shows it meanwhile.
 *
 * @param source what `train` gave back, some of its folds, or a log's entries (`readTrainingLog`)
 * @throws HistobookError `MissingStep` when the log holds no loss and no test yet.
 * @example
 * const loss = { kind: "loss" as const, iteration: 0, loss: 0.69, learningRate: 0.001 };
 * const { data } = await showTraining([loss]);
 * data["text/plain"]; // => "Training\n  this run: loss 0.690 at iteration 0"
 */
export async function showTraining(
  source: TrainResult | readonly TrainedFold[] | readonly LogEntry[],
): Promise<Bundle> {
  const runs = runsOf(source);
  if (runs.every(({ isEmpty }) => isEmpty)) {
    throw new HistobookError("MissingStep", {
      subject: "the training log",
      found: "no loss and no test",
      expected: "what a training run writes down",
      fix: "train a fold first",
    });
  }
  const whole = runs.every(({ done, iterations }) => done >= iterations);
  const payload = trainingPayload(runs, {
    state: whole ? "finished" : "partial",
    planned: runs.length,
    secondsLeft: null,
    notes: [],
  });
  return trainingBundle(payload, await loadPlotter());
}

function runsOf(source: TrainResult | readonly TrainedFold[] | readonly LogEntry[]): RunCurve[] {
  if ("folds" in source) return runsOf(source.folds);
  const folds = source.filter((one): one is TrainedFold => "entries" in one);
  if (folds.length > 0) return folds.map(({ fold, entries }) => curveOf(`fold ${fold}`, entries));
  return [curveOf("this run", source as readonly LogEntry[])];
}

function curveOf(name: string, entries: readonly LogEntry[]): RunCurve {
  const curve = new RunCurve(name);
  for (const entry of entries) curve.add(entry);
  return curve;
}

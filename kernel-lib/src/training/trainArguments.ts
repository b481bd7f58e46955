import { resolve } from "node:path";
import { commandLineOptions } from "../foundation/index.js";
import type { TrainOptions } from "./options.js";
import { recipeArguments } from "./recipe.js";

/** The command line, without the program, by which a process of its own trains as `train` does here; its fold is not in it. */
export function trainArguments(directory: string, options: TrainOptions): string[] {
  const { iterations, batch, snapshotEvery, learningRate, weights, snapshot, engine, seed } = options;
  const { readAhead, keep, csv, tensorBoard, network, resume } = options;
  const given = commandLineOptions({
    iterations,
    batch,
    snapshotEvery,
    learningRate,
    weights: weights && resolve(weights),
    snapshot: snapshot && resolve(snapshot),
    engine,
    seed,
    keep,
    csv: csv && resolve(csv),
    tensorboard: tensorBoard && resolve(tensorBoard),
    readAhead,
    network,
    resume: resume || undefined,
  });
  return ["train", directory, ...given, ...recipeArguments(options)];
}

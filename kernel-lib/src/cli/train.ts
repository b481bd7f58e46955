import type { Command } from "commander";
import { engineChoices } from "../engine/index.js";
import { placeOfWork, places, type Place } from "../cluster/index.js";
import { choiceOption, HistobookError } from "../foundation/index.js";
import { openStudy } from "../study/index.js";
import {
  planTraining,
  submitTraining,
  train,
  trainSolver,
  type LogEntry,
  type TrainOptions,
  type TrainSolverOptions,
} from "../training/index.js";
import {
  clusterOptions,
  plannedOutcome,
  submittedOutcome,
  withClusterOptions,
  type ClusterFlags,
} from "./clusterOptions.js";
import { newCommand, perform, toNumber, toNumberOrAuto, type Outcome } from "./command.js";
import { givenRecipe, withRecipe } from "./recipe.js";
import { forecastOutcome, learningRateOutcome, overfitOutcome } from "./trainForecast.js";

/** What is done where `--on` names a scheduler that is not there. */
const instead = "the folds are trained on this machine instead";

type Options = Omit<TrainOptions, "on"> &
  ClusterFlags & {
    json?: boolean;
    solver?: string;
    cursor?: string;
    tensorboard?: string;
    dryRun?: boolean;
    overfitOneBatch?: boolean;
    findLearningRate?: boolean;
  };

/** `histobook train STUDY`: step 4, and `histobook train --solver FILE` as `caffe train` */
export function trainCommand(): Command {
  const command = newCommand("train", "step 4: train the networks as the prototxts in models/ say")
    .argument("[study]", "the study folder")
    .option("--solver <file>", "a solver's prototxt to run as 'caffe train' does, without a study")
    .option("--fold <number>", "only this fold (all)", toNumber)
    .option("--iterations <number>", "(the solver's max_iter; 600000 in a new one)", toNumber)
    .option(
      "--minutes <number>",
      "as many iterations as fit into this time here, all folds together",
      toNumber,
    )
    .option("--dry-run", "say how long it would take here, and what a time budget buys; train nothing")
    .option("--overfit-one-batch", "the drill: can the network learn one batch by heart? keeps nothing")
    .option(
      "--find-learning-rate",
      "let the rate rise over --iterations (100) on a copy that is thrown away, and suggest one",
    )
    .option("--replay <file>", "take what this recording holds of the same databases and options from there")
    .option("--batch <patches>", "patches an iteration (the network's; 128 in a new one)", toNumber)
    .option("--snapshot-every <iterations>", "(the solver's snapshot; 10000 in a new one)", toNumber)
    .option("--learning-rate <rate>", "(the solver's base_lr; 0.001 in a new one)", toNumber)
    .option("--weights <file>", "a .caffemodel to start from")
    .option("--snapshot <file>", "a .solverstate to go on from")
    .option(
      "--cursor <where>",
      "with --solver, where a resumed run reads on: continue (where it was), or restart (at the database's start, as Caffe)",
      "continue",
    )
    .option("--resume", "go on from the newest snapshot")
    .option(
      "--keep <number>",
      "snapshots that stay: so many of the newest, and the best by validation patients, else by the tests (all)",
      toNumber,
    )
    .option("--csv <folder>", "also write the log as K-training-log.csv there")
    .option("--tensorboard <folder>", "also write the log for TensorBoard there, a run a fold")
    .option("--engine <name>", engineChoices.join(", "))
    .option(
      "--processes <number>",
      "folds trained side by side, each in a process of its own; 0: in this one (auto: as cores and memory allow)",
      toNumberOrAuto,
    )
    .option("--seed <number>", "(1)", toNumber)
    .option("--read-ahead <batches>", "batches held ready in memory (2)", toNumber);
  return withClusterOptions(withRecipe(command), "all folds at once as an array of jobs").action(
    (directory: string | undefined, options: Options) =>
      perform(options, async (run, { event }) => {
        const given = { ...options, ...run, on: "local" as Place, tensorBoard: options.tensorboard };
        const onEntry = (fold: number, entry: LogEntry): void =>
          event({ event: "log", step: "train", fold, entry });
        if (options.solver !== undefined) {
          refuseBesideSolver(options);
          return solverOutcome(options.solver, {
            ...given,
            cursor: choiceOption<"continue" | "restart">("--cursor", options.cursor ?? "continue", [
              "continue",
              "restart",
            ]),
            onEntry: (entry) => event({ event: "log", step: "train", entry }),
          });
        }
        if (directory === undefined) throw noStudy();
        const onCluster = await clusterOutcome(directory, { ...given, on: options.on as Place, onEntry });
        if (onCluster) return onCluster;
        if (options.dryRun) return forecastOutcome(directory, given);
        if (options.overfitOneBatch) return overfitOutcome(directory, given);
        if (options.findLearningRate) return learningRateOutcome(directory, given);
        const processes = options.processes ?? (options.fold === undefined ? "auto" : 0);
        return studyOutcome(directory, { ...given, processes, onEntry });
      }),
  );
}

/** The outcome of a training that a cluster does; undefined where it is done here. */
async function clusterOutcome(
  directory: string,
  options: TrainOptions & ClusterFlags & Pick<Options, "overfitOneBatch" | "findLearningRate">,
): Promise<Outcome | undefined> {
  const place = choiceOption<Place>("--on", options.on ?? "local", places);
  if (place === "local") return undefined;
  if (options.overfitOneBatch) throw needsNoCluster("--overfit-one-batch");
  if (options.findLearningRate) throw needsNoCluster("--find-learning-rate");
  const study = openStudy(directory);
  const given = { ...options, cluster: clusterOptions(options) };
  if (options.dryRun) return plannedOutcome("train", [await planTraining(study, place, given)]);
  if (placeOfWork(place, instead, options.report) === "local") return undefined;
  if (options.wait) return studyOutcome(directory, given);
  const { job, waiting, finished, written } = await submitTraining(study, place, given);
  const notes = [
    ...written.map((file) => `Wrote ${file}.`),
    ...finished.map(({ fold, model }) => `Fold ${fold}: ${model} (as before).`),
    ...waiting
      .filter(({ submission }) => submission !== job)
      .map(
        ({ run, submission }) =>
          `Fold ${run.fold}: waits or runs already as part of job ${submission.number}.`,
      ),
  ];
  return submittedOutcome(directory, "train", job === null ? [] : [job], notes);
}

async function studyOutcome(directory: string, options: TrainOptions): Promise<Outcome> {
  const result = await train(openStudy(directory), options);
  const written = result.written.map((file) => `Wrote ${file}.`);
  const folds = result.folds.map(({ fold, model, iterations, best, entries, reused }) => {
    const which = best === null ? "" : `, the best by validation patients of ${iterations} iterations`;
    const after = best ?? iterations;
    return `Fold ${fold}: ${model} after ${after} iterations${which}${describe(entries)}${reused ? " (as before)" : ""}.`;
  });
  return { data: { step: "train", ...result }, lines: [`Engine: ${result.engine}.`, ...written, ...folds] };
}

async function solverOutcome(solver: string, options: TrainSolverOptions): Promise<Outcome> {
  const result = await trainSolver(solver, options);
  const model = result.files?.model ?? "no snapshot";
  return {
    data: { step: "train", ...result },
    lines: [
      `Engine: ${result.engine}.`,
      `${model} after ${result.iterations} iterations${describe(result.entries)}.`,
    ],
  };
}

/** The last test of a run, for people. */
function describe(entries: LogEntry[]): string {
  const test = entries.filter((entry) => entry.kind === "test").at(-1);
  if (!test) return "";
  const outputs = Object.entries(test.outputs).map(([name, value]) => `${name} ${value.toFixed(3)}`);
  return `, test ${outputs.join(", ")}`;
}

function needsNoCluster(subject: string): HistobookError {
  return new HistobookError("BadOption", {
    subject,
    found: "it beside --on",
    expected: "it on this machine",
    fix: "leave --on out",
  });
}

function noStudy(): HistobookError {
  return new HistobookError("BadOption", {
    subject: "train",
    found: "neither a study nor --solver",
    expected: "one of them",
    fix: "name the study folder",
  });
}

/** What needs a study's folds and manifest is not passed over in silence: a dry run must not train. */
function refuseBesideSolver(options: Options): void {
  const { keep, minutes, processes, dryRun, overfitOneBatch, findLearningRate, on } = options;
  const given = {
    "--on": on === "local" ? undefined : on,
    "--keep": keep,
    "--minutes": minutes,
    "--processes": processes,
    "--dry-run": dryRun,
    "--overfit-one-batch": overfitOneBatch,
    "--find-learning-rate": findLearningRate,
  };
  const named = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  for (const subject of [...named, ...givenRecipe(options)]) {
    throw new HistobookError("BadOption", {
      subject,
      found: "it beside --solver",
      expected:
        "only what 'caffe train' does too, which keeps all snapshots and trains one network to its max_iter",
      fix: "leave it out, or train a study",
    });
  }
}

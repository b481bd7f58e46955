import type { Command } from "commander";
import { networkNames, scheduleNames, type RecipeOptions } from "../training/index.js";
import { toNumber, toNumbers } from "./command.js";

/** Adds the options beside the tutorial's recipe, which the commands `train` and `run` have. */
export function withRecipe(command: Command): Command {
  return command
    .option(
      "--network <name>",
      `the network to write where there are no prototxts yet: ${networkNames.join(", ")}`,
    )
    .option(
      "--validate-every <iterations>",
      "test on the fold's validation patients, and use the model that did best there",
      toNumber,
    )
    .option(
      "--early-stopping [patience]",
      "end after so many of these tests without progress (5), one every twentieth of the iterations",
      toNumber,
    )
    .option(
      "--class-weights <weights>",
      "how much each class counts in the loss: balanced, or numbers such as 1,2 (other, epithelium)",
      toClassWeights,
    )
    .option(
      "--schedule <name>",
      `how the learning rate goes, in place of the solver's policy: ${scheduleNames.join(", ")}`,
    )
    .option("--warm-up <iterations>", "let the learning rate rise over so many iterations", toNumber)
    .option("--flips", "lay each patch down in one of its eight orientations, drawn anew each time")
    .option(
      "--stain-jitter [strength]",
      "change how much of each stain a patch has by up to this share (0.05)",
      toNumber,
    );
}

/** Those of a command's options that `withRecipe` has added and that were given. */
export function givenRecipe(options: RecipeOptions & { network?: string }): string[] {
  const { network, validateEvery, earlyStopping, classWeights, schedule, warmUp, flips, stainJitter } =
    options;
  const named = {
    "--network": network,
    "--validate-every": validateEvery,
    "--early-stopping": earlyStopping,
    "--class-weights": classWeights,
    "--schedule": schedule,
    "--warm-up": warmUp,
    "--flips": flips,
    "--stain-jitter": stainJitter,
  };
  return Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

function toClassWeights(text: string): "balanced" | number[] {
  return text === "balanced" ? text : toNumbers(text);
}

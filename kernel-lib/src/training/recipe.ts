import type { Augmentation } from "../databases/index.js";
import { choiceOption, HistobookError, numberOption } from "../foundation/index.js";
import { scheduleNames, type ScheduleName } from "./schedule.js";

/**
 * What a training may do beside the tutorial's recipe, each by choice; left out, all is as the tutorial and the prototxts
 * say. What it is worth on held-out patients stands in docs/recipes.md.
 */
export interface RecipeOptions {
  /**
   * Iterations between two tests on the fold's validation patients; the model of the best one is what step 5 uses.
   * Default none; with `earlyStopping` a twentieth of the iterations, at most the solver's test_interval.
   */
  validateEvery?: number;
  /** Ends the training after so many tests on the validation patients without progress; true takes 5. */
  earlyStopping?: number | boolean;
  /**
   * How much each class counts in the loss: other, epithelium. `balanced` lets both count the same together, however
   * many patches of each the database has.
   */
  classWeights?: "balanced" | readonly number[];
  /** How the learning rate goes, in place of the solver's lr_policy; its base_lr is the highest rate. */
  schedule?: ScheduleName;
  /** Iterations over which the learning rate rises to what it would be. */
  warmUp?: number;
  /** Lay each patch down in one of its eight orientations, drawn anew each time it is read. */
  flips?: boolean;
  /** Change the stains' amounts of each patch by up to this share and density; true takes 0.05. */
  stainJitter?: number | boolean;
}

/** The recipe of one run: what was chosen, and nothing else, so that a run without any choice has the empty one. */
export interface Recipe {
  validateEvery?: number;
  earlyStopping?: number;
  classWeights?: "balanced" | readonly number[];
  schedule?: ScheduleName;
  warmUp?: number;
  flips?: true;
  stainJitter?: number;
}

const defaults = { patience: 5, stainJitter: 0.05 };

/**
 * Checks a recipe's options and leaves out those that choose nothing.
 *
 * @throws HistobookError `BadOption`.
 */
export function recipeOf(options: RecipeOptions): Recipe {
  const { validateEvery, classWeights, schedule, warmUp } = options;
  const patience = amount(options.earlyStopping, defaults.patience);
  const stainJitter = amount(options.stainJitter, defaults.stainJitter);
  const count = { minimum: 1, integer: true };
  return {
    ...(validateEvery !== undefined && {
      validateEvery: numberOption("--validate-every", validateEvery, count),
    }),
    ...(patience !== undefined && { earlyStopping: numberOption("--early-stopping", patience, count) }),
    ...(classWeights !== undefined && { classWeights: checkClassWeights(classWeights) }),
    ...(schedule !== undefined && { schedule: choiceOption("--schedule", schedule, scheduleNames) }),
    ...(warmUp !== undefined && { warmUp: numberOption("--warm-up", warmUp, count) }),
    ...(options.flips === true && { flips: true as const }),
    ...(stainJitter !== undefined && {
      stainJitter: numberOption("--stain-jitter", stainJitter, { minimum: 0.001, maximum: 1 }),
    }),
  };
}

/** The same options as the command line writes them, for a process that trains on somebody's behalf. */
export function recipeArguments(options: RecipeOptions): string[] {
  const named: Record<string, string | number | boolean | undefined> = {
    "--validate-every": options.validateEvery,
    "--early-stopping": options.earlyStopping,
    "--class-weights":
      typeof options.classWeights === "object" ? options.classWeights.join(",") : options.classWeights,
    "--schedule": options.schedule,
    "--warm-up": options.warmUp,
    "--flips": options.flips,
    "--stain-jitter": options.stainJitter,
  };
  return Object.entries(named).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [name] : [name, String(value)];
  });
}

/** How a recipe varies patches; undefined when it leaves them as they are. */
export function augmentationOf({ flips, stainJitter }: Recipe, seed: number): Augmentation | undefined {
  if (!flips && stainJitter === undefined) return undefined;
  return { flips: flips ?? false, stainJitter: stainJitter ?? 0, seed };
}

/**
 * How much each class counts in the loss.
 *
 * @param byClass the training database's patches of each class; weighted so that the mean over all patches is 1
 */
export function classWeightsOf(
  { classWeights }: Recipe,
  byClass: readonly number[],
): readonly number[] | undefined {
  if (classWeights !== "balanced") return classWeights;
  const total = byClass.reduce((sum, count) => sum + count, 0);
  return byClass.map((count) => (count === 0 ? 0 : total / (byClass.length * count)));
}

function amount(value: number | boolean | undefined, usual: number): number | undefined {
  if (value === true) return usual;
  return value === false ? undefined : value;
}

function checkClassWeights(weights: "balanced" | readonly number[]): "balanced" | readonly number[] {
  const isList = typeof weights === "object" && weights.length > 1;
  if (weights === "balanced") return weights;
  if (isList && weights.every((weight) => Number.isFinite(weight) && weight >= 0) && weights.some(Boolean))
    return weights;
  throw new HistobookError("BadOption", {
    subject: "--class-weights",
    found: String(weights),
    expected: "'balanced', or a weight of at least 0 for each class, such as 1,2",
    fix: "give another value",
  });
}

import { HistobookError, numberOption, randomStream, sampleIndices } from "../foundation/index.js";

/** One fold of the cross-validation: who trains, who chooses thresholds, who tests. */
export interface Fold {
  /** Counts from 1, as in the file names. */
  fold: number;
  train: string[];
  validation: string[];
  test: string[];
}

/** How patients are split. */
export interface SplitOptions {
  /** Number of folds, at least 2. */
  folds: number;
  seed: number;
  /** Share of a fold's training patients that is kept aside for choosing a threshold, [0, 0.9]. */
  validation: number;
  /**
   * A number for each patient (e.g. the share of its patches that are epithelium) whose distribution the folds
   * shall share; without it the split is random alone.
   */
  balance?: ReadonlyMap<string, number>;
}

/**
 * Splits patients into folds (tutorial step 2; the original: Matlab's crossvalind "Kfold").
 *
 * Every patient is tested exactly once, and the folds' sizes differ by at most one. Unlike the original, the
 * split follows from the seed, and validation patients can be drawn from each fold's training side: their
 * number is rounded, at least 1, and leaves at least 1 patient to train on.
 *
 * @param patients different codes, e.g. `8918`; each side of a fold keeps their order
 * @throws HistobookError `BadOption` when there are fewer patients than folds.
 * @example
 * const folds = splitPatients(["8918", "8974", "9023", "9036"], { folds: 2, seed: 1, validation: 0.5 });
 * folds.map(({ train, validation, test }) => [train.length, validation.length, test.length]);
 * // => [[1, 1, 2], [1, 1, 2]]
 */
export function splitPatients(patients: readonly string[], options: SplitOptions): Fold[] {
  const { seed, balance } = options;
  const folds = numberOption("--folds", options.folds, { minimum: 2, maximum: 1000, integer: true });
  const validation = numberOption("--validation", options.validation, { minimum: 0, maximum: 0.9 });
  if (patients.length < folds) {
    throw new HistobookError("BadOption", {
      subject: "--folds",
      found: `${folds} folds for ${patients.length} ${patients.length === 1 ? "patient" : "patients"}`,
      expected: "at least one test patient a fold",
      fix: patients.length < 2 ? "add images of more patients" : `use --folds ${patients.length} or fewer`,
    });
  }
  const foldOf = dealPatients(patients, folds, seed, balance);
  return Array.from({ length: folds }, (_, index) => {
    const fold = index + 1;
    const test = patients.filter((patient) => foldOf.get(patient) === index);
    const others = patients.filter((patient) => foldOf.get(patient) !== index);
    const kept = new Set(drawValidation(others, validation, seed, fold, balance));
    return {
      fold,
      train: others.filter((patient) => !kept.has(patient)),
      validation: others.filter((patient) => kept.has(patient)),
      test,
    };
  });
}

/** Gives each patient the index of the fold in which it is tested. */
function dealPatients(
  patients: readonly string[],
  folds: number,
  seed: number,
  balance: SplitOptions["balance"],
): Map<string, number> {
  const random = randomStream(seed, "folds");
  const order = Array.from(sampleIndices(patients.length, patients.length, random), (i) => patients[i]);
  const foldOf = new Map<string, number>();
  if (!balance) {
    order.forEach((patient, i) => foldOf.set(patient, i % folds));
    return foldOf;
  }
  // Neighbours in the sorted row resemble each other; each round of them is spread over all folds.
  const sorted = sortByBalance(order, balance);
  for (let start = 0; start < sorted.length; start += folds) {
    const targets = sampleIndices(folds, folds, random);
    sorted.slice(start, start + folds).forEach((patient, i) => foldOf.set(patient, targets[i]));
  }
  return foldOf;
}

function drawValidation(
  candidates: string[],
  share: number,
  seed: number,
  fold: number,
  balance: SplitOptions["balance"],
): string[] {
  if (share === 0 || candidates.length < 2) return [];
  const count = Math.min(Math.max(1, Math.round(share * candidates.length)), candidates.length - 1);
  const random = randomStream(seed, "folds", "validation", fold);
  if (!balance) return Array.from(sampleIndices(candidates.length, count, random), (i) => candidates[i]);
  const sorted = sortByBalance(candidates, balance);
  return Array.from({ length: count }, (_, i) => {
    const first = Math.floor((i * sorted.length) / count);
    const next = Math.floor(((i + 1) * sorted.length) / count);
    return sorted[first + random.integer(next - first)];
  });
}

function sortByBalance(patients: readonly string[], balance: ReadonlyMap<string, number>): string[] {
  return [...patients].sort((a, b) => (balance.get(a) ?? 0) - (balance.get(b) ?? 0));
}

import { HistobookError } from "../foundation/index.js";
import { readManifest, updateManifest } from "../study/index.js";

/** A threshold that somebody set by hand while looking at a fold's test patients: good for exploring, not for a result. */
export interface ExploratoryThreshold {
  /** Probability from which a pixel is epithelium, [0,1]. */
  value: number;
  fold: number;
  exploratory: true;
}

/** The convention, which nobody has to look at a map for. */
const convention = 0.5;

/**
 * Writes down in the manifest that a threshold was set by hand, so that no evaluation takes it for a result. 0.5, the
 * convention, is not written down.
 *
 * @param value probability, [0,1]
 * @throws HistobookError `BadInput` when the manifest can't be read or written, `Locked`.
 * @example
 * await tagExploratory(study.directory, 1, 0.63);
 * readManifest(study.directory).exploratory; // => { "1": [0.63] }
 */
export async function tagExploratory(directory: string, fold: number, value: number): Promise<void> {
  if (sameCalls(value, convention)) return;
  await updateManifest(directory, (manifest) => {
    const earlier = exploratoryOf(manifest.exploratory, fold);
    if (earlier.includes(value)) return manifest;
    const tagged = [...earlier, value].sort((a, b) => a - b);
    return { ...manifest, exploratory: { ...manifest.exploratory, [fold]: tagged } };
  });
}

/**
 * Refuses a threshold that was set by hand while looking at one of the folds' test patients.
 *
 * @throws HistobookError `BadOption`.
 */
export function refuseExploratory(
  directory: string,
  folds: readonly number[],
  threshold: number | ExploratoryThreshold,
): void {
  if (typeof threshold !== "number") throw refusal(threshold.value, threshold.fold);
  const { exploratory } = readManifest(directory);
  const fold = folds.find((one) =>
    exploratoryOf(exploratory, one).some((value) => sameCalls(value, threshold)),
  );
  if (fold !== undefined) throw refusal(threshold, fold);
}

/** Two thresholds that lie between the same two levels of a `_prob.png` are one and the same. */
function sameCalls(one: number, other: number): boolean {
  return Math.ceil(one * 255) === Math.ceil(other * 255);
}

function exploratoryOf(tagged: Record<string, number[]> | undefined, fold: number): number[] {
  return tagged?.[fold] ?? [];
}

function refusal(value: number, fold: number): HistobookError {
  return new HistobookError("BadOption", {
    subject: "--threshold",
    found: `${value}, which was set by hand where fold ${fold}'s test patients can be seen (exploratory)`,
    expected: "a threshold that no test patient had a part in",
    fix: "leave it out: it is then chosen on validation patients",
  });
}

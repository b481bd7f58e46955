import { rmSync } from "node:fs";
import { resolve } from "node:path";
import type { LogEntry, SnapshotEntry, TestEntry } from "./logLine.js";
import { lossOf } from "./trainingLog.js";
import { bestValidation } from "./validation.js";

/**
 * The snapshots that a run no longer needs: all but the newest, and the best one: that of the lowest loss on the
 * validation patients; in a run that was not tested on them, the one that did best in its tests (the highest accuracy, or
 * the lowest loss where there is no accuracy).
 *
 * @param keep how many of the newest stay, at least 1
 * @example
 * const snapshots = [100, 200, 300].map((iteration) => ({ kind: "snapshot" as const, iteration, state: `${iteration}` }));
 * const test = { kind: "test" as const, iteration: 100, outputs: { accuracy: 0.9 } };
 * snapshotsToRemove([test, ...snapshots], 1).map(({ iteration }) => iteration); // => [200]
 */
export function snapshotsToRemove(entries: readonly LogEntry[], keep: number): SnapshotEntry[] {
  const snapshots = entries.filter((entry) => entry.kind === "snapshot");
  const tested = new Map(
    entries.filter((entry) => entry.kind === "test").map((entry) => [entry.iteration, merit(entry)]),
  );
  const old = snapshots.slice(0, Math.max(0, snapshots.length - keep));
  const validated = bestValidation(entries);
  if (validated) return old.filter(({ iteration }) => iteration !== validated.entry.iteration);
  const best = Math.max(...snapshots.map(({ iteration }) => tested.get(iteration) ?? -Infinity));
  const isBest = ({ iteration }: SnapshotEntry): boolean =>
    best > -Infinity && tested.get(iteration) === best;
  return old.filter((snapshot) => !isBest(snapshot));
}

/** Removes both files of each; those that are gone already are passed over. */
export function removeSnapshots(workingDirectory: string, snapshots: readonly SnapshotEntry[]): void {
  for (const { state } of snapshots) {
    // The state first: its presence says that the model is there.
    rmSync(resolve(workingDirectory, state), { force: true });
    rmSync(resolve(workingDirectory, state.replace(/\.solverstate$/, ".caffemodel")), { force: true });
  }
}

function merit(entry: TestEntry): number {
  return entry.outputs.accuracy ?? -lossOf(entry);
}

/** A run's log in other programs' formats, and which snapshots stay. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Study } from "../../kernel-lib/dist/study/index.js";
import { train, type LogEntry, type TrainOptions } from "../../kernel-lib/dist/training/index.js";
import { snapshotsToRemove } from "../../kernel-lib/dist/training/oldSnapshots.js";
import { newFolder } from "../study/pictures.js";
import { copyOfStudy, newPreparedStudy } from "./smallStudy.js";
import { scalarsIn } from "./tensorBoardFile.js";

const small: TrainOptions = { fold: 1, iterations: 6, batch: 4, snapshotEvery: 2 };

let prepared: Study;
let study: Study;
beforeAll(async () => {
  prepared = await newPreparedStudy();
});
beforeEach(() => {
  study = copyOfStudy(prepared);
});

/** What both formats are to hold. */
function valuesOf(entries: readonly LogEntry[]): [iteration: number, name: string, value: number][] {
  return entries.flatMap((entry): [number, string, number][] => {
    if (entry.kind === "loss") {
      const { iteration, loss, learningRate } = entry;
      return [
        [iteration, "train/loss", loss],
        [iteration, "learning_rate", learningRate],
      ];
    }
    if (entry.kind !== "test") return [];
    return Object.entries(entry.outputs).map(([name, value]) => [entry.iteration, `test/${name}`, value]);
  });
}

function csvIn(folder: string): unknown[] {
  const [head, ...lines] = readFileSync(join(folder, "1-training-log.csv"), "utf8").trimEnd().split("\n");
  expect(head).toBe("iteration,name,value");
  return lines.map((line) => {
    const [iteration, name, value] = line.split(",");
    return [Number(iteration), name, Number(value)];
  });
}

describe("the log as a table and for TensorBoard", () => {
  test("holds every loss, learning rate and test, also of a run that was interrupted, and of a kept model", async () => {
    const [csv, tensorBoard] = [join(newFolder(), "csv"), join(newFolder(), "board")];
    const stop = new AbortController();
    const options = { ...small, csv, tensorBoard };
    await expect(
      train(study, {
        ...options,
        signal: stop.signal,
        report: (event) => event.event === "progress" && event.done === 3 && stop.abort(),
      }),
    ).rejects.toMatchObject({ code: "Interrupted" });
    for (const reused of [false, true]) {
      const { folds } = await train(study, { ...options, resume: true });
      expect(folds[0].reused).toBe(reused);
      const expected = valuesOf(folds[0].entries);
      expect(expected.length).toBeGreaterThan(15);
      expect(csvIn(csv)).toEqual(expected);
      const files = readdirSync(join(tensorBoard, "fold_1"));
      expect(files).toHaveLength(1);
      expect(scalarsIn(join(tensorBoard, "fold_1", files[0]))).toEqual(
        expected.map(([iteration, name, value]) => [iteration, name, Math.fround(value)]),
      );
    }
  });
});

describe("--keep", () => {
  test("leaves the newest snapshots and the best, and the same model", async () => {
    const all = copyOfStudy(prepared);
    await train(all, { ...small, iterations: 20 });
    const { folds } = await train(study, { ...small, iterations: 20, keep: 1 });
    const left = folds[0].entries
      .filter((entry) => entry.kind === "snapshot")
      .filter(({ state }) => existsSync(join(study.directory, "models", state)));
    expect(left.at(-1)!.iteration).toBe(20);
    expect(left.length).toBeLessThanOrEqual(2);
    const names = readdirSync(join(study.directory, "models")).filter((name) => /(state|model)$/.test(name));
    expect(names).toHaveLength(2 * left.length);
    for (const name of names) {
      expect(readFileSync(join(study.directory, "models", name))).toEqual(
        readFileSync(join(all.directory, "models", name)),
      );
    }
  });

  test("never removes the newest or the best of any log, and keeps no more than it was asked to", () => {
    const log = fc.array(
      fc.record({ tested: fc.boolean(), accuracy: fc.double({ min: 0, max: 1, noNaN: true }) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(log, fc.integer({ min: 1, max: 5 }), (runs, keep) => {
        const entries = runs.flatMap(({ tested, accuracy }, i): LogEntry[] => [
          ...(tested ? [{ kind: "test" as const, iteration: i, outputs: { accuracy } }] : []),
          { kind: "snapshot", iteration: i, state: `${i}.solverstate` },
        ]);
        const removed = new Set(snapshotsToRemove(entries, keep).map(({ iteration }) => iteration));
        const left = runs.map((run, i) => ({ ...run, i })).filter(({ i }) => !removed.has(i));
        expect(left.slice(-keep).map(({ i }) => i)).toEqual(runs.map((_, i) => i).slice(-keep));
        const best = Math.max(...runs.filter(({ tested }) => tested).map(({ accuracy }) => accuracy));
        for (const { tested, accuracy, i } of left.slice(0, -keep)) {
          expect({ i, tested, accuracy }).toEqual({ i, tested: true, accuracy: best });
        }
        for (const i of removed) expect(runs[i].tested && runs[i].accuracy === best).toBe(false);
      }),
    );
  });
});

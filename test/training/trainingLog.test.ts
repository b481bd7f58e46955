/** A run's log over a kill and a resume. */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { LogEntry } from "../../kernel-lib/src/training/logLine.js";
import { openTrainingLog, readTrainingLog } from "../../kernel-lib/src/training/trainingLog.js";
import { newFolder } from "../study/pictures.js";

const run = { kind: "run", key: "k", engine: "e", iterations: 6, batch: 8 } as const;
const snapshot = (iteration: number): LogEntry => ({ kind: "snapshot", iteration, state: `${iteration}` });
const test_ = (iteration: number): LogEntry => ({ kind: "test", iteration, outputs: { loss: iteration } });
const validation = (iteration: number): LogEntry => ({ ...test_(iteration), kind: "validation" }) as LogEntry;

/** In an iteration that does best on the validation patients, the test comes before the snapshot that it brings about. */
const undisturbed = [
  snapshot(2),
  test_(2),
  validation(3),
  snapshot(3),
  test_(3),
  snapshot(4),
  validation(4),
  test_(4),
];

test.each([2, 3, 4])(
  "a run that goes on from snapshot %i ends with the log of an undisturbed one",
  (from) => {
    const path = join(newFolder(), "log.jsonl");
    const first = openTrainingLog(path, run, 0);
    undisturbed.forEach((entry) => first.add(entry));
    const whole = readFileSync(path, "utf8");
    appendFileSync(path, '{"kind":"loss","iterat');
    const second = openTrainingLog(path, run, from);
    const kept = undisturbed.findLastIndex(
      ({ kind, ...entry }) => kind === "snapshot" && "iteration" in entry && entry.iteration === from,
    );
    expect(second.entries()).toEqual([run, ...undisturbed.slice(0, kept + 1)]);
    undisturbed.slice(kept + 1).forEach((entry) => second.add(entry));
    expect(readFileSync(path, "utf8")).toBe(whole);
  },
);

test("a run that was taken from a recording says so when its log is read", () => {
  const path = join(newFolder(), "log.jsonl");
  const recorded = { ...run, recorded: "on another machine" };
  openTrainingLog(path, recorded, 0).add(test_(2));
  expect(readTrainingLog(path)).toEqual([recorded, test_(2)]);
});

/** Training in processes of their own: the same results, and nothing lost when one of the two processes ends. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readManifest, type Study } from "../../kernel-lib/dist/study/index.js";
import { processesFor } from "../../kernel-lib/dist/training/sideBySide.js";
import { readTrainingLog, train, type TrainOptions } from "../../kernel-lib/dist/training/index.js";
import { copyOfStudy, newPreparedStudy } from "./smallStudy.js";

const small: TrainOptions = { iterations: 6, batch: 4, snapshotEvery: 2 };
const long: TrainOptions = { ...small, fold: 1, iterations: 4000, snapshotEvery: 4000, processes: 1 };
const library = join(__dirname, "..", "..", "kernel-lib", "dist", "index.js");

let prepared: Study;
let study: Study;
beforeAll(async () => {
  prepared = await newPreparedStudy();
});
beforeEach(() => {
  study = copyOfStudy(prepared);
});

/** The models' and states' bytes, by name. */
function filesOf({ directory }: Study): Record<string, string> {
  const names = readdirSync(join(directory, "models")).filter((name) => /(model|state)$/.test(name));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(directory, "models", name)).toString("base64")]),
  );
}

/** The processes that a process has started and that train. */
function trainingChildrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const [, after] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
        const [, of] = after.split(" ");
        return Number(of) === parent && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("\0train\0");
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

describe("folds side by side", () => {
  test("have the bytes, logs and records of folds one after the other, and tell what they do", async () => {
    const here = copyOfStudy(prepared);
    const expected = await train(here, { ...small, processes: 0 });
    const seen: { done: number; total: number }[] = [];
    const told = new Set<number>();
    const found = await train(study, {
      ...small,
      processes: 2,
      report: (event) => event.event === "progress" && seen.push(event),
      onEntry: (fold) => told.add(fold),
    });
    expect(found).toEqual(expected);
    expect(filesOf(study)).toEqual(filesOf(here));
    expect(readManifest(study.directory)).toEqual(readManifest(here.directory));
    expect(seen.at(-1)).toMatchObject({ done: 12, total: 12 });
    expect(seen.map(({ done }) => done)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect([...told].sort()).toEqual([1, 2]);
  });

  test("that are finished start no process", async () => {
    const first = await train(study, { ...small, processes: 2 });
    const started: string[] = [];
    const again = await train(study, { ...small, processes: 2, report: ({ event }) => started.push(event) });
    expect(again).toEqual({
      engine: first.engine,
      written: [],
      folds: first.folds.map((fold) => ({ ...fold, reused: true })),
    });
    expect(started).toEqual([]);
  });

  test("fail with the sentences that they would have here; one that fails does not stop the others", async () => {
    const options = { ...small, learningRate: 1e30 };
    const sentences: string[] = [];
    for (const processes of [0, 1]) {
      const failure = train(copyOfStudy(prepared), { ...options, fold: 1, processes });
      await failure.catch((error: Error) => sentences.push(`${error.name}: ${error.message}`));
    }
    expect(sentences[0]).toMatch(/^HistobookError: .*a finite loss; lower base_lr/);
    expect(sentences[1]).toBe(sentences[0]);
    await expect(train(study, { ...options, processes: 2 })).rejects.toThrow(
      /^the training of folds [12], [12]: found fold [12]: a loss of .*; fold [12]: a loss of .*/,
    );
  });
});

describe("a process of its own", () => {
  test("leaves a snapshot when it is interrupted, and goes on from it to the same bytes", async () => {
    const undisturbed = copyOfStudy(prepared);
    await train(undisturbed, { ...small, fold: 1, iterations: 600, snapshotEvery: 1000 });
    const stop = new AbortController();
    const options = { ...small, fold: 1, iterations: 600, snapshotEvery: 1000, processes: 1 };
    const work = train(study, {
      ...options,
      signal: stop.signal,
      report: (event) => event.event === "progress" && event.done === 3 && stop.abort(),
    });
    await expect(work).rejects.toThrow(
      /^models\/1-alexnet_solver_ada.prototxt: found an interrupt at iteration \d+,/,
    );
    await train(study, { ...options, resume: true });
    const name = "1_caffenet_train_w32_iter_600.solverstate";
    expect(filesOf(study)[name]).toBe(filesOf(undisturbed)[name]);
  });

  test("is not started when it was interrupted before", async () => {
    await expect(train(study, { ...long, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "Interrupted",
    });
    expect(filesOf(study)).toEqual({});
  });

  test("that is killed is reported with how it ended, and resumed from its newest snapshot", async () => {
    const undisturbed = copyOfStudy(prepared);
    const options = { ...small, fold: 1, iterations: 400, snapshotEvery: 20, processes: 1 };
    await train(undisturbed, options);
    let killed = 0;
    const failure = train(study, {
      ...options,
      report(event) {
        if (event.event !== "progress" || event.done < 45 || killed > 0) return;
        [killed] = trainingChildrenOf(process.pid);
        process.kill(killed, "SIGKILL");
      },
    });
    await expect(failure).rejects.toThrow(
      /^the training of fold 1: found that its process was ended by SIGKILL, .*goes on from .*_iter_\d+.solverstate\.$/,
    );
    const seen: number[] = [];
    await train(study, {
      ...options,
      resume: true,
      report: (event) => event.event === "progress" && seen.push(event.done),
    });
    expect(seen[0] % 20).toBe(1);
    expect(seen[0]).toBeGreaterThan(20);
    const name = "1_caffenet_train_w32_iter_400.solverstate";
    expect(filesOf(study)[name]).toBe(filesOf(undisturbed)[name]);
  });

  test("ends, with a snapshot, when the process that has started it is killed", async () => {
    const code = `const { openStudy, train } = require(${JSON.stringify(library)});
      train(openStudy(${JSON.stringify(study.directory)}), ${JSON.stringify(long)});`;
    const parent = spawn(process.execPath, ["-e", code], { stdio: "ignore" });
    const log = join(study.directory, "models", "1-training-log.jsonl");
    await until(() => existsSync(log) && readTrainingLog(log).some(({ kind }) => kind === "loss"));
    const [child] = trainingChildrenOf(parent.pid!);
    parent.kill("SIGKILL");
    await until(() => !existsSync(`/proc/${child}`));
    const snapshots = readTrainingLog(log).flatMap((entry) =>
      entry.kind === "snapshot" ? [entry.state] : [],
    );
    expect(snapshots).toHaveLength(1);
    expect(existsSync(join(study.directory, "models", snapshots[0]))).toBe(true);
  });
});

test("as many processes as cores and memory allow, at least one and at most one a fold", () => {
  const machine = fc.record({ cores: fc.integer({ min: 1, max: 128 }), freeBytes: fc.nat(2 ** 40) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), machine, (folds, free) => {
      const processes = processesFor(folds, free);
      expect(processes).toBeGreaterThanOrEqual(1);
      expect(processes).toBeLessThanOrEqual(folds);
      if (processes > 1) expect(processes * 2).toBeLessThanOrEqual(free.cores);
    }),
  );
  expect(processesFor(5, { cores: 16, freeBytes: 64 * 2 ** 30 })).toBe(5);
  expect(processesFor(5, { cores: 4, freeBytes: 64 * 2 ** 30 })).toBe(2);
  expect(processesFor(5, { cores: 16, freeBytes: 3.2 * 2 ** 30 })).toBe(2);
});

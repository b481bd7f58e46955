/** A job's time limit on a real Slurm. Limits are whole minutes, so this takes one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readTrainingLog, type LogEntry } from "../../kernel-lib/dist/training/index.js";
import { run } from "../cli/command.js";
import { newPreparedStudy } from "../training/smallStudy.js";
import { startSlurm, type PrivateSlurm } from "./privateSlurm.js";

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(200);
}

let slurm: PrivateSlurm;
beforeAll(async () => {
  slurm = await startSlurm();
  Object.assign(process.env, slurm.env);
});
afterAll(() => slurm?.stop());

test("near its time limit a job leaves a snapshot, goes back into the queue by itself, and goes on", async () => {
  const { directory } = await newPreparedStudy();
  const log = (): LogEntry[] => readTrainingLog(join(directory, "models", "1-training-log.jsonl"));
  const much = ["--iterations", "1000000", "--batch", "4", "--snapshot-every", "1000000"];
  const fold = ["--fold", "1", "--partition", "short", "--memory", "500M"];
  expect((await run(["train", directory, "--on", "slurm", ...much, ...fold])).status).toBe(0);
  const snapshot = (): number | undefined =>
    log().flatMap((entry) => (entry.kind === "snapshot" ? [entry.iteration] : []))[0];
  await until(() => snapshot() !== undefined);
  const first = snapshot()!;
  await until(() => log().some((entry) => entry.kind === "loss" && entry.iteration > first));
  const words = readFileSync(join(directory, "cluster/job-1/1.log"), "utf8");
  expect(words).toContain("Back into the queue.");
  expect((await run(["jobs", directory])).out).toContain("fold 1: running");
  expect((await run(["jobs", directory, "--cancel"])).status).toBe(0);
});

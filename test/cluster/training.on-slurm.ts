/** Training on a real Slurm: a private one with two nodes on this machine. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readManifest, type Study } from "../../kernel-lib/dist/study/index.js";
import {
  readTrainingLog,
  train,
  type LogEntry,
  type TrainOptions,
} from "../../kernel-lib/dist/training/index.js";
import { cancelJobs, listJobs, type JobTask } from "../../kernel-lib/dist/cluster/index.js";
import { run, runJson } from "../cli/command.js";
import { copyOfStudy, newPreparedStudy } from "../training/smallStudy.js";
import { startSlurm, type PrivateSlurm } from "./privateSlurm.js";

let slurm: PrivateSlurm;
let prepared: Study;
let study: Study;
beforeAll(async () => {
  slurm = await startSlurm();
  Object.assign(process.env, slurm.env);
  prepared = await newPreparedStudy();
  const here = copyOfStudy(prepared);
  await train(here, { ...long, fold: 1, processes: 0 });
  undisturbed = { [lastState]: filesOf(here)[lastState] };
});
afterAll(() => slurm?.stop());
beforeEach(() => {
  study = copyOfStudy(prepared);
});

const small: TrainOptions = { iterations: 6, batch: 4, snapshotEvery: 2 };
const flags = [
  "--iterations",
  "6",
  "--batch",
  "4",
  "--snapshot-every",
  "2",
  "--memory",
  "500M",
  "--cpus",
  "1",
];

/** So long that a test has time to disturb it, and short enough to end in one. */
const long = { iterations: 1500, batch: 4, snapshotEvery: 10000 };
const longFlags = ["--iterations", "1500", "--batch", "4", "--snapshot-every", "10000", "--memory", "500M"];

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(200);
}

async function tasks(): Promise<JobTask[]> {
  return (await listJobs(study.directory)).jobs.flatMap((job) => job.tasks);
}

const logOf = (fold: number): LogEntry[] =>
  readTrainingLog(join(study.directory, "models", `${fold}-training-log.jsonl`));

const trains = (fold: number): boolean => logOf(fold).some(({ kind }) => kind === "loss");

const snapshots = (fold: number): number[] =>
  logOf(fold).flatMap((entry) => (entry.kind === "snapshot" ? [entry.iteration] : []));

const slurmNumber = (task: number): string => {
  const { job } = JSON.parse(readFileSync(join(study.directory, "cluster/job-1/job.json"), "utf8")) as {
    job: string;
  };
  return `${job}_${task}`;
};

const lastState = "1_caffenet_train_w32_iter_1500.solverstate";
/** Fold 1's bytes at the end of an undisturbed training here. */
let undisturbed: Record<string, string>;

function filesOf({ directory }: Study): Record<string, string> {
  const names = readdirSync(join(directory, "models")).filter((name) => /(model|state)$/.test(name));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(directory, "models", name)).toString("base64")]),
  );
}

test("train --on slurm --wait makes the bytes of a training here, and jobs lists it as done", async () => {
  const here = copyOfStudy(prepared);
  await train(here, { ...small, processes: 0 });
  const { status, errors, last } = await runJson([
    "train",
    study.directory,
    "--on",
    "slurm",
    "--wait",
    ...flags,
  ]);
  expect(errors).toBe("");
  expect(status).toBe(0);
  expect(last).toMatchObject({ event: "result", folds: [{ fold: 1, reused: false }, { fold: 2 }] });
  expect(filesOf(study)).toEqual(filesOf(here));
  expect(readManifest(study.directory).models).toEqual(readManifest(here.directory).models);
  const listed = await run(["jobs", study.directory]);
  expect(listed.out).toMatch(
    /^Job 1: train on slurm \(\d+\), .*, ended\n {2}fold 1: done\n {2}fold 2: done\n$/,
  );
  expect(existsSync(join(study.directory, "cluster", "slurm.sh"))).toBe(true);
});

test("a fold that is requeued, by hand or because its node goes down, goes on from its snapshot to the same bytes", async () => {
  const submitted = await run(["train", study.directory, "--on", "slurm", "--fold", "1", ...longFlags]);
  expect(submitted.out).toMatch(/^Job 1 \(Slurm \d+\): train, fold 1; logs in .*job-1\.\n/m);
  await until(() => trains(1));
  slurm.ask("scontrol", "requeue", slurmNumber(1));
  await until(() => snapshots(1).length > 0);
  await until(async () => (await tasks())[0].state === "waiting");
  await until(async () => (await tasks())[0].state === "running");
  const [first] = snapshots(1);
  await until(() => logOf(1).some((entry) => entry.kind === "loss" && entry.iteration > first));
  await until(async () => (await tasks())[0].state === "done");
  expect(filesOf(study)).toMatchObject(undisturbed);
  expect((await run(["jobs", study.directory])).out).toContain("fold 1: done");
});

test("a fold whose process is killed is named with its log, does not stop the other, and goes on when asked again", async () => {
  const waiting = runJson([
    "train",
    study.directory,
    "--on",
    "slurm",
    "--wait",
    ...longFlags,
    "--snapshot-every",
    "300",
  ]);
  await until(() => snapshots(1).length > 0);
  const words = slurm.ask("scontrol", "show", "job", slurmNumber(1));
  expect(words).toContain("JobState=RUNNING");
  // The program itself, on the node; its script writes down how it ended.
  slurm.ask("scancel", "--signal=KILL", "--full", slurmNumber(1));
  const { status, last } = await waiting;
  expect(status).toBe(1);
  expect(last).toMatchObject({ event: "error", code: "JobFailed" });
  expect(last.message).toMatch(
    /^the training of fold 1: found fold 1 (failed|lost|cancelled).*, see .*job-1\/1\.log/,
  );
  expect((await tasks()).map(({ state }) => state)[1]).toBe("done");
  const again = await runJson([
    "train",
    study.directory,
    "--on",
    "slurm",
    "--wait",
    ...longFlags,
    "--snapshot-every",
    "300",
  ]);
  expect(again.last).toMatchObject({
    event: "result",
    folds: [
      { fold: 1, reused: false },
      { fold: 2, reused: true },
    ],
  });
  expect(filesOf(study)).toMatchObject(undisturbed);
});

test("a node that is drained in the middle ends its fold, and the folds that wait come to the other node", async () => {
  const waiting = run(["train", study.directory, "--on", "slurm", "--wait", ...flags, "--at-once", "1"]);
  await until(async () => (await tasks())[0]?.state === "running");
  const node = slurm.ask("squeue", "-h", "-o", "%N", "-t", "R").trim();
  slurm.ask("scontrol", "update", `nodename=${node}`, "state=drain", "reason=test");
  try {
    expect((await waiting).status).toBe(0);
    const done = slurm.ask("scontrol", "show", "job", slurmNumber(2), "--oneliner");
    expect(done).not.toContain(` NodeList=${node}`);
  } finally {
    slurm.ask("scontrol", "update", `nodename=${node}`, "state=resume");
  }
});

test("a cancelled array leaves snapshots, says so, and does not come back", async () => {
  await run([
    "train",
    study.directory,
    "--on",
    "slurm",
    ...longFlags,
    "--iterations",
    "100000",
    "--snapshot-every",
    "100000",
  ]);
  await until(() => trains(1) && trains(2));
  const { out } = await run(["jobs", study.directory, "--cancel"]);
  expect(out).toBe("Ended job 1 (train).\n");
  await until(() => slurm.ask("squeue", "-h") === "");
  expect(snapshots(1)).toHaveLength(1);
  expect(snapshots(2)).toHaveLength(1);
  expect((await tasks()).map(({ state }) => state)).toEqual(["cancelled", "cancelled"]);
  await sleep(7000);
  expect(slurm.ask("squeue", "-h")).toBe("");
  expect((await run(["jobs", study.directory, "--cancel"])).out).toBe("No job waits or runs.\n");
});

test("a job whose place is needed leaves a snapshot, goes back into the queue and comes to its end", async () => {
  await run(["train", study.directory, "--on", "slurm", "--fold", "1", ...longFlags, "--partition", "lent"]);
  await until(() => trains(1));
  const urgent = ["-p", "urgent", "-N2", "-n4", "-o", "/dev/null", "--wrap", "sleep 1"];
  slurm.ask("sbatch", ...urgent);
  await until(() => snapshots(1).length > 0);
  await until(async () => (await tasks())[0].state === "done");
  expect(filesOf(study)).toMatchObject(undisturbed);
});

test("a training that is followed can be left and found again: train() follows the jobs that are there", async () => {
  const cluster = { memory: "500M" };
  const stop = new AbortController();
  const left = train(study, {
    ...long,
    on: "slurm",
    cluster,
    signal: stop.signal,
    onEntry: (_, { kind }) => kind === "loss" && stop.abort(),
  });
  await expect(left).rejects.toMatchObject({ code: "Interrupted" });
  expect((await tasks()).some(({ state }) => state === "running")).toBe(true);
  const told = new Map<number, number>();
  const { folds } = await train(study, {
    ...long,
    on: "slurm",
    cluster,
    onEntry: (fold, entry) => entry.kind === "loss" && told.set(fold, entry.iteration),
  });
  expect(folds.map(({ fold, iterations, reused }) => [fold, iterations, reused])).toEqual([
    [1, 1500, false],
    [2, 1500, false],
  ]);
  expect([...told.keys()].sort()).toEqual([1, 2]);
  expect((await listJobs(study.directory)).jobs).toHaveLength(1);
  await cancelJobs(study.directory);
});

test("what the scheduler refuses is told in its own words, and leaves nothing behind", async () => {
  const refused = await run(["train", study.directory, "--on", "slurm", ...flags, "--partition", "nosuch"]);
  expect(refused.status).toBe(1);
  expect(refused.errors).toMatch(
    /^Error: sbatch: found its words '.*Invalid partition name specified.*\nMore: histobook help cluster\n$/,
  );
  expect(readdirSync(join(study.directory, "cluster"))).toEqual(["slurm.sh"]);
  expect((await run(["jobs", study.directory])).out).toBe("No jobs.\n");
});

test("the study's own template is what later jobs are made from", async () => {
  mkdirSync(join(study.directory, "cluster"));
  const dry = await run(["train", study.directory, "--on", "slurm", ...flags, "--dry-run"]);
  expect(dry.out).toMatch(/^# sbatch --parsable cluster\/job-1\/job.sh\n#!\/bin\/bash\n/);
  const template = join(study.directory, "cluster", "slurm.sh");
  writeFileSync(
    template,
    "#!/bin/bash\n#SBATCH --array={{array}}\n#SBATCH -o {{log}}\necho mine\ncase $SLURM_ARRAY_TASK_ID in\n{{tasks}}\nesac\n",
  );
  const bad = await run(["train", study.directory, "--on", "slurm", ...flags]);
  expect(bad.errors).toContain("the template cluster/slurm.sh: found no {{command}}, expected {{command}}");
  appendFileSync(template, '{{command}} "${arguments[@]}"\n');
  const { status } = await run(["train", study.directory, "--on", "slurm", "--wait", ...flags]);
  expect(status).toBe(0);
  expect(readFileSync(join(study.directory, "cluster/job-1/1.log"), "utf8")).toMatch(/^mine\n/);
});

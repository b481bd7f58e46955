/** The embedded sample on a real Slurm: five folds and their maps, a whole run as a chain, and the same through qsub. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listJobs } from "../../kernel-lib/dist/cluster/index.js";
import { readManifest } from "../../kernel-lib/dist/study/index.js";
import { run, runJson } from "../cli/command.js";
import { newFolder } from "../study/pictures.js";
import { startSlurm, type PrivateSlurm } from "./privateSlurm.js";

let slurm: PrivateSlurm;
let study: string;
beforeAll(async () => {
  slurm = await startSlurm();
  Object.assign(process.env, slurm.env);
  study = join(newFolder(), "study");
  await run(["sample", study]);
  await run(["patches", study, "--per-image", "20"]);
  await run(["folds", study]);
  await run(["databases", study]);
});
afterAll(() => slurm?.stop());

const few = ["--iterations", "4", "--batch", "4", "--memory", "500M", "--cpus", "1"];

test("five folds and their images' maps, as two arrays, and the figures of them", async () => {
  const trained = await runJson(["train", study, "--on", "slurm", "--wait", ...few]);
  expect(trained.last).toMatchObject({ event: "result", folds: [1, 2, 3, 4, 5].map((fold) => ({ fold })) });
  const fast = ["--stride", "40", "--memory", "500M", "--cpus", "1"];
  const maps = await runJson(["output", study, "--on", "slurm", "--wait", "--tasks", "4", ...fast]);
  expect(maps.last).toMatchObject({ event: "result", jobs: [{ step: "output" }] });
  expect(Object.keys(readManifest(study).maps)).toHaveLength(20);
  const pictures = [1, 2, 3, 4, 5].flatMap((fold) => readdirSync(join(study, "out", String(fold))));
  expect(pictures.filter((name) => name.endsWith("_prob.png"))).toHaveLength(20);
  const evaluated = await run(["evaluate", study, "--threshold", "0.5"]);
  expect(evaluated.status).toBe(0);
});

test("train --on pbs by Slurm's qsub: each task has its own fold, log and note; what is cancelled says so", async () => {
  const other = ["--seed", "2"];
  const trained = await runJson(["train", study, "--on", "pbs", "--wait", ...few, ...other]);
  expect(trained.last).toMatchObject({
    event: "result",
    folds: [1, 2, 3, 4, 5].map((fold) => ({ fold, reused: false })),
  });
  const { jobs } = await listJobs(study);
  const last = jobs.at(-1)!;
  expect(last).toMatchObject({ scheduler: "pbs", step: "train" });
  for (const { task, state, log } of last.tasks) {
    expect(state).toBe("done");
    expect(readFileSync(join(study, log), "utf8")).toContain(
      `Fold ${task}: models/${task}_caffenet_train_w32_iter_4.caffemodel`,
    );
  }
  const long = ["--iterations", "100000", "--batch", "4", "--memory", "500M"];
  await run(["train", study, "--on", "pbs", ...long, "--fold", "1"]);
  const state = async (): Promise<string> => (await listJobs(study)).jobs.at(-1)!.tasks[0].state;
  while ((await state()) !== "running") await sleep(300);
  expect((await run(["jobs", study, "--cancel"])).status).toBe(0);
  // The scheduler knows of its end some seconds before the work has left its snapshot.
  while ((await state()) !== "stopped") await sleep(300);
});

test("a whole run is a chain: each job waits for the one before, and a second call finds it", async () => {
  const chain = ["run", study, "--preset", "quick", "--on", "slurm", "--tasks", "5", "--memory", "500M"];
  const dry = await run([...chain, "--dry-run"]);
  expect(dry.out.match(/^# sbatch /gm)).toHaveLength(6);
  const { last } = await runJson(chain);
  const jobs = (last.jobs as { job: string; step: string; tasks: unknown[] }[]).map(
    ({ job, step, tasks }) => ({ job, step, tasks: tasks.length }),
  );
  expect(jobs.map(({ step, tasks }) => `${step} ${tasks}`)).toEqual([
    "patches 1",
    "folds 1",
    "databases 1",
    "train 5",
    "output 5",
    "evaluate 1",
  ]);
  expect(slurm.ask("scontrol", "show", "job", "--oneliner", jobs[5].job)).toContain(
    `Dependency=afterok:${jobs[4].job}_*`,
  );
  const again = await runJson(chain);
  const running = (again.last.jobs as { job: string }[]).map(({ job }) => job);
  expect(running.slice(3)).toEqual(jobs.slice(3).map(({ job }) => job));
  const states = async (): Promise<string[]> =>
    (await listJobs(study)).jobs.slice(-6)[3]?.tasks.map(({ state }) => state) ?? [];
  while (!(await states()).includes("running")) await sleep(500);
  expect(existsSync(join(study, "DB_train_5"))).toBe(true);
  expect((await run(["jobs", study, "--cancel"])).out).toContain("(evaluate).");
  while (slurm.ask("squeue", "-h") !== "") await sleep(500);
  expect((await listJobs(study)).jobs.at(-1)!.tasks[0].state).toBe("cancelled");
});

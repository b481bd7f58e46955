/** Training on a cluster from a notebook, whose kernel comes and goes. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { cancelJobs, listJobs } from "../../kernel-lib/dist/cluster/index.js";
import { TestKernel, type Answer } from "../kernel/client.js";
import { newPreparedStudy } from "../training/smallStudy.js";
import { startSlurm, type PrivateSlurm } from "./privateSlurm.js";

let slurm: PrivateSlurm;
beforeAll(async () => {
  slurm = await startSlurm();
});
afterAll(() => slurm?.stop());

const curveType = "application/vnd.histobook.training-curve.v1+json";

/** The last curves that were shown: each fold's name and how far it was. */
function curves(outputs: Answer["outputs"]): { name: string; done: number }[] {
  const payloads = outputs.flatMap(({ content }) => {
    const data = content.data as Record<string, unknown> | undefined;
    return data && curveType in data ? [data[curveType]] : [];
  });
  const last = payloads.at(-1) as { runs: { name: string; done: number }[] } | undefined;
  return last?.runs ?? [];
}

test("a notebook that is closed in the middle changes nothing, and the next one shows the same jobs' curves", async () => {
  const { directory } = await newPreparedStudy();
  const cell = [
    'import { openStudy, trainAndShow } from "histobook";',
    `const trained = await trainAndShow(openStudy(${JSON.stringify(directory)}), {`,
    '  iterations: 1500, batch: 4, snapshotEvery: 10000, on: "slurm", cluster: { memory: "500M" },',
    "});",
    'trained.folds.map(({ fold, iterations }) => [fold, iterations].join(":")).join()',
  ].join("\n");
  const first = await TestKernel.start(undefined, { env: slurm.env });
  const id = first.sendCell(cell);
  await first.until(() => curves(first.outputsOf(id)).some(({ done }) => done > 0), 200_000);
  first.close();

  const second = await TestKernel.start(undefined, { env: slurm.env });
  const answer = await second.answer(second.sendCell(cell), 200_000);
  expect(answer.reply.status).toBe("ok");
  expect(curves(answer.outputs).map(({ name, done }) => `${name}: ${done}`)).toEqual([
    "fold 1: 1500",
    "fold 2: 1500",
  ]);
  await second.shutdown();
  Object.assign(process.env, slurm.env);
  expect((await listJobs(directory)).jobs).toHaveLength(1);
  await cancelJobs(directory);
});

/** A machine without a scheduler: one sentence, and the work is done here. */
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { run } from "../cli/command.js";
import { newPreparedStudy } from "../training/smallStudy.js";

// Node itself may stand beside a scheduler's programs; it is started by its own path.
const env = { ...process.env, PATH: dirname(__filename) };

test.each([
  ["slurm", "There is no Slurm here (no sbatch on PATH)"],
  ["pbs", "There is no PBS here (no qsub on PATH)"],
])("train --on %s without it says so in one sentence, and trains here", async (place, sentence) => {
  const { directory } = await newPreparedStudy();
  const small = ["--iterations", "2", "--batch", "4", "--fold", "1"];
  const dry = await run(["train", directory, "--on", place, "--dry-run", ...small], { env });
  expect(dry.status).toBe(0);
  expect(dry.out).toContain("1) arguments=(--fold 1) ;; # fold 1");
  const { status, errors, out } = await run(["train", directory, "--on", place, ...small], { env });
  expect(errors).toContain(`Note: ${sentence}: the folds are trained on this machine instead.\n`);
  expect(out).toContain("Fold 1: models/1_caffenet_train_w32_iter_2.caffemodel after 2 iterations");
  expect(status).toBe(0);
  expect((await run(["jobs", directory], { env })).out).toBe("No jobs.\n");
});

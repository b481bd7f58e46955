/** What schedulers print, and what a task's own note adds to it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { taskState } from "../../kernel-lib/src/cluster/jobs.js";
import { statesFrom as pbsStates } from "../../kernel-lib/src/cluster/pbs.js";
import type { Queued } from "../../kernel-lib/src/cluster/scheduler.js";
import { statesFrom as slurmStates } from "../../kernel-lib/src/cluster/slurm.js";
import type { TaskNote } from "../../kernel-lib/src/cluster/submission.js";

const asked = (job: string, ownJobs: (string | null)[]) =>
  ownJobs.map((ownJob, i) => ({ job, task: i + 1, ownJob }));

test("squeue's lines: array, index, state, reason", () => {
  const lines =
    "7 1 RUNNING None\n7 2 PENDING (Resources)\n7 3 CANCELLED by 0 None\n7 4 TIMEOUT TimeLimit\n8 1 COMPLETED None\n";
  expect(slurmStates(lines, asked("7", [null, null, null, null, null]))).toEqual([
    { state: "running", reason: "RUNNING" },
    { state: "waiting", reason: "(Resources)" },
    { state: "cancelled", reason: "by 0 None" },
    { state: "failed", reason: "TIMEOUT" },
    undefined,
  ]);
  expect(slurmStates(lines, asked("8", [null]))).toEqual([{ state: "done", reason: "" }]);
});

describe("qstat's table", () => {
  const head = "Job id              Name             User              Time Use S Queue\n";
  const table = (...rows: [string, string][]): string =>
    `${head}${"-".repeat(70)}\n${rows.map(([id, letter]) => `${id}  histobook-train  me  00:00:01 ${letter} main`).join("\n")}\n`;

  test("of Slurm's wrapper lists tasks by numbers of their own", () => {
    const text = table(["12", "Q"], ["13", "R"], ["14", "C"]);
    expect(pbsStates(text, asked("12", ["13", "14", null]))).toEqual([
      { state: "running", reason: "R" },
      { state: "ended", reason: "C" },
      { state: "waiting", reason: "" },
    ]);
  });

  test("of Torque and OpenPBS lists an array as one line, or its tasks by their index", () => {
    expect(
      pbsStates(table(["9[].server", "B"]), asked("9[].server.domain", [null, "9[2].server.domain"])),
    ).toEqual([{ state: "waiting", reason: "" }, undefined]);
    expect(pbsStates(table(["9[1].server", "R"]), asked("9[].server", [null]))).toEqual([
      { state: "running", reason: "R" },
    ]);
  });

  test("without a job says nothing of any", () => {
    expect(pbsStates("", asked("9", [null, null]))).toEqual([undefined, undefined]);
  });
});

describe("a task is", () => {
  const note = (state: TaskNote["state"], status = 0): TaskNote => ({ state, status, job: "1", host: "n1" });
  const queued = (state: Queued["state"], reason = ""): Queued => ({ state, reason });
  test.each([
    ["done when its note says so, whatever its scheduler forgot", note("ended"), undefined, "done"],
    ["done when some inputs were passed over", note("ended", 3), undefined, "done"],
    ["failed by its note", note("ended", 1), undefined, "failed"],
    ["waiting again after a note of failure", note("ended", 1), queued("waiting"), "waiting"],
    ["stopped by its note", note("stopped", 1), undefined, "stopped"],
    ["cancelled although it left a note", note("stopped", 1), queued("cancelled"), "cancelled"],
    ["lost with its node", note("running"), undefined, "lost"],
    ["failed by its scheduler's word", note("running"), queued("failed", "NODE_FAIL"), "failed"],
    ["waiting before it ran", undefined, queued("waiting"), "waiting"],
    ["lost when nobody knows it", undefined, undefined, "lost"],
  ])("%s", (_, own, scheduler, state) => {
    expect(taskState(own, scheduler).state).toBe(state);
  });

  test("never both active and unknown to its scheduler", () => {
    const notes = fc.option(
      fc.record({
        state: fc.constantFrom<TaskNote["state"]>("running", "ended", "stopped"),
        status: fc.nat(255),
      }),
    );
    fc.assert(
      fc.property(notes, (some) => {
        const { state } = taskState(some ? note(some.state, some.status) : undefined, undefined);
        expect(["done", "failed", "stopped", "lost"]).toContain(state);
      }),
    );
  });
});

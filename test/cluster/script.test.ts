/** Job scripts: what is filled into a template, and that bash takes it as it was meant. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quoted } from "../../kernel-lib/src/cluster/quote.js";
import { builtInTemplate, fillScript, readTemplate } from "../../kernel-lib/src/cluster/template.js";
import { outputStep } from "../../kernel-lib/src/output/clusterOutput.js";
import { newFolder } from "../study/pictures.js";

const content = {
  study: "/data/my study",
  step: "train",
  folder: "cluster/job-1",
  command: ["/usr/bin/node", "histobook.js", "train", "/data/my study"],
  tasks: [
    { label: "fold 1", args: ["--fold", "1"], key: "a" },
    { label: "fold 4", args: ["--fold", "4"], key: "b" },
  ],
};

test("bash takes any quoted word as it stands", () => {
  const word = fc.string({ unit: "binary" }).filter((text) => !/[\0\ud800-\udfff]/.test(text));
  fc.assert(
    fc.property(word, (text) => {
      const said = execFileSync("bash", ["-c", `printf %s ${quoted(text)}`], { encoding: "utf8" });
      expect(said).toBe(text);
    }),
    { numRuns: 50 },
  );
});

test("a task of step 5 writes all that was asked for", () => {
  const { args, tasks } = outputStep("study", { mode: "dense", also: ["overlay", "geojson"], tasks: 2 }, 5);
  expect(args).toEqual(["output", "study", "--mode", "dense", "--also", "overlay,geojson"]);
  expect(tasks.map((task) => task.args)).toEqual([
    ["--share", "1/2"],
    ["--share", "2/2"],
  ]);
});

describe.each(["slurm", "pbs"] as const)("the script for %s", (scheduler) => {
  test("is the same from a template that was edited on Windows", () => {
    const template = join(newFolder(), "edited.sh");
    writeFileSync(template, `\uFEFF${builtInTemplate(scheduler).replaceAll("\n", "\r\n")}`);
    expect(readTemplate("study", scheduler, template)).toBe(builtInTemplate(scheduler));
  });

  test("is whole bash with the task's own arguments, and leaves no braces", () => {
    const script = fillScript(builtInTemplate(scheduler), scheduler, content, {
      setup: "module load nodejs",
    });
    expect(script).not.toMatch(/\{\{/);
    expect(script).toContain("cd '/data/my study' || exit");
    expect(script).toContain("  2) arguments=(--fold 4) ;; # fold 4");
    expect(script).toContain("\nmodule load nodejs\n");
    execFileSync("bash", ["-n"], { input: script });
  });

  test("asks for what was asked for", () => {
    const options = { partition: "gpu", account: "lab", time: "24:00:00", memory: "8G", cpus: 4, gpus: 1 };
    const script = fillScript(builtInTemplate(scheduler), scheduler, content, options);
    const lines = script.split("\n").filter((line) => /^#(SBATCH|PBS) /.test(line));
    expect(lines).toEqual(expect.arrayContaining(expected[scheduler]));
  });

  test("takes no option that would become two", () => {
    expect(() =>
      fillScript(builtInTemplate(scheduler), scheduler, content, { partition: "a --exclusive" }),
    ).toThrow("--partition: found 'a --exclusive', expected one word of letters, digits and @%+=:,./-");
  });

  test("writes down that the work ran and how it ended, with its status", () => {
    const study = join(newFolder(), "a study");
    mkdirSync(join(study, "cluster", "job-1"), { recursive: true });
    const command = ["bash", "-c", 'cat cluster/job-1/2.json; echo "$@"; exit 5', "work"];
    const script = fillScript(builtInTemplate(scheduler), scheduler, { ...content, study, command }, {});
    const path = join(study, "job.sh");
    writeFileSync(path, script);
    const env = { ...process.env, SLURM_ARRAY_TASK_ID: "2", SLURM_JOB_ID: "9", PBS_JOBID: "9" };
    const ended = `bash job.sh; echo $?; cat cluster/job-1/2.json cluster/job-1/2.log 2>/dev/null; true`;
    const said = execFileSync("bash", ["-c", ended], { cwd: study, env, encoding: "utf8" });
    expect(said).toMatch(/\{"state":"running","status":0,"job":"9","host":"[^"]*"\}/);
    expect(said).toMatch(/\{"state":"ended","status":5,"job":"9","host":"[^"]*"\}/);
    expect(said).toContain("--fold 4\n");
    expect(said).toMatch(/^5$/m);
  });
});

const expected = {
  slurm: [
    "#SBATCH --array=1-2",
    "#SBATCH --partition=gpu",
    "#SBATCH --account=lab",
    "#SBATCH --time=24:00:00",
    "#SBATCH --mem=8G",
    "#SBATCH --cpus-per-task=4",
    "#SBATCH --gpus=1",
  ],
  pbs: [
    "#PBS -q gpu",
    "#PBS -A lab",
    "#PBS -l walltime=24:00:00",
    "#PBS -l mem=8G",
    "#PBS -l nodes=1:ppn=4:gpus=1",
  ],
};

test("a template with a name that means nothing is refused", () => {
  expect(() => fillScript(`${builtInTemplate("slurm")}{{nonsense}}`, "slurm", content, {})).toThrow(
    /^the template cluster\/slurm.sh: found {{nonsense}}, expected name, array, /,
  );
});

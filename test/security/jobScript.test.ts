/** Job scripts of studies and files with hostile names, run by real bash: every name arrives as it is, and nothing else runs. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtInTemplate, fillScript } from "../../kernel-lib/src/cluster/template.js";
import { newFolder } from "../study/pictures.js";

/** Each makes a file "pwned" where a shell reads it as more than a name. */
const hostile = [
  "$(touch pwned)",
  "`touch pwned`",
  "a; touch pwned;",
  "a' ; touch pwned ; '",
  'a" ; touch pwned ; "',
  "a\ntouch pwned\n#",
  "a && touch pwned",
  "a | touch pwned",
  "-rf",
  "*",
  "~",
  "a\\",
  "${IFS}touch${IFS}pwned",
  "{{command}}",
  "$0 $1 $@ !!",
  "\u202egnp.exe",
  "é ü 病理",
];

/** Writes down what it was given and where it runs. */
const witness =
  'require("node:fs").writeFileSync(process.argv[1], JSON.stringify({ args: process.argv.slice(2), folder: process.cwd() }))';

test.each(
  (["slurm", "pbs"] as const).flatMap((scheduler) => hostile.map((name) => [scheduler, name] as const)),
)("%s: %j", (scheduler, name) => {
  const home = newFolder();
  const study = join(home, name.replaceAll("/", "_"));
  mkdirSync(join(study, "cluster", "job-1"), { recursive: true });
  const said = join(home, "said.json");
  const script = fillScript(
    builtInTemplate(scheduler),
    scheduler,
    {
      study,
      step: "train",
      folder: "cluster/job-1",
      command: [process.execPath, "-e", witness, said, "train", study, "--model", name],
      tasks: [{ label: `fold ${name}`, args: ["--mean", name], key: "a" }],
    },
    {},
  );
  const path = join(home, "job.sh");
  writeFileSync(path, script);
  const env = { ...process.env, SLURM_ARRAY_TASK_ID: "1", SLURM_JOB_ID: "9", PBS_JOBID: "9" };
  execFileSync("bash", [path], { cwd: home, env });
  expect(JSON.parse(readFileSync(said, "utf8"))).toEqual({
    args: ["train", study, "--model", name, "--mean", name],
    folder: study,
  });
  expect(existsSync(join(study, "cluster", "job-1", "1.json"))).toBe(true);
  for (const folder of [home, study]) expect(readdirSync(folder)).not.toContain("pwned");
});

test.each(["a b", "a\n#SBATCH --exclusive", "a;touch pwned", "$(id)", "'a'", ""])(
  "a scheduler's option takes one word, and not %j",
  (partition) => {
    const content = { study: "/s", step: "train", folder: "f", command: ["true"], tasks: [] };
    expect(() => fillScript(builtInTemplate("slurm"), "slurm", content, { partition })).toThrow(
      /^--partition: found .*, expected one word of letters, digits/,
    );
  },
);

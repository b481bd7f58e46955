/**
 * The crash campaign, `npm run test:faults`: every step is broken by kill -9, by SIGTERM and by a full disk at moments that are
 * drawn from a seed, gone on with, and compared with an undisturbed run.
 *
 * All trials take hours. Each is a line of bench/results/faults.jsonl, so that a campaign goes on where it was ended, also on
 * another day.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { rounded } from "./timing.mjs";

export const title = "Steps that are broken, and gone on with";
export const document = "reliability.md";
/** Takes an hour and more. */
export const onlyByName = true;

export const options = {
  /** How often each step is killed by signal 9. */
  kills: { type: "string", default: "100" },
  /** How often each is told to end by SIGTERM, how often its disk is full, and how often it is begun twice at once. */
  others: { type: "string", default: "25" },
  minutes: { type: "string", default: "240" },
  seed: { type: "string", default: "1" },
  /** Names of steps with `;` between them; all by default. */
  steps: { type: "string", default: "" },
  /** How many steps are broken at the same time; each is one process or two. */
  "at-once": { type: "string", default: "1" },
  /** Where the trials are kept. */
  file: { type: "string", default: join(import.meta.dirname, "results", "faults.jsonl") },
  /** Forget the trials that were made. */
  anew: { type: "boolean", default: false },
  /** Breaks nothing: the table of what is there. */
  tabulate: { type: "boolean", default: false },
};

const kinds = ["kill -9", "SIGTERM", "full disk", "two at once"];

/** What was typed decides how much a table says. */
let typed = "faults --write-docs";
export const describe = () => ({ command: typed });

export async function rows(log, { kills, others, minutes, seed, steps, file, anew, tabulate, ...rest }) {
  typed = `faults --kills ${kills} --others ${others} --seed ${seed} --write-docs`;
  if (anew) rmSync(file, { force: true });
  if (tabulate) return rowsOf(linesOf(file));
  mkdirSync(dirname(file), { recursive: true });
  const wanted = {
    file,
    made: linesOf(file).flatMap(({ name }) => name ?? []),
    seed: Number(seed),
    minutes: Number(minutes),
    atOnce: Number(rest["at-once"]),
    rounds: Object.fromEntries(kinds.map((kind) => [kind, Number(kind === "kill -9" ? kills : others)])),
    steps: steps === "" ? [] : steps.split(";"),
  };
  log(`faults: ${wanted.made.length} trials were made before; the rest take long`);
  const root = join(import.meta.dirname, "..");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", "--config", "test/faults/vitest.config.mts"], {
    cwd: root,
    // What is printed on standard output is the bench's rows.
    stdio: ["ignore", 2, 2],
    env: { ...process.env, HISTOBOOK_FAULTS: JSON.stringify(wanted) },
  });
  const status = await new Promise((resolve) => child.once("close", resolve));
  if (status !== 0) process.exitCode = 1;
  return rowsOf(linesOf(file));
}

function linesOf(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** One row a step. */
function rowsOf(lines) {
  // Of several runs the fastest undisturbed one.
  const calm = new Map();
  for (const line of lines) {
    if (line.undisturbed === undefined) continue;
    const { changes, seconds } = line;
    const before = calm.get(line.undisturbed);
    calm.set(line.undisturbed, { changes, seconds: Math.min(seconds, before?.seconds ?? Infinity) });
  }
  return [...calm].map(([name, { changes, seconds }]) => {
    const trials = lines.filter(({ step }) => step === name);
    const count = (kind) => trials.filter((trial) => trial.kind === kind).length;
    const again = trials.map((trial) => trial.seconds).sort((a, b) => a - b);
    return {
      name: "faults",
      step: name,
      changes,
      seconds: rounded(seconds),
      ...Object.fromEntries(kinds.map((kind) => [kind, count(kind)])),
      wrong: trials.filter(({ problems }) => problems.length > 0).length,
      "seconds to go on": again.length > 0 ? rounded(again[Math.floor(again.length / 2)]) : null,
    };
  });
}

export function table(rows) {
  const sum = (name) => rows.reduce((all, row) => all + row[name], 0);
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [
    line(["step", "changes on disk", ...kinds, "lost", "s undisturbed", "s to go on"]),
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows.map((row) =>
      line([
        row.step,
        row.changes,
        ...kinds.map((kind) => row[kind]),
        row.wrong,
        row.seconds,
        row["seconds to go on"] ?? "-",
      ]),
    ),
    line(["all", sum("changes"), ...kinds.map(sum), sum("wrong"), "", ""]),
    "",
    "_Lost_ counts the breaks after which anything was wrong: a file that was not whole, one of an earlier step that was gone, an" +
      " error that was not foreseen, a rerun that failed, a final file with other bytes than the undisturbed run's, or a temporary" +
      " file or lock that stayed. The seconds are those of the whole command, the start of Node and the engine included; to go on:" +
      " the median.",
  ].join("\n");
}

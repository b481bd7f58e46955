import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { HistobookError } from "../foundation/index.js";

/** Milliseconds that a scheduler's program may take; Slurm's own give up after ten seconds without their controller. */
const patience = 90_000;

/** What a program said and how it ended. */
export interface Said {
  status: number | null;
  out: string;
  /** Both its outputs, in one line: wrappers write their errors to either. */
  words: string;
}

/** Tells whether a program of this name is on PATH. */
export function isInstalled(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== "";
    } catch {
      return false;
    }
  });
}

/**
 * Runs a scheduler's program, without a shell.
 *
 * @throws HistobookError `NoScheduler` when it can't be started.
 */
export async function ask(program: string, args: readonly string[], folder?: string): Promise<Said> {
  // What can't be started would keep its time limit waiting.
  if (!isInstalled(program)) throw noProgram(program);
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], timeout: patience });
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (cause) => reject(noProgram(program, cause)));
    child.once("close", resolve);
  });
  const words = `${errors}\n${out}`
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" | ");
  return { status, out, words };
}

/**
 * The same, for what must succeed.
 *
 * @throws HistobookError `NoScheduler`, `SchedulerRefused` with the scheduler's own words.
 */
export async function demand(program: string, args: readonly string[], folder?: string): Promise<string> {
  const { status, out, words } = await ask(program, args, folder);
  if (status === 0) return out;
  throw new HistobookError("SchedulerRefused", {
    subject: program,
    found: words === "" ? `that it ended with status ${status}, without a word` : `its words '${words}'`,
    expected: "the scheduler to take the job",
    fix: "correct the options or the template in the study's cluster/ folder, or ask those who run the cluster",
  });
}

function noProgram(program: string, cause?: Error): HistobookError {
  return new HistobookError("NoScheduler", {
    subject: program,
    found: cause ? `a program that could not be started (${cause.message})` : "no such program",
    expected: "a scheduler's programs on PATH",
    fix: "run this where jobs are submitted, or leave out --on, and the work is done on this machine",
    cause,
  });
}

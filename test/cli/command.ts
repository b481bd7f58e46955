/** Runs the real command in a process of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

const binary = join(__dirname, "..", "..", "kernel-lib", "bin", "histobook.js");

/** What a command said and how it ended. */
export interface Ended {
  status: number | null;
  out: string;
  errors: string;
}

/** One line of `--json`. */
export interface JsonEvent {
  event: "progress" | "result" | "warning" | "error" | "log";
  [name: string]: unknown;
}

/** Where it runs, and who listens. */
export interface RunOptions {
  folder?: string;
  /** Its environment variables; ours when left out. */
  env?: NodeJS.ProcessEnv;
  onOut?: (text: string, child: ChildProcess) => void;
}

/** Starts `histobook ...` in a folder, and hands over what it says as it comes. */
export async function run(args: string[], { folder, env, onOut }: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [binary, ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended: Ended = { status: null, out: "", errors: "" };
  child.stdout.on("data", (chunk) => {
    ended.out += String(chunk);
    onOut?.(String(chunk), child);
  });
  child.stderr.on("data", (chunk) => (ended.errors += String(chunk)));
  ended.status = await new Promise((resolve) => child.once("close", resolve));
  return ended;
}

/** The same with `--json`; every line of standard output must be an event, the last one a result or an error. */
export async function runJson(
  args: string[],
  options: RunOptions = {},
): Promise<Ended & { events: JsonEvent[]; last: JsonEvent }> {
  const ended = await run([...args, "--json"], options);
  const events = ended.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonEvent);
  return { ...ended, events, last: events[events.length - 1] };
}

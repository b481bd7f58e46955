/** Real Caffe's programs, which `npm run test:caffe` finds or builds. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const folder = process.env.HISTOBOOK_CAFFE;
if (folder === undefined) throw new Error("HISTOBOOK_CAFFE is not set; run 'npm run test:caffe'");

/** What a program wrote on its standard error, where Caffe's log goes. */
interface Ended {
  status: number | null;
  log: string;
}

/** Runs one of Caffe's tools to its end, whatever that is. */
export function tool(name: string, args: string[], workingDirectory: string): Ended {
  const path = join(folder!, "build", "tools", name);
  return ended(spawnSync(path, args, options(workingDirectory)));
}

/** Runs `caffe train`, which must end well, and gives its log. */
export function caffeTrain(args: string[], workingDirectory: string): string {
  const { status, log } = tool("caffe", ["train", ...args], workingDirectory);
  if (status !== 0) throw new Error(`caffe train ended with ${status}:\n${log.slice(-3000)}`);
  return log;
}

/** Runs a Python program with pycaffe, which must end well. */
export function pycaffe(program: string, args: string[], workingDirectory: string): void {
  const { status, log } = ended(
    spawnSync("/usr/bin/python3", ["-c", program, ...args], {
      ...options(workingDirectory),
      env: { ...options(workingDirectory).env, PYTHONPATH: join(folder!, "python") },
    }),
  );
  if (status !== 0) throw new Error(`pycaffe ended with ${status}:\n${log.slice(-3000)}`);
}

function options(workingDirectory: string) {
  // One thread, so that Caffe gives the same bytes each time.
  return {
    cwd: workingDirectory,
    encoding: "utf8" as const,
    maxBuffer: 2 ** 28,
    env: { ...process.env, OPENBLAS_NUM_THREADS: "1" },
  };
}

function ended({ status, stderr, error }: { status: number | null; stderr: string; error?: Error }): Ended {
  return { status, log: error ? String(error) : stderr };
}

/** The loss of each iteration that a log shows. */
export function lossesIn(log: string): number[] {
  return [...log.matchAll(/Iteration \d+ \(.*\), loss = (\S+)/g)].map(([, loss]) => Number(loss));
}

/** The learning rate of each iteration that a log shows. */
export function ratesIn(log: string): number[] {
  return [...log.matchAll(/Iteration \d+, lr = (\S+)/g)].map(([, rate]) => Number(rate));
}

/** What the tests in a log gave: the values of one output. */
export function testsIn(log: string, output: string): number[] {
  const line = new RegExp(`Test net output #\\d+: ${output} = (\\S+)`, "g");
  return [...log.matchAll(line)].map(([, value]) => Number(value));
}

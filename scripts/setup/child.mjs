// Running another program: its output goes to a log file, and its failure becomes a value, never a stack.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { noteChild } from "./lock.mjs";
import { logFile, logFolder } from "./paths.mjs";

const running = new Set();

/** Ends the programs that `run` started and that still run. */
export function endChildren() {
  for (const child of running) {
    try {
      if (process.platform === "win32") child.kill();
      else process.kill(-child.pid, "SIGTERM");
    } catch {
      // It ended by itself in the meantime.
    }
  }
}

/**
 * Runs a program to its end.
 *
 * @param {string} log the log's name; the program's output is added to it
 * @param {{cwd?: string, env?: Record<string, string | undefined>, limit?: number}} options limit: seconds
 * @returns {Promise<{ok: boolean, timedOut: boolean, log: string, tail: string}>} tail: the log's last lines
 */
export function run(log, program, args, { cwd, env, limit } = {}) {
  mkdirSync(logFolder, { recursive: true });
  const path = logFile(log);
  const file = openSync(path, "a");
  writeSync(file, `\n$ ${program} ${args.join(" ")}\n`);
  const start = readFileSync(path).length;
  return new Promise((resolve) => {
    // Its own process group, so that a limit ends the program's children too.
    const detached = process.platform !== "win32";
    const child = spawn(program, args, {
      cwd,
      env: env ?? process.env,
      stdio: ["ignore", file, file],
      detached,
    });
    running.add(child);
    noteChild(child.pid);
    let timedOut = false;
    const end = (ok, message) => {
      clearTimeout(timer);
      running.delete(child);
      noteChild(undefined);
      if (message) writeSync(file, `${message}\n`);
      closeSync(file);
      const tail = readFileSync(path)
        .subarray(start)
        .toString("utf8")
        .trim()
        .split("\n")
        .slice(-30)
        .join("\n");
      resolve({ ok, timedOut, log: path, tail });
    };
    const timer = limit
      ? setTimeout(() => {
          timedOut = true;
          endChildren();
        }, limit * 1000)
      : undefined;
    child.once("error", (error) => end(false, error.message));
    child.once("exit", (status) => end(status === 0));
  });
}

/** Runs a short program at once and returns what it printed, or undefined where it failed. */
export function ask(program, args, options = {}) {
  const answer = spawnSync(program, args, { encoding: "utf8", timeout: 60_000, ...options });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}

/** How to call npm: the one that runs us, else the one that came with this Node, else the one on PATH. */
export function npmCommand() {
  const beside = dirname(process.execPath);
  const scripts = [
    process.env.npm_execpath,
    join(beside, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    join(beside, "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  const script = scripts.find((path) => path?.endsWith("npm-cli.js") && existsSync(path));
  return script ? [process.execPath, script] : ["npm"];
}

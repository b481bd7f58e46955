// Running a JavaScript program of node_modules with its output on ours.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { modules, repository } from "../setup/paths.mjs";

/** True where it ends with status 0. */
export function runTool(path, args, env = process.env) {
  const child = spawn(process.execPath, [join(modules, path), ...args], {
    cwd: repository,
    env,
    stdio: "inherit",
  });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (status) => resolve(status === 0));
  });
}

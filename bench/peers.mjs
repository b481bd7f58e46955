/** The Python in which the peers run: an environment of their own in bench/.peers, made on demand. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, ".peers");
const python = join(folder, "bin", "python");

/**
 * The path of a Python that has the packages.
 *
 * @param packages pip's names and versions, by the names under which they are imported
 */
export function peerPython(packages, log) {
  if (!existsSync(python)) run("python3", ["-m", "venv", folder], log);
  const missing = Object.entries(packages).filter(
    ([name]) => spawnSync(python, ["-c", `import ${name}`]).status !== 0,
  );
  if (missing.length > 0)
    run(python, ["-m", "pip", "install", "-q", ...missing.map(([, wanted]) => wanted)], log);
  return python;
}

function run(command, args, log) {
  log(`bench: ${command} ${args.join(" ")}`);
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`bench: '${command} ${args.join(" ")}' failed: ${error ?? stderr}`);
}

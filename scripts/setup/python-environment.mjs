// Which Python environment JupyterLab lives in: the active one (venv, conda, Binder's), else .venv in the repository.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ask } from "./child.mjs";
import { SetupFailure } from "./failure.mjs";
import { isAtLeast } from "./node-version.mjs";
import { repository } from "./paths.mjs";
import { oldestPython } from "./pins.mjs";

const onWindows = process.platform === "win32";
export const ownEnvironment = join(repository, ".venv");

/** The folders of the environment in `prefix`: `python` is its interpreter, `bin` holds its commands. */
export function layoutOf(prefix) {
  const bin = onWindows ? join(prefix, "Scripts") : join(prefix, "bin");
  // conda on Windows keeps python.exe beside Scripts, venv inside of it.
  const inPrefix = join(prefix, "python.exe");
  const python =
    onWindows && existsSync(inPrefix) ? inPrefix : join(bin, onWindows ? "python.exe" : "python");
  return { prefix, bin, python };
}

/**
 * The environment to use, as these variables tell.
 *
 * conda's base is passed over: conda itself runs in it, and a package that does not suit conda would break it.
 *
 * @returns {{prefix: string, bin: string, python: string, isOwn: boolean, why: string}}
 */
export function chooseEnvironment(env = process.env) {
  const given = [
    ["VIRTUAL_ENV", "the active virtual environment"],
    ["CONDA_PREFIX", "the active conda environment"],
    ["NB_PYTHON_PREFIX", "Binder's environment"],
  ];
  const isBase = env.CONDA_DEFAULT_ENV === "base";
  for (const [variable, why] of given) {
    const prefix = env[variable];
    if (!prefix || prefix === ownEnvironment || (variable === "CONDA_PREFIX" && isBase)) continue;
    const layout = layoutOf(prefix);
    if (existsSync(layout.python)) return { ...layout, isOwn: false, why: `${why} (${prefix})` };
  }
  const why =
    env.CONDA_PREFIX && isBase
      ? ".venv in the repository (conda's base is left alone)"
      : ".venv in the repository";
  return { ...layoutOf(ownEnvironment), isOwn: true, why };
}

/** The environment variables with which its programs find one another: its commands come first on PATH. */
export function environmentVariables({ prefix, bin }, env = process.env) {
  // Windows spells it Path; two spellings at once would leave the choice to chance.
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  const path = [bin, env[pathName]].filter(Boolean).join(onWindows ? ";" : ":");
  // The environment's kernels and pages count before those of the user's home.
  return {
    ...env,
    [pathName]: path,
    VIRTUAL_ENV: prefix,
    JUPYTER_PREFER_ENV_PATH: "1",
    PYTHONHOME: undefined,
  };
}

/** "3.11.7" for a Python that runs, else undefined. */
export const pythonVersion = (command, args = []) =>
  ask(command, [...args, "-c", "import platform; print(platform.python_version())"]);

const recentEnough = (version) => version !== undefined && isAtLeast(version, oldestPython);

/**
 * A Python of the machine that can make environments.
 *
 * @returns {{command: string, args: string[], version: string}}
 */
export function findPython(env = process.env) {
  const named = ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"];
  const candidates = onWindows ? [["py", "-3"], ["python"]] : named.map((name) => [name]);
  const seen = [];
  let withoutVenv;
  for (const [command, ...args] of candidates) {
    const version = ask(command, [...args, "-c", "import platform; print(platform.python_version())"], {
      env,
    });
    if (version === undefined) continue;
    seen.push(`${command} ${version}`);
    if (!recentEnough(version)) continue;
    if (ask(command, [...args, "-c", "import venv, ensurepip"], { env }) !== undefined)
      return { command, args, version };
    withoutVenv ??= version;
  }
  const packages = { linux: "apt-get install python3 python3-venv", darwin: "brew install python@3.12" };
  const install = packages[process.platform] ?? "winget install Python.Python.3.12";
  throw new SetupFailure({
    subject: "Python",
    found: withoutVenv ? `${withoutVenv} without its venv module` : seen.join(", ") || "none on PATH",
    expected: `${oldestPython} or later with its venv module`,
    fix: `run: ${install} (or what your system has in its place)`,
  });
}

/** Complains where an environment that the user chose is too old for us. */
export function requireRecentPython({ python, why }) {
  const version = pythonVersion(python);
  if (recentEnough(version)) return version;
  throw new SetupFailure({
    subject: why,
    found: version ? `Python ${version}` : "no Python that runs",
    expected: `Python ${oldestPython} or later`,
    fix: "run deactivate (or conda deactivate) to have .venv used, or activate another environment",
  });
}

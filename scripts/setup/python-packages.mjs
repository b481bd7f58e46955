// Step: the Python environment with JupyterLab and what runs and builds beside it.
import { existsSync } from "node:fs";
import { ask, run } from "./child.mjs";
import { SetupFailure } from "./failure.mjs";
import { fingerprintOf } from "./fingerprint.mjs";
import { logFile } from "./paths.mjs";
import { pythonPackages } from "./pins.mjs";
import {
  chooseEnvironment,
  environmentVariables,
  findPython,
  requireRecentPython,
} from "./python-environment.mjs";
import { isDone, markDone, markStarted, wasInterrupted } from "./stamps.mjs";

const requirements = Object.entries(pythonPackages).map(([name, version]) => `${name}==${version}`);

/** `name==version` of the wanted packages that the environment has, asked of the environment itself. */
function installedPackages(python) {
  const program = `
import importlib.metadata as m
for name in ${JSON.stringify(Object.keys(pythonPackages))}:
    try:
        print(name + "==" + m.version(name))
    except Exception:
        pass
`;
  return (ask(python, ["-c", program]) ?? "").split(/\r?\n/);
}

const lacksPackages = (python) => {
  const installed = installedPackages(python);
  return requirements.some((requirement) => !installed.includes(requirement));
};

/** pip's call in an environment, quiet and without questions. */
export const pipInstall = (environment, log, args, options = {}) =>
  run(
    log,
    environment.python,
    ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", ...args],
    {
      env: environmentVariables(environment),
      ...options,
    },
  );

/** What pip says went wrong: the error of the program that it ran, else its own. */
export function pipComplaint(tail) {
  const lines = tail.split("\n").map((line) => line.trim());
  const inner = lines.findLast((line) => /^\w*(Error|Exception): /.test(line));
  const own = lines.findLast((line) => /^error: /i.test(line))?.replace(/^error: /i, "");
  return inner ?? own ?? lines.at(-1);
}

async function makeOwnEnvironment(environment, step) {
  const { command, args, version } = findPython();
  step.working(`making .venv with Python ${version}`);
  const result = await run("python", command, [...args, "-m", "venv", "--clear", environment.prefix]);
  if (result.ok) return;
  throw new SetupFailure({
    subject: `${command} -m venv`,
    found: result.tail.split("\n").at(-1),
    expected: "a new .venv",
    fix: "run: apt-get install python3-venv (or what your system has in its place)",
    log: result.log,
  });
}

/** @returns the environment of python-environment.mjs, ready */
export async function installPythonPackages(step) {
  const environment = chooseEnvironment();
  const { python, isOwn, prefix, why } = environment;
  const fingerprint = fingerprintOf(requirements, prefix);
  // A stamp an environment: one that was left half-made stays so while another is in use.
  const stamp = `python-${fingerprintOf(prefix).slice(0, 8)}`;
  const interrupted = wasInterrupted(stamp);
  const usable = existsSync(python) && ask(python, ["-m", "pip", "--version"]) !== undefined;
  if (!isOwn) requireRecentPython(environment);
  if (usable && !interrupted && !lacksPackages(python)) {
    if (!isDone(stamp, fingerprint)) markDone(stamp, fingerprint);
    step.done(`JupyterLab ${pythonPackages.jupyterlab} is in ${why}`);
    return environment;
  }
  markStarted(stamp);
  if (isOwn && (!usable || interrupted)) await makeOwnEnvironment(environment, step);
  if (!isOwn && !usable && ask(python, ["-m", "ensurepip", "--upgrade"]) === undefined) {
    throw new SetupFailure({
      subject: why,
      found: "no pip",
      expected: "pip, to install JupyterLab with",
      fix: `run: ${python} -m ensurepip (or conda install pip)`,
    });
  }
  step.working(`installing JupyterLab ${pythonPackages.jupyterlab}, about a minute`);
  // An interrupted pip may have left half a package that it would take as whole, or could not even remove.
  const repair = interrupted && !isOwn ? ["--ignore-installed"] : [];
  const result = await pipInstall(environment, "python", [...repair, ...requirements]);
  if (!result.ok || lacksPackages(python)) {
    throw new SetupFailure({
      subject: "pip install jupyterlab",
      found: pipComplaint(result.tail),
      expected: `${requirements.join(", ")} in ${prefix}`,
      fix: "see that pip's index can be reached and the disk has 1 GB, then run this command again",
      log: logFile("python"),
    });
  }
  markDone(stamp, fingerprint);
  step.done(`installed JupyterLab ${pythonPackages.jupyterlab} in ${why}`);
  return environment;
}

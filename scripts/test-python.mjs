// The Python environment of the tests that run Jupyter's clients (jupyter_kernel_test, nbconvert, papermill): made on
// demand in the set-up's own folder, so that nobody's environment gets what only a test needs.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./setup/child.mjs";
import { SetupFailure } from "./setup/failure.mjs";
import { fingerprintOf } from "./setup/fingerprint.mjs";
import { withLock } from "./setup/lock.mjs";
import { ownFolder, repository } from "./setup/paths.mjs";
import { pythonPackages, testPackages } from "./setup/pins.mjs";
import { findPython, layoutOf } from "./setup/python-environment.mjs";
import { pipComplaint, pipInstall } from "./setup/python-packages.mjs";
import { isDone, markDone, markStarted } from "./setup/stamps.mjs";

const extension = join(repository, "jupyter-ext");
const names = ["nbconvert", "nbclient", "hatchling", "editables"];
const packages = {
  ...testPackages,
  ...Object.fromEntries(names.map((name) => [name, pythonPackages[name]])),
};
const requirements = Object.entries(packages).map(([name, version]) => `${name}==${version}`);

/**
 * The environment, made where it is not there; a second call takes no time.
 *
 * @returns the layout of python-environment.mjs
 * @throws SetupFailure
 */
export function testPython() {
  return withLock(async () => {
    const environment = layoutOf(join(ownFolder, "test-python"));
    const project = readFileSync(join(extension, "pyproject.toml"), "utf8");
    const fingerprint = fingerprintOf(requirements, project, extension);
    if (isDone("test-python", fingerprint) && existsSync(environment.python)) return environment;
    if (!existsSync(join(extension, "jupyterlab_histobook", "labextension"))) {
      throw new SetupFailure({
        subject: "jupyter-ext",
        found: "no built extension",
        expected: "the Python package that registers papermill's translator",
        fix: "run: npm run setup",
      });
    }
    markStarted("test-python");
    const { command, args } = findPython();
    const made = await run("test-python", command, [...args, "-m", "venv", "--clear", environment.prefix]);
    if (!made.ok) throw failure(made, `${command} -m venv`);
    await install(environment, requirements);
    // Editable: the tests see what is in the source now.
    await install(environment, ["--no-build-isolation", "--no-deps", "--editable", extension]);
    markDone("test-python", fingerprint);
    return environment;
  });
}

async function install(environment, what) {
  const result = await pipInstall(environment, "test-python", what);
  if (!result.ok) throw failure(result, `pip install ${what.join(" ")}`);
}

function failure({ tail, log }, subject) {
  return new SetupFailure({
    subject,
    found: pipComplaint(tail),
    expected: "the tests' own Python environment",
    fix: "see that pip's index can be reached, then run this command again",
    log,
  });
}

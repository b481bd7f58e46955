// JupyterHub for the tests and the bench: in the environment of the tests' other Python programs, installed on demand.
import { ask } from "../setup/child.mjs";
import { SetupFailure } from "../setup/failure.mjs";
import { hubPackages } from "../setup/pins.mjs";
import { pipComplaint, pipInstall } from "../setup/python-packages.mjs";
import { testPython } from "../test-python.mjs";

const requirements = Object.entries(hubPackages).map(([name, version]) => `${name}==${version}`);

/**
 * The Python environment with JupyterHub.
 *
 * @returns the layout of python-environment.mjs
 * @throws SetupFailure where it can't be installed
 */
export async function hubPrograms() {
  const environment = await testPython();
  const [wanted] = Object.values(hubPackages);
  const program = "import jupyterhub; print(jupyterhub.__version__)";
  if (ask(environment.python, ["-c", program]) === wanted) return environment;
  const result = await pipInstall(environment, "hub", requirements);
  if (!result.ok) {
    throw new SetupFailure({
      subject: "pip install jupyterhub",
      found: pipComplaint(result.tail),
      expected: requirements.join(", "),
      fix: "see that pip's index can be reached, then run this command again",
      log: result.log,
    });
  }
  return environment;
}

// Step: builds jupyter-ext and installs it into the Python environment.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { npmCommand, run } from "./child.mjs";
import { SetupFailure } from "./failure.mjs";
import { fingerprintFiles, fingerprintOf } from "./fingerprint.mjs";
import { repository } from "./paths.mjs";
import { environmentVariables } from "./python-environment.mjs";
import { pipComplaint, pipInstall } from "./python-packages.mjs";
import { isDone, markDone, markStarted, wasInterrupted } from "./stamps.mjs";

const source = join(repository, "jupyter-ext");
const built = join(source, "jupyterlab_histobook", "labextension");

async function build(step, environment) {
  const inputs = ["src", "style", "schema", "package.json", "tsconfig.json", "builder.config.cjs"];
  const fingerprint = fingerprintOf(
    fingerprintFiles(source, inputs),
    // Of the library what needs no file system, and the notebooks: the extension carries them.
    fingerprintFiles(repository, [
      "kernel-lib/src/payloads",
      "kernel-lib/src/study",
      "kernel-lib/src/caffe",
      "notebooks",
    ]),
  );
  if (isDone("extension-build", fingerprint) && existsSync(join(built, "package.json"))) return false;
  step.working("building the JupyterLab extension");
  markStarted("extension-build");
  const [npm, ...first] = npmCommand();
  const result = await run("extension", npm, [...first, "run", "build"], {
    cwd: source,
    env: { ...environmentVariables(environment), NODE_ENV: undefined },
  });
  if (!result.ok || !existsSync(join(built, "package.json"))) {
    const errors = result.tail.split("\n").filter((line) => /error/i.test(line) && !/npm error/.test(line));
    throw new SetupFailure({
      subject: "jupyter-ext",
      found: errors[0]?.trim() ?? result.tail.split("\n").at(-1),
      expected: "sources that build",
      fix: "mend the source or take it back with git checkout",
      log: result.log,
    });
  }
  markDone("extension-build", fingerprint);
  return true;
}

export async function installExtension(step, environment) {
  const wasBuilt = await build(step, environment);
  const product = join(
    environment.prefix,
    "share",
    "jupyter",
    "labextensions",
    "jupyterlab-histobook",
    "package.json",
  );
  const parts = ["jupyterlab_histobook", "install.json", "pyproject.toml"];
  const fingerprint = fingerprintOf(fingerprintFiles(source, parts), environment.prefix);
  const stamp = `extension-${fingerprintOf(environment.prefix).slice(0, 8)}`;
  if (isDone(stamp, fingerprint) && existsSync(product)) {
    return step.done(`the JupyterLab extension is ${wasBuilt ? "built anew, unchanged" : "installed"}`);
  }
  step.working("installing the JupyterLab extension");
  const repair = wasInterrupted(stamp) ? "--ignore-installed" : "--force-reinstall";
  markStarted(stamp);
  const result = await pipInstall(environment, "extension", [
    "--no-build-isolation",
    "--no-deps",
    repair,
    source,
  ]);
  if (!result.ok || !existsSync(product)) {
    throw new SetupFailure({
      subject: "pip install ./jupyter-ext",
      found: pipComplaint(result.tail),
      expected: "the extension in the environment",
      fix: "see the log, then run this command again",
      log: result.log,
    });
  }
  markDone(stamp, fingerprint);
  return step.done(
    wasBuilt ? "built and installed the JupyterLab extension" : "installed the JupyterLab extension",
  );
}

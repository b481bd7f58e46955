// Opens JupyterLab on the first notebook and stays until it ends.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { SetupFailure } from "../setup/failure.mjs";
import { ownFolder, repository } from "../setup/paths.mjs";
import { environmentVariables } from "../setup/python-environment.mjs";

const firstNotebook = join("notebooks", "0-start-here.ipynb");

/** @returns the exit status; the reader's Ctrl-C is a good end */
export function openLab(environment, args) {
  if (!existsSync(join(repository, firstNotebook))) {
    throw new SetupFailure({
      subject: firstNotebook,
      found: "no such file",
      expected: "the tutorial's first notebook",
      fix: "run: git checkout notebooks",
    });
  }
  const env = {
    ...environmentVariables(environment),
    // Which tabs are open is remembered in the repository, not in the reader's home.
    JUPYTERLAB_WORKSPACES_DIR: join(ownFolder, "jupyterlab", "workspaces"),
  };
  const own = [
    `--ServerApp.root_dir=${repository}`,
    // Not as JupyterLab's argument: the address that it prints for --no-browser would lead elsewhere.
    `--LabApp.default_url=/lab/tree/${firstNotebook.split(sep).join("/")}`,
    "--ServerApp.answer_yes=True",
  ];
  // JupyterLab refuses to run as root unless told to; in a container there is often nobody else.
  if (process.getuid?.() === 0) own.push("--allow-root");
  process.stdout.write(`Opening ${firstNotebook} in JupyterLab; Ctrl-C ends it.\n`);
  const lab = spawn(environment.python, ["-m", "jupyterlab", ...own, ...args], {
    cwd: repository,
    env,
    stdio: "inherit",
  });
  let ended = false;
  const end = () => {
    ended = true;
    lab.kill("SIGTERM");
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);
  return new Promise((resolve, reject) => {
    lab.once("error", reject);
    lab.once("exit", (status) => resolve(ended ? 0 : (status ?? 1)));
  });
}

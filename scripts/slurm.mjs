// The Slurm that the cluster tests run against: Debian's packages, installed where apt-get may be used.
import { execFileSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { onPath } from "./browser.mjs";

const packages = ["slurm-wlm", "slurm-wlm-torque", "munge"];
/** One program of each package; the daemons stand in a folder that an ordinary user's PATH may lack. */
const needed = ["sbatch", "slurmctld", "slurmd", "qsub", "munged"];
const path = () => `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;

const missing = () => needed.filter((program) => onPath([program], path()) === undefined);

/**
 * What keeps the cluster tests from running, as one sentence, or undefined where they can run. Installs Debian's packages
 * where the user is root on a machine with apt-get.
 */
export function slurmProblem({ install = true } = {}) {
  if (process.platform !== "linux") return "no Linux, on which alone Slurm's daemons are tried";
  if (missing().length === 0) return undefined;
  const command = `apt-get install ${packages.join(" ")}`;
  if (!install || process.getuid?.() !== 0 || !onPath(["apt-get"])) {
    return `no ${missing().join(", ")} here; install them with: ${command}`;
  }
  try {
    installWithApt();
  } catch (error) {
    return `'${command}' failed: ${String(error.stderr ?? error.message)
      .trim()
      .split("\n")
      .at(-1)}`;
  }
  return missing().length === 0 ? undefined : `no ${missing().join(", ")} even after '${command}'`;
}

function installWithApt() {
  const options = {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  };
  // It keeps apt-get from starting the system's own daemons, which nobody has configured.
  const policy = "/usr/sbin/policy-rc.d";
  const own = !existsSync(policy);
  if (own) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    execFileSync("apt-get", ["update"], options);
    execFileSync("apt-get", ["install", "-y", "--no-install-recommends", ...packages], options);
  } finally {
    if (own) rmSync(policy);
  }
}

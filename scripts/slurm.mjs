// The Slurm that the cluster tests run against: Debian's packages, installed where apt-get may be used.
import { execFileSync } from "node:child_process";
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
  process.stdout.write(`Slurm is not here; installing it: ${command}\n`);
  try {
    installWithApt();
  } catch (error) {
    return `'${command}' failed: ${lastLine(error.stderr) || error.message}`;
  }
  return missing().length === 0 ? undefined : `no ${missing().join(", ")} even after '${command}'`;
}

function lastLine(text) {
  return String(text ?? "")
    .trim()
    .split("\n")
    .at(-1);
}

/**
 * Asks nothing, waits for another apt-get to end, and keeps the packages from starting the system's own daemons, which nobody has
 * configured; the file that does so is removed again, also after an interrupt.
 */
const script = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
fi
apt=(apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2 -o Acquire::http::Timeout=30)
# Old lists may do where new ones can't be had.
"\${apt[@]}" update
"\${apt[@]}" -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install -y --no-install-recommends "$@"
`;

function installWithApt() {
  execFileSync("bash", ["-c", script, "install", ...packages], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    maxBuffer: 2 ** 26,
  });
}

/** The kernels of `bench/kernel.mjs`: how each is started. What can't be had is named, with the reason, and left out. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { npmCommand } from "../scripts/setup/child.mjs";

const repository = join(import.meta.dirname, "..");
const folder = join(import.meta.dirname, ".peers", "node");
const denoVersion = "2.9.6";
const fromLibrary = 'import { version } from "histobook"; version';

/** @param python the Python that has ipykernel, with the versions of what it runs */
export function contestants(python, log) {
  const require = createRequire(join(repository, "kernel-lib", "package.json"));
  const tslab = join(repository, "node_modules", "tslab");
  const deno = denoBinary(log);
  return [
    {
      name: "histobook",
      label: "histobook",
      argv: [process.execPath, join(repository, "kernel-lib", "bin", "kernel.js"), "{connection_file}"],
      interruptMode: "message",
      importCode: fromLibrary,
    },
    {
      name: "tslab",
      label: `tslab ${require("tslab/package.json").version}`,
      argv: [process.execPath, join(tslab, "bin", "tslab"), "kernel", "--config-path", "{connection_file}"],
      interruptMode: "signal",
      importCode: fromLibrary,
    },
    deno && {
      name: "deno",
      label: `Deno ${denoVersion}`,
      argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"],
      interruptMode: "message",
      importCode: null,
    },
    {
      name: "ipykernel",
      label: `ipykernel ${versionOf(python)}`,
      argv: [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
      interruptMode: "signal",
      importCode: null,
    },
  ].filter(Boolean);
}

/** Deno's program from npm's package for this platform: no script runs and nothing else is downloaded. */
function denoBinary(log) {
  const libc = process.platform === "linux" ? "-glibc" : "";
  const name = `@deno/${process.platform}-${process.arch}${libc}`;
  const binary = join(folder, "node_modules", name, process.platform === "win32" ? "deno.exe" : "deno");
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}\n");
  const [npm, ...first] = npmCommand();
  const args = [...first, "install", "--ignore-scripts", "--no-audit", "--no-fund", `${name}@${denoVersion}`];
  log(`bench: npm install ${name}@${denoVersion}`);
  const { status, stderr } = spawnSync(npm, args, { cwd: folder, encoding: "utf8" });
  if (status === 0 && existsSync(binary)) return binary;
  log(`kernel: Deno is missing, its column is left out (${stderr.trim().split("\n")[0]})`);
  return undefined;
}

function versionOf(python) {
  const program = "import importlib.metadata as m; print(m.version('ipykernel'))";
  return spawnSync(python, ["-c", program], { encoding: "utf8" }).stdout.trim();
}

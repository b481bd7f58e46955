// A repository of the smallest size that the set-up works on, in a temporary folder: the real scripts, a library of
// one file, no packages to install. What the tests break there is broken nowhere else.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const repository = dirname(dirname(import.meta.dirname));

const compilerOptions = {
  target: "ES2022",
  lib: ["ES5"], // The smallest: these tests compile often.
  skipLibCheck: true,
  module: "nodenext",
  moduleResolution: "nodenext",
  strict: true,
  types: [],
  rootDir: "src",
  outDir: "dist",
};

/** Makes one; `remove()` takes it away again. */
export function makeSkeleton() {
  const folder = mkdtempSync(join(tmpdir(), "histobook-setup-"));
  const write = (name, content) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  };
  cpSync(join(repository, "scripts"), join(folder, "scripts"), { recursive: true });
  write("package.json", { name: "skeleton", version: "1.0.0", private: true });
  write("package-lock.json", { name: "skeleton", version: "1.0.0", lockfileVersion: 3, packages: {} });
  write("node_modules/.package-lock.json", { packages: {} });
  symlinkSync(join(repository, "node_modules", "typescript"), join(folder, "node_modules", "typescript"));
  write("tsconfig.json", {});
  write("kernel-lib/package.json", { name: "library", type: "commonjs" });
  write("kernel-lib/tsconfig.json", { compilerOptions, include: ["src/**/*.ts"] });
  write("kernel-lib/src/index.ts", "export const answer: number = 42;\n");
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** PATH with Node and nothing else on it: no Python, no compiler. */
export function bareEnvironment(folder) {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  return {
    PATH: bin,
    HOME: join(folder, "home"),
    npm_config_registry: "http://127.0.0.1:9",
    npm_config_fetch_retries: "0",
  };
}

/**
 * Runs one of the scripts of the skeleton to its end.
 *
 * @param {{env?: object, args?: string[], killAt?: string}} options killAt: SIGKILL once it has printed this
 */
export function runScript(folder, script, { env = bareEnvironment(folder), args = [], killAt } = {}) {
  const child = spawn(process.execPath, [join("scripts", script), ...args], { cwd: folder, env });
  let output = "";
  const read = (data) => {
    output += data;
    if (killAt && output.includes(killAt)) child.kill("SIGKILL");
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve({ status, signal, output }));
  });
}

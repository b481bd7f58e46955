// Step: kernel-lib/src -> kernel-lib/dist. The compiler writes beside dist, which is replaced only by a whole build.
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./child.mjs";
import { SetupFailure } from "./failure.mjs";
import { fingerprintFiles } from "./fingerprint.mjs";
import { modules, repository } from "./paths.mjs";
import { isDone, markDone, markStarted } from "./stamps.mjs";

export const compiler = join(modules, "typescript", "bin", "tsc");
const library = join(repository, "kernel-lib");

/** Whether each source has its compiled file. */
const isWhole = (product) =>
  readdirSync(join(library, "src"), { recursive: true })
    .filter((name) => /(?<!\.d)\.ts$/.test(name))
    .every((name) => existsSync(join(product, name.replace(/\.ts$/, ".js"))));

export async function buildLibrary(step) {
  const inputs = ["kernel-lib/src", "kernel-lib/tsconfig.json", "kernel-lib/package.json", "tsconfig.json"];
  const fingerprint = fingerprintFiles(repository, [...inputs, "node_modules/typescript/package.json"]);
  const product = join(library, "dist");
  if (isDone("library", fingerprint) && isWhole(product)) return step.done("kernel-lib is built");
  step.working("compiling kernel-lib");
  markStarted("library");
  const unfinished = join(library, "dist.new");
  const replaced = join(library, "dist.old");
  for (const folder of [unfinished, replaced]) rmSync(folder, { recursive: true, force: true });
  const result = await run("library", process.execPath, [compiler, "-p", library, "--outDir", unfinished]);
  if (!result.ok) {
    rmSync(unfinished, { recursive: true, force: true });
    const errors = result.tail.split("\n").filter((line) => line.includes("error TS"));
    throw new SetupFailure({
      subject: "kernel-lib",
      found: errors[0] ?? result.tail.split("\n").at(-1),
      expected: "sources that compile",
      fix: "mend the source or take it back with git checkout",
      log: result.log,
    });
  }
  if (existsSync(product)) renameSync(product, replaced);
  renameSync(unfinished, product);
  rmSync(replaced, { recursive: true, force: true });
  markDone("library", fingerprint);
  return step.done("built kernel-lib");
}

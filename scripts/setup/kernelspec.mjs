// Step: tells JupyterLab how to start the two kernels that the notebooks run in: stock tslab, as
// `tslab install --sys-prefix` would but with this Node's and this tslab's full paths, so that it works whatever PATH
// is, and our own.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SetupFailure } from "./failure.mjs";
import { modules, repository } from "./paths.mjs";

/** The content of tslab's kernel.json. */
export const tslabSpecification = () => ({
  argv: [
    process.execPath,
    join(modules, "tslab", "bin", "tslab"),
    "kernel",
    "--config-path",
    "{connection_file}",
  ],
  display_name: "TypeScript",
  language: "typescript",
});

const read = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

/** @returns whether anything had to be written */
function installTslab(prefix) {
  const folder = join(prefix, "share", "jupyter", "kernels", "tslab");
  const path = join(folder, "kernel.json");
  const text = JSON.stringify(tslabSpecification(), null, 2) + "\n";
  if (read(path) === text) return false;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
  return true;
}

/** @returns whether anything had to be written */
async function installOwn(prefix) {
  // Loaded now and not before: an earlier step builds it.
  const built = join(repository, "kernel-lib", "dist", "kernelspec", "index.js");
  const { installKernel } = await import(pathToFileURL(built).href);
  try {
    return installKernel({ prefix }).changed;
  } catch (error) {
    if (error.code !== "NoKernel" && error.code !== "BadInput") throw error;
    throw new SetupFailure(error.parts);
  }
}

export async function installKernelspec(step, { prefix }) {
  const changed = [installTslab(prefix) && "tslab", (await installOwn(prefix)) && "histobook"].filter(
    Boolean,
  );
  if (changed.length === 0) return step.done("the TypeScript kernels are known to JupyterLab");
  return step.done(`installed the TypeScript kernels (${changed.join(", ")})`);
}

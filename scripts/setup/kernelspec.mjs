// Step: tells JupyterLab how to start the notebooks' kernel, as `tslab install --sys-prefix` would, but with this
// Node's and this tslab's full paths, so that it works whatever PATH is.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { modules } from "./paths.mjs";

/** The content of kernel.json. */
export const kernelSpecification = () => ({
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

export async function installKernelspec(step, { prefix }) {
  const folder = join(prefix, "share", "jupyter", "kernels", "tslab");
  const path = join(folder, "kernel.json");
  const text = JSON.stringify(kernelSpecification(), null, 2) + "\n";
  if (read(path) === text) return step.done("the TypeScript kernel is known to JupyterLab");
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
  return step.done("installed the TypeScript kernel (tslab)");
}

/** Where real Caffe is: the folder that holds `build/tools`. */
import { existsSync } from "node:fs";
import { join } from "node:path";

const inRepository = join(import.meta.dirname, "..", ".caffe", "src");

/** The path of one of Caffe's tools, or undefined with a line that names what is missing. */
export function caffeTool(name, log) {
  const folder = process.env.HISTOBOOK_CAFFE ?? inRepository;
  const path = join(folder, "build", "tools", name);
  if (existsSync(path)) return path;
  log(
    `bench: found no ${path}, expected BVLC Caffe's ${name}; build Caffe and name its folder in HISTOBOOK_CAFFE.`,
  );
  return undefined;
}

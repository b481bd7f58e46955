/** What the benches of recipes need of the library, some of it not public, and what they share. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export * from "histobook";
const inside = (file) => createRequire(import.meta.url)(`../kernel-lib/dist/${file}`);
export const { readManifest } = inside("study/index.js");
export const { writeWholeFile } = inside("foundation/index.js");
export const { presets } = inside("pipeline/index.js");

/** Makes a study of a folder's images and masks, where there is none yet. */
export function studyOf(source, directory) {
  if (existsSync(directory)) return;
  const images = existsSync(join(source, "images")) ? join(source, "images") : source;
  mkdirSync(join(directory, "images"), { recursive: true });
  for (const file of readdirSync(images))
    if (/\.(tiff?|png)$/.test(file)) cpSync(join(images, file), join(directory, "images", file));
}

/** The finished runs of a folder. */
export function finishedRuns(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
}

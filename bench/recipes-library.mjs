/** What the bench of the recipes needs of the library, some of it not public. */
import { createRequire } from "node:module";

export * from "histobook";
const inside = (file) => createRequire(import.meta.url)(`../kernel-lib/dist/${file}`);
export const { readManifest } = inside("study/index.js");
export const { writeWholeFile } = inside("foundation/index.js");
export const { presets } = inside("pipeline/index.js");

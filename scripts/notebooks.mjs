// npm run notebooks: executes the notebooks in their kernel and commits to their files what they show, so that they read well where
// nothing runs. `npm run notebooks -- 2-cross-validation` does one. A test compares the files with what a run shows.
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { requireNode } from "./setup/node-version.mjs";

requireNode();
const { reportFailure } = await import("./setup/failure.mjs");
const { setUp } = await import("./setup/index.mjs");
const { commitOutputs, notebooksFolder } = await import("./notebooks/commit.mjs");
try {
  const environment = await setUp();
  const all = readdirSync(notebooksFolder)
    .filter((file) => file.endsWith(".ipynb"))
    .map((file) => basename(file, ".ipynb"))
    .sort();
  const asked = process.argv.slice(2).map((name) => basename(name, ".ipynb"));
  process.exitCode = await commitOutputs(environment, asked.length > 0 ? asked : all);
} catch (error) {
  reportFailure(error);
  process.exitCode = 1;
}

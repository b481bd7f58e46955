// npm run gallery: makes docs/gallery.md and its pictures, a real picture of each view of the JupyterLab extension, from the
// embedded sample and the quick preset. Takes some minutes.
import { join } from "node:path";
import { requireNode } from "./setup/node-version.mjs";

requireNode();
const { reportFailure } = await import("./setup/failure.mjs");
const { setUp } = await import("./setup/index.mjs");
const { runVitest } = await import("./checks/vitest.mjs");
try {
  const environment = await setUp();
  const { failed } = await runVitest(environment, join("test", "gallery", "vitest.config.mts"), []);
  if (failed === 0) process.stdout.write("Wrote docs/gallery.md and docs/images/gallery.\n");
  else process.exitCode = 1;
} catch (error) {
  reportFailure(error);
  process.exitCode = 1;
}

// A native TensorFlow.js package in node_modules: where its parts lie, and whether it runs.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { modules } from "./paths.mjs";

const probe = join(import.meta.dirname, "engine-probe.cjs");

/** `name` is "@tensorflow/tfjs-node" or "@tensorflow/tfjs-node-gpu". */
export function enginePackage(name) {
  const folder = join(modules, name);
  return {
    name,
    folder,
    isInstalled: existsSync(join(folder, "package.json")),
    /** The addon's place, as the package itself will look for it. */
    addon() {
      const require = createRequire(join(folder, "package.json"));
      return require("@mapbox/node-pre-gyp").find(join(folder, "package.json"));
    },
    library: join(folder, "deps", "lib"),
  };
}

/**
 * Loads the package in a process of its own and computes with it.
 *
 * @returns {{ok: true, tensorflow: string, usesGpu: boolean} | {ok: false, reason: string}}
 */
export function tryEngine({ folder, isInstalled }) {
  if (!isInstalled) return { ok: false, reason: "it is not in node_modules" };
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2", NODE_NO_WARNINGS: "1" };
  const result = spawnSync(process.execPath, [probe, folder], { encoding: "utf8", timeout: 120_000, env });
  if (result.status === 0) return { ok: true, ...JSON.parse(result.stdout.trim().split("\n").at(-1)) };
  const error = /^\w*Error: (.*)$/m.exec(result.stderr)?.[1];
  return {
    ok: false,
    reason: error ?? `loading it ended with ${result.signal ?? `status ${result.status}`}`,
  };
}

// Step: the npm packages of package-lock.json, without their install scripts. The native packages that we use ship
// ready binaries; tfjs-node's script, which downloads from the network and would take its package with it when it
// fails, is the engine step's business.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { npmCommand, run } from "./child.mjs";
import { SetupFailure } from "./failure.mjs";
import { fingerprintOf } from "./fingerprint.mjs";
import { modules, repository } from "./paths.mjs";
import { isDone, markDone, markStarted, wasInterrupted } from "./stamps.mjs";

const readLock = (path) => JSON.parse(readFileSync(path, "utf8")).packages;

/** Optional, so that npm goes on without them, but the engine step needs them. */
const wantedThoughOptional = [
  "@tensorflow/tfjs-node",
  "@tensorflow/tfjs-node-gpu",
  "@tensorflow/tfjs-backend-webgpu",
  "webgpu",
  "@mapbox/node-pre-gyp",
].map((name) => `node_modules/${name}`);

/** The first package of package-lock.json that is not installed in its version, or undefined. */
export function firstMissingPackage(root = repository) {
  const wanted = readLock(join(root, "package-lock.json"));
  const hidden = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(hidden)) return "node_modules";
  const installed = readLock(hidden);
  return (
    Object.entries(wanted)
      .filter(([path]) => path.startsWith("node_modules/"))
      // The other optional ones are for other kinds of machine; npm leaves them out.
      .filter(([path, entry]) => !entry.optional || wantedThoughOptional.includes(path))
      .map(([path, entry]) => [path, entry.link ? undefined : entry.version])
      .find(([path, version]) => installed[path]?.version !== version || !existsSync(join(root, path)))?.[0]
  );
}

export async function installDependencies(step) {
  const lockfile = join(repository, "package-lock.json");
  const fingerprint = fingerprintOf(readFileSync(lockfile, "utf8"), process.platform, process.arch);
  const intact = !wasInterrupted("dependencies") && firstMissingPackage() === undefined;
  if (intact) {
    if (!isDone("dependencies", fingerprint)) markDone("dependencies", fingerprint);
    return step.done("npm packages are installed");
  }
  step.working("installing npm packages, about a minute");
  markStarted("dependencies");
  const [npm, ...first] = npmCommand();
  const result = await run("npm", npm, [...first, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: repository,
    // npm test and npm start hand their own settings down; only the user's should count.
    env: { ...process.env, NODE_ENV: undefined, npm_config_omit: undefined },
  });
  const missing = result.ok ? firstMissingPackage() : undefined;
  if (!result.ok || missing) {
    throw new SetupFailure({
      subject: "npm ci",
      found: missing ? `no ${missing} after it` : lastComplaint(result.tail),
      expected: "the packages of package-lock.json in node_modules",
      fix: "see that npm's registry can be reached and the disk has 1 GB, then run this command again",
      log: result.log,
    });
  }
  markDone("dependencies", fingerprint);
  return step.done(
    `installed ${Object.keys(readLock(join(modules, ".package-lock.json"))).length} npm packages`,
  );
}

/** The line of npm's output that says most. */
function lastComplaint(tail) {
  const lines = tail
    .split("\n")
    .filter((line) => /^npm (error|ERR!)/.test(line) && !/complete log|code /.test(line));
  return lines[0]?.replace(/^npm (error|ERR!)\s*/, "") ?? tail.split("\n").at(-1);
}

// The real BVLC Caffe, where it is built: what the hand-over tests and the database bench compare with.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { run } from "./setup/child.mjs";
import { SetupFailure } from "./setup/failure.mjs";
import { repository } from "./setup/paths.mjs";

const ownBuild = join(repository, ".caffe");
const buildScript = join(repository, "..", "shared", "caffe", "build-caffe.sh");

/** The folder that holds build/tools and python: HISTOBOOK_CAFFE, else what `buildCaffe` left; undefined without one. */
export function caffeFolder() {
  const named = process.env.HISTOBOOK_CAFFE;
  const folder = named ? resolve(named) : join(ownBuild, "src");
  return existsSync(join(folder, "build", "tools", "caffe")) ? folder : undefined;
}

/**
 * Builds Caffe into .caffe/ (Debian 12, some minutes).
 *
 * @throws SetupFailure
 */
export async function buildCaffe() {
  if (!existsSync(buildScript)) throw noCaffe();
  const { ok, log } = await run("caffe", "bash", [buildScript, ownBuild]);
  const folder = caffeFolder();
  if (ok && folder) return folder;
  throw new SetupFailure({
    subject: "Caffe",
    found: "a build that failed",
    expected: `${join(ownBuild, "src", "build", "tools", "caffe")}`,
    fix: "see the log",
    log,
  });
}

/** The sentence for a machine without Caffe. */
export function noCaffe() {
  return new SetupFailure({
    subject: "Caffe",
    found: process.env.HISTOBOOK_CAFFE
      ? `no build/tools/caffe in ${process.env.HISTOBOOK_CAFFE}`
      : "no build of it",
    expected: "a folder with build/tools and python of BVLC Caffe, built for the processor",
    fix: "name one in HISTOBOOK_CAFFE, or run 'npm run test:caffe -- --build' on Debian 12 beside ../shared/caffe",
  });
}

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { HistobookError, isNodeRecentEnough, oldestNode } from "../foundation/index.js";
import { installation } from "./specification.js";

/** What the kernel stands on. */
export interface Foundations {
  nodeVersion: string;
  /** The folder of the installation of histobook that would run it. */
  installation: string;
}

/**
 * Makes sure that a kernel of this Node and this installation would start.
 *
 * @throws HistobookError `NoKernel` when Node is too old, tslab is missing, or the installation won't stay.
 * @example
 * requireKernel(); // => undefined
 */
export function requireKernel(foundations: Foundations = thisProcess()): void {
  const { nodeVersion, installation: folder } = foundations;
  if (!isNodeRecentEnough(nodeVersion)) {
    throw new HistobookError("NoKernel", {
      subject: "Node.js",
      found: nodeVersion,
      expected: `${oldestNode} or later`,
      fix: "install it from https://nodejs.org and run this command with it",
    });
  }
  if (folder.split(sep).includes("_npx")) {
    throw new HistobookError("NoKernel", {
      subject: folder,
      found: "npx's cache, which npm clears at will",
      expected: "an installation of histobook that stays, because Jupyter will start the kernel from it",
      fix: "run: npm install --global histobook && histobook kernel install",
    });
  }
  if (!existsSync(join(folder, "bin", "kernel.js"))) {
    throw new HistobookError("NoKernel", {
      subject: folder,
      found: "no bin/kernel.js",
      expected: "the program that Jupyter starts",
      fix: "install histobook again",
    });
  }
  if (!hasTslab(folder)) {
    throw new HistobookError("NoKernel", {
      subject: "tslab",
      found: "no such package beside histobook",
      expected: "tslab, which runs the cells",
      fix: `run npm install in ${folder}`,
    });
  }
}

function thisProcess(): Foundations {
  return { nodeVersion: process.versions.node, installation };
}

function hasTslab(folder: string): boolean {
  try {
    createRequire(join(folder, "package.json")).resolve("tslab/package.json");
    return true;
  } catch {
    return false;
  }
}

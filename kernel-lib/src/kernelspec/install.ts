import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { cannotWrite, makeFolder, replaceFolder, unfinishedPath } from "../foundation/index.js";
import { readKernel } from "./find.js";
import { thisSystem, type System } from "./folders.js";
import { choosePlace, type PlaceOptions } from "./place.js";
import { requireKernel } from "./requirements.js";
import { kernelName, kernelSpecification, logos } from "./specification.js";

/** What became of a kernel's folder. */
export interface Installed {
  /** The folder with kernel.json. */
  folder: string;
  /** False when it was as wanted before. */
  changed: boolean;
  /** The options that name the same place again, e.g. `--user`. */
  options: string;
}

/**
 * Tells Jupyter about the kernel "TypeScript (histobook)" of this installation and this Node.
 *
 * The folder appears whole or not at all; one that is as wanted is left alone. Python is not needed.
 *
 * @throws HistobookError `NoKernel` when it would not start, `BadOption` for a place that isn't one, `BadInput`
 * when the folder can't be written.
 * @example
 * import { existsSync } from "node:fs";
 * const { folder } = installKernel({ prefix: "environment" });
 * existsSync(`${folder}/kernel.json`); // => true
 * installKernel({ prefix: "environment" }).changed; // => false
 */
export function installKernel(options: PlaceOptions = {}, system: System = thisSystem()): Installed {
  const place = choosePlace(options, system);
  requireKernel();
  const folder = join(place.dataFolder, "kernels", kernelName);
  const changed = !isAsWanted(folder);
  if (changed) write(place.dataFolder, folder);
  return { folder, changed, options: place.options };
}

/**
 * Takes the kernel out of Jupyter's folder again; `changed` tells whether it was there.
 *
 * @throws HistobookError `BadOption` for a place that isn't one, `BadInput` when the folder can't be removed.
 * @example
 * installKernel({ prefix: "environment" });
 * uninstallKernel({ prefix: "environment" }).changed; // => true
 * uninstallKernel({ prefix: "environment" }).changed; // => false
 */
export function uninstallKernel(options: PlaceOptions = {}, system: System = thisSystem()): Installed {
  const place = choosePlace(options, system);
  const folder = join(place.dataFolder, "kernels", kernelName);
  const changed = existsSync(folder);
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  return { folder, changed, options: place.options };
}

function isAsWanted(folder: string): boolean {
  const isWhole = logos.every((logo) => existsSync(join(folder, basename(logo))));
  return (
    isWhole && JSON.stringify(readKernel(folder)?.specification) === JSON.stringify(kernelSpecification())
  );
}

/** Made outside of `kernels`, where Jupyter would take an unfinished folder for a kernel. */
function write(dataFolder: string, folder: string): void {
  makeFolder(join(dataFolder, "kernels"));
  const unfinished = unfinishedPath(join(dataFolder, kernelName));
  try {
    mkdirSync(unfinished);
    for (const logo of logos) copyFileSync(logo, join(unfinished, basename(logo)));
    writeFileSync(join(unfinished, "kernel.json"), `${JSON.stringify(kernelSpecification(), null, 2)}\n`);
    replaceFolder(unfinished, folder);
  } catch (error) {
    throw cannotWrite(folder, error);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

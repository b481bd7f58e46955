import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { dataFolderOf, dataFolders, thisSystem, userDataFolder, type System } from "./folders.js";
import { installation, kernelName, launcher, type KernelSpecification } from "./specification.js";

/** A kernel of ours that Jupyter would find. */
export interface FoundKernel {
  /** The folder with kernel.json. */
  folder: string;
  /** Null when kernel.json can't be read. */
  specification: KernelSpecification | null;
}

/** What is to be said about a kernel that was found. */
export interface KernelCondition {
  /** `broken`: Jupyter can't start it; `other`: it starts another installation or another Node. */
  state: "good" | "other" | "broken";
  /** Half a sentence. */
  found: string;
  /** The command that makes it this installation's. */
  fix: string | null;
}

/** The kernels named `histobook` in Jupyter's folders, and in the environment that `npm run setup` makes. */
export function findKernels(system: System = thisSystem()): FoundKernel[] {
  const setUps = dataFolderOf(join(dirname(installation), ".venv"));
  return dataFolders(system, [setUps])
    .map((dataFolder) => join(dataFolder, "kernels", kernelName))
    .flatMap((folder) => readKernel(folder) ?? []);
}

/** Reads a kernel's folder; undefined when there is none. */
export function readKernel(folder: string): FoundKernel | undefined {
  if (!existsSync(folder)) return undefined;
  try {
    const text = readFileSync(join(folder, "kernel.json"), "utf8");
    const specification = JSON.parse(text) as KernelSpecification;
    return { folder, specification: isUsable(specification) ? specification : null };
  } catch {
    // Unreadable and no JSON are one finding to whoever asks: Jupyter can't use it.
    return { folder, specification: null };
  }
}

function isUsable({ argv }: KernelSpecification): boolean {
  return Array.isArray(argv) && argv.length >= 2 && argv.every((part) => typeof part === "string");
}

/** Whether a found kernel starts, and whether it is this installation's. */
export function conditionOf({ folder, specification }: FoundKernel, system = thisSystem()): KernelCondition {
  const fix = `histobook kernel install ${optionsFor(folder, system)}`;
  if (specification === null) return { state: "broken", found: `${folder} has no usable kernel.json`, fix };
  const [node, program] = specification.argv;
  const gone = [node, program].find((path) => !existsSync(path));
  if (gone !== undefined) return { state: "broken", found: `${folder} starts ${gone}, which is gone`, fix };
  if (!isSame(program, launcher))
    return { state: "other", found: `${folder} starts another installation (${program})`, fix };
  if (!isSame(node, process.execPath))
    return {
      state: "other",
      found: `${folder} starts another Node (${node}, this is ${process.execPath})`,
      fix,
    };
  return { state: "good", found: `${folder} starts this installation with this Node`, fix: null };
}

/** The options with which `install` would write to this folder. */
function optionsFor(folder: string, system: System): string {
  const dataFolder = dirname(dirname(folder));
  return dataFolder === userDataFolder(system) ? "--user" : `--prefix ${dirname(dirname(dataFolder))}`;
}

function isSame(one: string, other: string): boolean {
  return realpathSync(one) === realpathSync(other);
}

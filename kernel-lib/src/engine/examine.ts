import { spawnSync } from "node:child_process";
import { isNodeRecentEnough, messageOf, oldestNode } from "../foundation/index.js";
import { conditionOf, findKernels } from "../kernelspec/index.js";
import { version } from "../version.js";
import type { EngineName } from "./engine.js";
import { loadEngine } from "./loadEngine.js";
import { findWebGpu } from "./webGpu.js";

/** One thing that was looked at. */
export interface Finding {
  name: string;
  /** `note`: histobook works without it, but slower or with less. */
  state: "good" | "note" | "missing";
  found: string;
  /** The command that mends it; null when there is nothing to mend. */
  fix: string | null;
}

/** What `histobook doctor` says. */
export interface Examination {
  /** The engine that `auto` takes; null when none works. */
  engine: EngineName | null;
  findings: Finding[];
}

/**
 * Looks at this installation: Node, the engines, the native packages, Jupyter and its kernel.
 *
 * It takes the process' engine, so that what it names is what runs.
 */
export async function examine(): Promise<Examination> {
  const findings: Finding[] = [
    good("histobook", version),
    nodeFinding(process.versions.node),
    await packageFinding("sharp", "reads images", async () => {
      const { default: sharp } = await import("sharp");
      return `${sharp.versions.sharp ?? "of unknown version"} with libvips ${sharp.versions.vips}`;
    }),
    await packageFinding("classic-level", "reads and writes LevelDB", async () => {
      await import("classic-level");
      return "its native addon loads";
    }),
  ];
  const engine = await loadEngine().catch((error: unknown) => messageOf(error));
  if (typeof engine === "string") {
    findings.push({ name: "engine", state: "missing", found: engine, fix: "npm run setup" });
  } else {
    // What WebGPU finds is told below, whether it was tried or not.
    const others = engine.passedOver.filter(({ engine: name }) => name !== "webgpu");
    const passed = others.map(({ engine: name, reason }): Finding => {
      // A machine without an NVIDIA GPU lacks nothing that a command could bring.
      const noGpu = name === "tensorflow-gpu" && reason.includes("no NVIDIA GPU");
      return { name: `engine ${name}`, state: "note", found: reason, fix: noGpu ? null : "npm run setup" };
    });
    findings.push(good("engine", `${engine.name}: ${engine.description}`), ...passed);
  }
  findings.push(await webGpuFinding(), jupyterFinding(), ...kernelFindings());
  return { engine: typeof engine === "string" ? null : engine.name, findings };
}

function nodeFinding(found: string): Finding {
  const fix = `install Node.js ${oldestNode} or later (nodejs.org)`;
  return isNodeRecentEnough(found)
    ? good("Node.js", found)
    : { name: "Node.js", state: "missing", found, fix };
}

async function packageFinding(name: string, purpose: string, load: () => Promise<string>): Promise<Finding> {
  try {
    return good(name, await load());
  } catch (error) {
    const found = `it ${purpose}, and can't be loaded (${messageOf(error).split("\n")[0]})`;
    return { name, state: "missing", found, fix: "npm run setup" };
  }
}

async function webGpuFinding(): Promise<Finding> {
  const name = "GPU by WebGPU";
  try {
    const gpu = await findWebGpu();
    const advice =
      "'--engine webgpu' uses it, and 'histobook train --dry-run --engine webgpu' says how fast it is";
    return good(name, `${gpu} (${advice})`);
  } catch (error) {
    return { name, state: "note", found: messageOf(error), fix: null };
  }
}

function jupyterFinding(): Finding {
  const answer = spawnSync("jupyter", ["lab", "--version"], { encoding: "utf8", timeout: 30_000 });
  if (answer.status === 0) return good("JupyterLab", answer.stdout.trim());
  const found =
    "no 'jupyter' on the PATH (the notebooks need it, this command does not; 'npm start' finds its own)";
  return { name: "JupyterLab", state: "note", found, fix: "npm start" };
}

/** One finding a kernelspec: Jupyter may know several, and starts the first. */
function kernelFindings(): Finding[] {
  const name = "notebook kernel";
  const states = { good: "good", other: "note", broken: "missing" } as const;
  const findings = findKernels().map((kernel): Finding => {
    const { state, found, fix } = conditionOf(kernel);
    return { name, state: states[state], found, fix };
  });
  if (findings.length > 0) return findings;
  const found =
    "Jupyter does not know the kernel 'TypeScript (histobook)' (notebooks need it, this command does not)";
  return [{ name, state: "note", found, fix: "histobook kernel install" }];
}

function good(name: string, found: string): Finding {
  return { name, state: "good", found, fix: null };
}

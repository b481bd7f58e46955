import { existsSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../foundation/index.js";
import type { Engine } from "./engine.js";
import type { TensorFlow } from "./tensorflow.js";

/** What an adapter says of itself. */
interface AdapterInfo {
  vendor: string;
  architecture: string;
  description: string;
  /** Whether the processor only plays a GPU. */
  isFallbackAdapter?: boolean;
}

/** The parts of WebGPU's adapter that are used here. */
interface Adapter {
  info: AdapterInfo;
  limits: Record<string, number>;
  requestDevice(wanted: { requiredLimits: Record<string, number> }): Promise<Device>;
}

interface Device {
  lost: Promise<{ reason: string; message: string }>;
}

interface Gpu {
  requestAdapter(wanted: { powerPreference: "high-performance" }): Promise<Adapter | null>;
}

/** What the packages export. */
interface Dawn {
  create(options: readonly string[]): Gpu;
  globals: object;
}
type BackendPackage = { WebGPUBackend: new (device: Device, info: AdapterInfo) => never };

/** What tfjs's backend asks a device for, as its own registration does in a browser. */
const limits = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
];

/**
 * Loads TensorFlow.js' WebGPU backend over Dawn, which reaches GPUs of AMD, Apple, Intel and NVIDIA through the system's own
 * drivers (Vulkan, Metal, Direct3D 12).
 *
 * @param software whether a GPU that the processor only plays is taken; it is slower than the processor itself
 * @throws Error that says what is missing.
 */
export async function loadWebGpu(software: "take" | "refuse"): Promise<Omit<Engine, "passedOver">> {
  // Dawn itself prints two lines of complaint, which nobody wants who has not asked for it.
  if (software === "refuse" && !hasVulkan()) throw new Error(noGpu());
  const { gpu, adapter } = await findAdapter();
  if (isSoftware(adapter) && software === "refuse")
    throw new Error(
      `only a software GPU was found (${describe(adapter)}), which is slower than the processor`,
    );
  const requiredLimits = Object.fromEntries(limits.map((name) => [name, adapter.limits[name]]));
  const device = await adapter.requestDevice({ requiredLimits });
  const tf = (await import("@tensorflow/tfjs")) as TensorFlow;
  const { WebGPUBackend } = (await import("@tensorflow/tfjs-backend-webgpu")) as unknown as BackendPackage;
  tf.registerBackend("webgpu", () => asInBrowser(gpu, () => new WebGPUBackend(device, adapter.info)));
  if (!(await tf.setBackend("webgpu"))) throw new Error("TensorFlow.js' WebGPU backend could not be started");
  tf.enableProdMode();
  const description = `WebGPU on ${describe(adapter)}, operation by operation (tfjs-backend-webgpu)`;
  return { name: "webgpu", computes: "operations", description, tf };
}

/**
 * The name of the GPU that WebGPU reaches here.
 *
 * @throws Error that says why there is none, or only one that the processor plays.
 */
export async function findWebGpu(): Promise<string> {
  if (!hasVulkan()) throw new Error(noGpu());
  const { adapter } = await findAdapter();
  if (isSoftware(adapter)) throw new Error(`only a software GPU was found (${describe(adapter)})`);
  return describe(adapter);
}

async function findAdapter(): Promise<{ gpu: Gpu; adapter: Adapter }> {
  let dawn: Dawn;
  try {
    dawn = (await import("webgpu")) as Dawn;
  } catch (error) {
    const [reason] = messageOf(error).split("\n");
    const isMissing = reason.includes("Cannot find package");
    throw new Error(
      isMissing ? "the package 'webgpu' is not installed; 'npm run setup' installs it" : reason,
      {
        cause: error,
      },
    );
  }
  // The backend names WebGPU's constants as global ones, as in a browser.
  for (const [name, value] of Object.entries(dawn.globals)) Reflect.set(globalThis, name, value);
  const gpu = dawn.create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter) return { gpu, adapter };
  throw new Error(noGpu());
}

/** Whether Vulkan's loader is where Linux looks for it; elsewhere the system has its own way to GPUs. */
function hasVulkan(): boolean {
  if (process.platform !== "linux") return true;
  const triple = `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
  const usual = ["/usr/lib", "/usr/lib64", "/usr/local/lib", `/usr/lib/${triple}`, "/run/opengl-driver/lib"];
  const named = process.env.LD_LIBRARY_PATH?.split(":") ?? [];
  return [...named, ...usual].some((folder) => existsSync(join(folder, "libvulkan.so.1")));
}

function noGpu(): string {
  const driver = process.platform === "linux" ? " (it needs libvulkan.so.1 and the GPU's Vulkan driver)" : "";
  return `WebGPU finds no GPU that it can use${driver}`;
}

const isSoftware = ({ info }: Adapter): boolean => info.isFallbackAdapter === true;

/** Runs work that looks for a browser's globals; other packages take a process that has them for a browser. */
function asInBrowser<T>(gpu: Gpu, work: () => T): T {
  const names = ["WorkerGlobalScope", "navigator"] as const;
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  const values = [class WorkerGlobalScope {}, { gpu }];
  names.forEach((name, i) =>
    Object.defineProperty(globalThis, name, { value: values[i], configurable: true }),
  );
  try {
    return work();
  } finally {
    names.forEach((name, i) => {
      const descriptor = before[i];
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    });
  }
}

function describe({ info: { vendor, architecture, description } }: Adapter): string {
  return description || [vendor, architecture].filter(Boolean).join(" ") || "a GPU without a name";
}

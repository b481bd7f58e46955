import { existsSync } from "node:fs";
import { HistobookError, messageOf } from "../foundation/index.js";
import type { TensorFlow } from "./tensorflow.js";
import { loadWebAssembly } from "./webAssembly.js";

/**
 * What computes: TensorFlow's library on an NVIDIA GPU, the same on the processor, WebAssembly, or JavaScript
 * alone; each is far slower than the one before it.
 */
export type EngineName = "tensorflow-gpu" | "tensorflow" | "wasm" | "javascript";

/** An engine's name, or `auto` for the fastest that works here. */
export type EngineChoice = EngineName | "auto";

/** All choices, as `--engine` takes them. */
export const engineChoices: readonly EngineChoice[] = [
  "auto",
  "tensorflow-gpu",
  "tensorflow",
  "wasm",
  "javascript",
];

/** A TensorFlow.js backend that works, and why no faster one was taken. */
export interface Engine {
  name: EngineName;
  /** One line for people, e.g. `TensorFlow 2.21.0 on the processor (tfjs-node)`. */
  description: string;
  /** Faster engines that can't be used here, and the reason. */
  passedOver: { engine: EngineName; reason: string }[];
  tf: TensorFlow;
}

const order: readonly EngineName[] = ["tensorflow-gpu", "tensorflow", "wasm", "javascript"];

let loaded: { choice: EngineChoice; engine: Engine } | undefined;

/**
 * Loads the engine that was asked for, or with `auto` the fastest that works here.
 *
 * A process has one engine: the backends share TensorFlow.js's global state, so a second choice is refused.
 *
 * @throws HistobookError `NoEngine` when the engine that was asked for can't be loaded, with the reason.
 */
export async function loadEngine(choice: EngineChoice = "auto"): Promise<Engine> {
  if (!engineChoices.includes(choice)) {
    throw new HistobookError("BadOption", {
      subject: "--engine",
      found: `'${choice}'`,
      expected: `one of ${engineChoices.join(", ")}`,
      fix: "give another value",
    });
  }
  if (loaded) {
    if (choice === "auto" || choice === loaded.choice || choice === loaded.engine.name) return loaded.engine;
    throw new HistobookError("NoEngine", {
      subject: "--engine",
      found: `'${choice}' in a process that runs '${loaded.engine.name}' already`,
      expected: "one engine a process",
      fix: "restart the kernel and choose the engine first",
    });
  }
  const passedOver: Engine["passedOver"] = [];
  for (const name of choice === "auto" ? order : [choice]) {
    try {
      const engine = { ...(await loaders[name]()), passedOver };
      loaded = { choice, engine };
      return engine;
    } catch (error) {
      passedOver.push({ engine: name, reason: messageOf(error).split("\n")[0] });
    }
  }
  const reasons = passedOver.map(({ engine, reason }) => `${engine}: ${reason}`).join("; ");
  throw new HistobookError("NoEngine", {
    subject: "--engine",
    found: `'${choice}' not working here (${reasons})`,
    expected: "an engine that can be loaded",
    fix: "run 'histobook doctor' to see what is missing, or choose --engine auto",
  });
}

type Loaded = Omit<Engine, "passedOver">;

const loaders: Record<EngineName, () => Promise<Loaded>> = {
  "tensorflow-gpu": () => {
    if (!hasNvidiaGpu()) throw new Error("no NVIDIA GPU was found");
    const engine = loadNative(["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"]);
    if (engine.name === "tensorflow-gpu") return Promise.resolve(engine);
    throw new Error(
      `${engine.description} was loaded, but it sees no GPU that it can use (CUDA 12 and cuDNN 9 missing?)`,
    );
  },
  tensorflow: () => Promise.resolve(loadNative(["@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu"])),
  wasm: loadWebAssembly,
  javascript: async () => {
    const tf = (await import("@tensorflow/tfjs")) as TensorFlow;
    await tf.setBackend("cpu");
    tf.enableProdMode();
    return { name: "javascript", description: "JavaScript alone (TensorFlow.js' cpu backend)", tf };
  },
};

/** The parts of tfjs-node's backend that are not in TensorFlow.js's types. */
interface NativeBackend {
  isUsingGpuDevice?: boolean;
  binding?: { TF_Version?: string };
}

function loadNative(packages: string[]): Loaded {
  // Node 23 took away two functions that tfjs-node 4.22 calls; its fix was never released.
  const util = require("node:util") as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  // TensorFlow's own notes about processors and plugins; errors still show.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  const reasons: string[] = [];
  for (const name of packages) {
    try {
      const tf = require(name) as TensorFlow;
      const backend = tf.backend() as NativeBackend;
      const version = backend.binding?.TF_Version ?? "of unknown version";
      const gpu = backend.isUsingGpuDevice === true;
      tf.enableProdMode();
      return {
        name: gpu ? "tensorflow-gpu" : "tensorflow",
        description: `TensorFlow ${version} on the ${gpu ? "GPU" : "processor"} (${name.split("/")[1]})`,
        tf,
      };
    } catch (error) {
      reasons.push(`${name}: ${firstSentence(error, name)}`);
    }
  }
  throw new Error(reasons[0]);
}

function firstSentence(error: unknown, name: string): string {
  const message = messageOf(error);
  if (message.includes(`Cannot find module '${name}'`)) return "not installed; 'npm run setup' installs it";
  if (message.includes("tfjs_binding.node"))
    return "its native addon is not built; 'npm run setup' builds it";
  return message.split("\n")[0];
}

function hasNvidiaGpu(): boolean {
  // Loading the GPU package where there is none costs seconds and prints errors, so look for the driver first.
  return process.platform === "win32" || existsSync("/dev/nvidia0") || existsSync("/dev/dxg");
}

import { messageOf, requireMemory } from "../foundation/index.js";
import type { Engine } from "./engine.js";
import type { NativeBackend } from "./nativeBackend.js";
import type { TensorFlow } from "./tensorflow.js";

/** An engine that runs TensorFlow's own library. */
type Native = Omit<Engine, "passedOver">;

/** Bytes with which a training was seen to get along; with less the system ends the process. */
const leastMemory = 300 * 2 ** 20;

let loadedBefore: Native | undefined;

/**
 * Loads the first of tfjs-node's packages that works, on the GPU where it finds one.
 *
 * A second call gives what the first one loaded: two copies of TensorFlow's library in one process would clash.
 *
 * @throws Error that says why the first package can't be used.
 */
export function loadNative(packages: readonly string[]): Native {
  loadedBefore ??= loadFirst(packages);
  return loadedBefore;
}

function loadFirst(packages: readonly string[]): Native {
  // Node 23 took away two functions that tfjs-node 4.22 calls; its fix was never released.
  const util = require("node:util") as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  // TensorFlow's own notes about processors and plugins; errors still show.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  requireMemory("TensorFlow", leastMemory);
  const reasons: string[] = [];
  for (const name of packages) {
    try {
      const tf = require(name) as TensorFlow;
      const backend = tf.backend() as unknown as NativeBackend;
      const version = backend.binding.TF_Version ?? "of unknown version";
      const gpu = backend.isUsingGpuDevice === true;
      tf.enableProdMode();
      return {
        name: gpu ? "tensorflow-gpu" : "tensorflow",
        computes: "graphs",
        description: `TensorFlow ${version} on the ${gpu ? "GPU" : "processor"}, as graphs (${name.split("/")[1]})`,
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

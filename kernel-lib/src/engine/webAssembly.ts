import { dirname, sep } from "node:path";
import type { Engine } from "./engine.js";
import type { TensorFlow } from "./tensorflow.js";
import { completeKernels } from "./webAssemblyKernels.js";

/** Loads TensorFlow.js' WebAssembly backend (SIMD where the processor has it, one thread) and completes it. */
export async function loadWebAssembly(): Promise<Omit<Engine, "passedOver">> {
  const tf = (await import("@tensorflow/tfjs")) as TensorFlow;
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  // The module names itself after the script that runs, and there is none under 'node -e'.
  process.argv[1] ??= __filename;
  setWasmPaths(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm")) + sep);
  if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly module could not be started");
  completeKernels(tf);
  tf.enableProdMode();
  const description = "WebAssembly on one core of the processor, operation by operation (tfjs-backend-wasm)";
  return { name: "wasm", computes: "operations", description, tf };
}

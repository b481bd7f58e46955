import { existsSync } from "node:fs";
import { choiceOption, HistobookError, messageOf } from "../foundation/index.js";
import { engineChoices, type Engine, type EngineChoice, type EngineName } from "./engine.js";
import { registerConvolution } from "./layers/convolutionKernel.js";
import { loadNative } from "./native.js";
import { limitThreads } from "./limitThreads.js";
import { tensorFlowOf, type TensorFlow } from "./tensorflow.js";
import { loadWebAssembly } from "./webAssembly.js";
import { loadWebGpu } from "./webGpu.js";

/**
 * What `auto` tries, one after the other. WebGPU stands behind TensorFlow on the processor, since what it gains depends on the
 * GPU; who has a fast one asks for it.
 */
const order: readonly EngineName[] = ["tensorflow-gpu", "tensorflow", "webgpu", "wasm", "javascript"];

let loaded: { choice: EngineChoice; engine: Engine } | undefined;

/**
 * Loads the engine that was asked for, or with `auto` the fastest that works here.
 *
 * A process has one engine: the backends share TensorFlow.js's global state, so a second choice is refused.
 *
 * @throws HistobookError `NoEngine` when the engine that was asked for can't be loaded, with the reason.
 */
export async function loadEngine(choice: EngineChoice = "auto"): Promise<Engine> {
  choiceOption("--engine", choice, engineChoices);
  if (loaded) {
    if (choice === "auto" || choice === loaded.choice || choice === loaded.engine.name) return loaded.engine;
    throw new HistobookError("NoEngine", {
      subject: "--engine",
      found: `'${choice}' in a process that runs '${loaded.engine.name}' already`,
      expected: "one engine a process",
      fix: "restart the kernel and choose the engine first",
    });
  }
  limitThreads();
  const passedOver: Engine["passedOver"] = [];
  for (const name of choice === "auto" ? order : [choice]) {
    try {
      const engine = { ...(await loaders[name](choice)), passedOver };
      registerConvolution(tensorFlowOf(engine));
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

const loaders: Record<EngineName, (choice: EngineChoice) => Promise<Omit<Engine, "passedOver">>> = {
  "tensorflow-gpu": () => {
    if (!hasNvidiaGpu()) throw new Error("no NVIDIA GPU was found");
    const engine = loadNative(["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"]);
    if (engine.name === "tensorflow-gpu") return Promise.resolve(engine);
    throw new Error(
      `${engine.description} was loaded, but it sees no GPU that it can use (CUDA 12 and cuDNN 9 missing?)`,
    );
  },
  tensorflow: () => Promise.resolve(loadNative(["@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu"])),
  webgpu: (choice) => loadWebGpu(choice === "webgpu" ? "take" : "refuse"),
  wasm: loadWebAssembly,
  javascript: async () => {
    const tf = (await import("@tensorflow/tfjs")) as TensorFlow;
    await tf.setBackend("cpu");
    tf.enableProdMode();
    const description = "JavaScript alone, operation by operation (TensorFlow.js' cpu backend)";
    return { name: "javascript", computes: "operations", description, tf };
  },
};

function hasNvidiaGpu(): boolean {
  // Loading the GPU package where there is none costs seconds and prints errors, so look for the driver first.
  return process.platform === "win32" || existsSync("/dev/nvidia0") || existsSync("/dev/dxg");
}

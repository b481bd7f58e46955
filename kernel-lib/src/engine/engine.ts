/**
 * What computes: TensorFlow's library on an NVIDIA GPU, the same on the processor, any GPU by WebGPU, WebAssembly, or
 * JavaScript alone.
 */
export type EngineName = "tensorflow-gpu" | "tensorflow" | "webgpu" | "wasm" | "javascript";

/** An engine's name, or `auto` for the fastest that works here. */
export type EngineChoice = EngineName | "auto";

/** All choices, as `--engine` takes them. */
export const engineChoices: readonly EngineChoice[] = [
  "auto",
  "tensorflow-gpu",
  "tensorflow",
  "webgpu",
  "wasm",
  "javascript",
];

/**
 * How an engine computes a network: an iteration or a batch as one graph, which only TensorFlow's own library can, or
 * operation after operation, which every backend of TensorFlow.js can.
 */
export type Computation = "graphs" | "operations";

/** A TensorFlow.js backend that works, and why no faster one was taken. */
export interface Engine {
  name: EngineName;
  computes: Computation;
  /** One line for people, e.g. `TensorFlow 2.21.0 on the processor, as graphs (tfjs-node)`. */
  description: string;
  /** Faster engines that can't be used here, and the reason. */
  passedOver: { engine: EngineName; reason: string }[];
  /**
   * TensorFlow.js' functions. Its types are 600 files, which a notebook that only calls histobook should not have to
   * read; name them where they are needed: `engine.tf as typeof import("@tensorflow/tfjs")`.
   */
  tf: object;
}

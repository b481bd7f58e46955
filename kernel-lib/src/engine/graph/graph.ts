import { create, toBinary } from "@bufbuild/protobuf";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HistobookError, cannotWrite, removeLeftoversOnce, unfinishedPath } from "../../foundation/index.js";
import {
  dataTypes,
  nativeBackendOf,
  type Binding,
  type NativeTensor,
  type Values,
} from "../nativeBackend.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { SavedModelSchema, type NodeDef } from "./generated/saved_model_pb.js";
import { constantNode, node, typeAttribute, typeOf } from "./nodes.js";
import { Recorder, type GraphInput, type KeptValue } from "./recorder.js";

/** The tag by which a graph is chosen among those of a SavedModel. */
const tag = "serve";

/** The version of TensorFlow's graphs whose operations these are (TensorFlow 2.0). */
const producer = 134;

/** The node that waits for all kept values to be set. */
const allSet = "all_set";

/**
 * A computation that TensorFlow's library runs as a whole, with values that it keeps from one run to the next.
 *
 * TensorFlow arranges the operations once, fuses some, runs independent ones side by side, and nothing in between comes
 * to JavaScript.
 */
export class Graph {
  private constructor(
    private readonly binding: Binding,
    private readonly session: number,
    private readonly inputs: readonly GraphInput[],
    private readonly kept: readonly KeptValue[],
    private readonly outputs: number,
  ) {}

  /**
   * Records what `body` computes as a graph and brings it onto the engine.
   *
   * The graph goes through TensorFlow's own file format, in a folder that is removed at once.
   *
   * @param body makes its inputs and kept values with the recorder, and gives the graph's outputs
   */
  static compile(tf: TensorFlow, body: (recorder: Recorder) => readonly Tensor[]): Graph {
    const backend = nativeBackendOf(tf);
    if (!backend) throw new Error("graphs need TensorFlow's own library");
    const recorder = new Recorder(backend);
    try {
      const { nodes, inputs, kept, changes, outputs } = recorder.record(tf, () => body(recorder));
      const float = typeAttribute(dataTypes.float32);
      outputs.forEach((output, index) => {
        const waits = changes.map((change) => `^${change}`);
        nodes.push(node(`output_${index}`, "Identity", [output, ...waits], { T: float }));
      });
      const done = constantNode(allSet, dataTypes.float32, [], Float32Array.of(1));
      done.input = kept.map((_, index) => `^kept_${index}_set`);
      nodes.push(done);
      const graph = new Graph(backend.binding, load(backend.binding, nodes), inputs, kept, outputs.length);
      graph.setKept(kept.map(({ initial }) => initial));
      return graph;
    } finally {
      recorder.dispose();
    }
  }

  /**
   * Runs the graph once.
   *
   * @param values what each input is given, by its name
   * @param shapes of inputs with free axes
   * @returns the outputs, in the order in which they were recorded
   */
  run(
    values: ReadonlyMap<string, Values>,
    shapes: ReadonlyMap<string, readonly number[]> = new Map(),
  ): Float32Array[] {
    const ids = this.inputs.map(({ name, type, shape }) => {
      return this.binding.createTensor(shapes.get(name) ?? shape, type, values.get(name)!);
    });
    const names = this.inputs.map(({ name }) => name);
    const outputs = Array.from({ length: this.outputs }, (_, index) => `output_${index}`);
    return this.read(this.execute(names, ids, outputs));
  }

  /** Copies of the kept values. */
  getKept(): Float32Array[] {
    return this.read(this.readKept(this.kept.length));
  }

  /** Takes the kept values of another graph, of the same shapes as far as both have them; what only this one has stays. */
  takeKept(from: Graph): void {
    const taken = from.readKept(Math.min(this.kept.length, from.kept.length));
    const own = taken.length < this.kept.length ? this.readKept(this.kept.length) : [];
    own.splice(0, taken.length).forEach(({ id }) => this.binding.deleteTensor(id));
    this.assign([...taken, ...own].map(({ id }) => id));
  }

  dispose(): void {
    this.binding.deleteSavedModel(this.session);
  }

  private setKept(values: readonly Float32Array[]): void {
    this.assign(
      this.kept.map(({ shape }, index) =>
        this.binding.createTensor(shape, typeOf(values[index]), values[index]),
      ),
    );
  }

  private assign(ids: readonly number[]): void {
    if (ids.length === 0) return;
    const names = ids.map((_, index) => `kept_${index}_given`);
    this.read(this.execute(names, ids, [allSet]));
  }

  private readKept(count: number): NativeTensor[] {
    if (count === 0) return [];
    const names = Array.from({ length: count }, (_, index) => `kept_${index}_read`);
    return this.execute([], [], names);
  }

  private execute(
    inputs: readonly string[],
    ids: readonly number[],
    outputs: readonly string[],
  ): NativeTensor[] {
    const places = (names: readonly string[]): string => names.map((name) => `${name}:0`).join(",");
    try {
      return this.binding.runSavedModel(this.session, ids, places(inputs), places(outputs));
    } finally {
      ids.forEach((id) => this.binding.deleteTensor(id));
    }
  }

  private read(tensors: readonly NativeTensor[]): Float32Array[] {
    return tensors.map(({ id }) => {
      const values = this.binding.tensorDataSync(id) as Float32Array;
      this.binding.deleteTensor(id);
      return values;
    });
  }
}

function load(binding: Binding, nodes: NodeDef[]): number {
  const model = create(SavedModelSchema, {
    savedModelSchemaVersion: 1n,
    metaGraphs: [{ metaInfoDef: { tags: [tag] }, graphDef: { node: nodes, versions: { producer } } }],
  });
  // A killed process leaves its folder, which the next one removes.
  removeLeftoversOnce(tmpdir());
  let folder: string | undefined;
  try {
    folder = mkdtempSync(unfinishedPath(join(tmpdir(), "graph-")));
    writeFileSync(join(folder, "saved_model.pb"), toBinary(SavedModelSchema, model));
  } catch (error) {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    throw noTemporaryFiles(error);
  }
  try {
    return binding.loadSavedModel(folder, tag);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function noTemporaryFiles(cause: unknown): unknown {
  const error = cannotWrite(tmpdir(), cause);
  if (!(error instanceof HistobookError)) return error;
  const expected = "a folder for temporary files, through which the network comes onto the engine";
  const fix = "free some space there, or set TMPDIR to another folder";
  return new HistobookError(error.code, { ...error.parts, expected, fix, cause });
}

/**
 * Every type of layer beside real Caffe: what test/fixtures/caffe/layers/make.py had Caffe compute on our own weights.
 * Called by each engine's own test file.
 */
import type { Tensor } from "@tensorflow/tfjs";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Phase, readNetPrototxt } from "../../kernel-lib/dist/caffe/index.js";
import {
  layerTypes,
  loadEngine,
  planNetwork,
  type Computation,
  type Engine,
  type EngineName,
  type NetworkPlan,
  type Weights,
} from "../../kernel-lib/dist/engine/index.js";
import {
  blobsOf,
  createVariables,
  runNetwork,
  type NetworkVariables,
} from "../../kernel-lib/dist/engine/network.js";
import { tensorFlowOf } from "../../kernel-lib/dist/engine/tensorflow.js";
import { expectWithin } from "../figures.js";
import { compute, type Given } from "./computing.js";
import { golden } from "./golden.js";
import { largestDifference, largestValue, readNpz, type NumpyArray } from "./numpy.js";

const folder = join(golden, "layers");
/** What real Caffe was asked: a prototxt each. */
export const layerCases = readdirSync(folder)
  .filter((name) => name.endsWith(".prototxt"))
  .map((name) => name.replace(".prototxt", ""));

type Arrays = Map<string, NumpyArray>;

/** The arrays of one kind, e.g. all of `slopes/`, by what follows. */
export const arraysOf = (arrays: Arrays, kind: string) =>
  [...arrays].flatMap(([name, array]): [string, NumpyArray][] =>
    name.startsWith(`${kind}/`) ? [[name.slice(kind.length + 1), array]] : [],
  );

/** The network of a case, in its own phase, with its own weights. */
export function readLayerCase(name: string): {
  plan: NetworkPlan;
  arrays: Arrays;
  weights: Weights;
  phase: Phase;
} {
  const net = readNetPrototxt(join(folder, `${name}.prototxt`));
  const phase = net.state!.phase;
  const arrays = readNpz(join(folder, `${name}.npz`));
  const weights: Weights = new Map();
  for (const [place, { shape, data }] of arraysOf(arrays, "weights")) {
    const [layer] = place.split("/");
    weights.set(layer, [...(weights.get(layer) ?? []), { shape, data: data as Float32Array }]);
  }
  return { plan: planNetwork(net, phase, new Map()), arrays, weights, phase };
}

/** The largest difference, as a share of the largest value that Caffe has. */
const share = (found: ArrayLike<number>, expected: ArrayLike<number>) =>
  largestDifference(found, expected) / Math.max(largestValue(expected), 1e-30);

/** No layer case draws anything. */
const noNoise = () => {
  throw new Error("a layer that draws");
};

export function describeLayers(engineName: EngineName, computation: Computation = "operations"): void {
  const way = computation === "graphs" ? `${engineName}, as a graph` : engineName;
  describe(`the ${way} engine's layers beside real Caffe`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await loadEngine(engineName);
    });

    const channelsLast = (tensor: Tensor): Tensor =>
      tensor.rank === 4 ? tensorFlowOf(engine).transpose(tensor, [0, 2, 3, 1]) : tensor;
    const channelsFirst = (tensor: Tensor): Tensor =>
      tensor.rank === 4 ? tensorFlowOf(engine).transpose(tensor, [0, 3, 1, 2]) : tensor;

    test.each(layerCases)("%s", async (name) => {
      const tf = tensorFlowOf(engine);
      const { plan, arrays, weights, phase } = readLayerCase(name);
      const before = tf.memory().numTensors;
      const found = { forward: 0, gradient: 0 };
      const inputs = arraysOf(arrays, "in").map(([blob, array]): Given => ({
        name: blob,
        kind: blob === "label" ? "int32" : "float32",
        ...array,
      }));
      const floats = inputs.filter(({ kind }) => kind === "float32").map(({ name: blob }) => blob);
      const run = (all: ReadonlyMap<string, Tensor>, variables: NetworkVariables) =>
        runNetwork(tf, plan, variables, all, { training: phase === Phase.TRAIN, noise: noNoise });
      /** The body with variables of its own, and inputs as layers take them. */
      const withVariables =
        (body: (all: Map<string, Tensor>, variables: NetworkVariables) => Tensor[]) =>
        (given: ReadonlyMap<string, Tensor>) => {
          const variables = createVariables(tf, plan, weights);
          const all = new Map([...given].map(([blob, tensor]) => [blob, channelsLast(tensor)]));
          const results = body(all, variables);
          tf.dispose(variables.all);
          return results;
        };

      const tops = arraysOf(arrays, "top");
      const forward = await compute(
        engine,
        computation,
        inputs,
        withVariables((all, variables) => {
          const blobs = run(all, variables);
          const values = tops.map(([blob]) => channelsFirst(blobs.get(blob)!));
          return [...values, ...variables.all.map((variable) => tf.clone<Tensor>(variable))];
        }),
      );
      tops.forEach(([blob, { shape, data }], i) => {
        expect(forward[i].length, blob).toBe(data.length);
        expect(forward[i].length, blob).toBe(shape.reduce((a, b) => a * b, 1));
        found.forward = Math.max(found.forward, share(forward[i], data));
      });
      const own = blobsOf(plan, forward.slice(tops.length));
      for (const [place, { data }] of arraysOf(arrays, "after")) {
        const [layer, index] = place.split("/");
        found.forward = Math.max(found.forward, share(own.get(layer)![Number(index)].data, data));
      }

      const given = arraysOf(arrays, "given");
      if (given.length > 0) {
        const gradients = await compute(
          engine,
          computation,
          inputs,
          withVariables((all, variables) => {
            const weighted = (...values: Tensor[]): Tensor => {
              const changed = new Map([...all, ...floats.map((blob, i) => [blob, values[i]] as const)]);
              const blobs = run(changed, variables);
              const terms = given.map(([blob, { shape, data }]) =>
                tf.sum(tf.mul(blobs.get(blob)!, channelsLast(tf.tensor(data, shape)))),
              );
              return tf.addN(terms);
            };
            const values = floats.map((blob) => all.get(blob)!);
            const slopes = tf.grads(weighted)(values).map(channelsFirst);
            if (!variables.all.some(({ trainable }) => trainable)) return slopes;
            const { grads } = tf.variableGrads(() => weighted(...values).asScalar());
            const learned = variables.all.map(
              (one) => (grads[one.name] as Tensor | null) ?? tf.zerosLike<Tensor>(one),
            );
            return [...slopes, ...learned];
          }),
        );
        floats.forEach((blob, i) => {
          const expected = arrays.get(`slope/${blob}`)!.data;
          found.gradient = Math.max(found.gradient, share(gradients[i], expected));
        });
        // Statistics are not learned.
        if (gradients.length > floats.length) {
          const learned = blobsOf(plan, gradients.slice(floats.length));
          for (const [place, { data }] of arraysOf(arrays, "slopes")) {
            const [layer, index] = place.split("/");
            found.gradient = Math.max(found.gradient, share(learned.get(layer)![Number(index)].data, data));
          }
        }
      }
      expect(tf.memory().numTensors).toBe(before);
      const group = `Layers, ${layerCases.length} cases`;
      const what = (pass: string) => `${pass}, engine ${way} (of the largest value)`;
      expectWithin(group, what("forward"), found.forward, 1e-5);
      expectWithin(group, what("gradients"), found.gradient, 1e-4);
    });

    test("there is a case for every type of layer that runs", () => {
      const types = layerCases.flatMap((name) =>
        readNetPrototxt(join(folder, `${name}.prototxt`)).layer.map(({ type }) => type),
      );
      expect(layerTypes.filter((type) => !types.includes(type))).toEqual([]);
    });
  });
}

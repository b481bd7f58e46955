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
  type Engine,
  type EngineName,
  type NetworkPlan,
  type Weights,
} from "../../kernel-lib/dist/engine/index.js";
import { createVariables, readBlobs, runNetwork } from "../../kernel-lib/dist/engine/network.js";
import { tensorFlowOf } from "../../kernel-lib/dist/engine/tensorflow.js";
import { expectWithin } from "../figures.js";
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

export function describeLayers(engineName: EngineName): void {
  describe(`the ${engineName} engine's layers beside real Caffe`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await loadEngine(engineName);
    });

    const toTensor = ({ shape, data }: NumpyArray, isLabel: boolean): Tensor => {
      const tf = tensorFlowOf(engine);
      const tensor = tf.tensor(data, shape, isLabel ? "int32" : "float32");
      return shape.length === 4 ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor;
    };
    const valuesOf = (tensor: Tensor) =>
      (tensor.rank === 4 ? tensorFlowOf(engine).transpose(tensor, [0, 3, 1, 2]) : tensor).dataSync();

    test.each(layerCases)("%s", (name) => {
      const tf = tensorFlowOf(engine);
      const { plan, arrays, weights, phase } = readLayerCase(name);
      const variables = createVariables(tf, plan, weights);
      const before = tf.memory().numTensors;
      const found = { forward: 0, gradient: 0 };
      tf.tidy(() => {
        const inputs = new Map(
          arraysOf(arrays, "in").map(([blob, array]) => [blob, toTensor(array, blob === "label")]),
        );
        const floats = [...inputs].filter(([blob]) => blob !== "label");
        const training = phase === Phase.TRAIN;
        const run = (all: ReadonlyMap<string, Tensor>) => runNetwork(tf, plan, variables, all, { training });

        const blobs = run(inputs);
        for (const [blob, { shape, data }] of arraysOf(arrays, "top")) {
          const top = blobs.get(blob)!;
          expect(valuesOf(top).length, blob).toBe(data.length);
          expect(top.size, blob).toBe(shape.reduce((a, b) => a * b, 1));
          found.forward = Math.max(found.forward, share(valuesOf(top), data));
        }
        const own = readBlobs(plan, variables.all);
        for (const [place, { data }] of arraysOf(arrays, "after")) {
          const [layer, index] = place.split("/");
          found.forward = Math.max(found.forward, share(own.get(layer)![Number(index)].data, data));
        }

        const given = arraysOf(arrays, "given");
        if (given.length === 0) return;
        const weighted = (...values: Tensor[]): Tensor => {
          const all = new Map([...inputs, ...floats.map(([blob], i): [string, Tensor] => [blob, values[i]])]);
          const tops = run(all);
          return tf.addN(
            given.map(([blob, array]) => tf.sum(tf.mul(tops.get(blob)!, toTensor(array, false)))),
          );
        };
        const slopes = tf.grads(weighted)(floats.map(([, tensor]) => tensor));
        floats.forEach(([blob], i) => {
          const expected = arrays.get(`slope/${blob}`)!.data;
          found.gradient = Math.max(found.gradient, share(valuesOf(slopes[i]), expected));
        });
        if (!variables.all.some(({ trainable }) => trainable)) return;
        const { grads } = tf.variableGrads(() => weighted(...floats.map(([, tensor]) => tensor)).asScalar());
        const learned = readBlobs(
          plan,
          variables.all.map((one) => (grads[one.name] as Tensor | null) ?? tf.zerosLike(one)),
        );
        for (const [place, { data }] of arraysOf(arrays, "slopes")) {
          const [layer, index] = place.split("/");
          found.gradient = Math.max(found.gradient, share(learned.get(layer)![Number(index)].data, data));
        }
      });
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose(variables.all);
      const group = `Layers, ${layerCases.length} cases`;
      const what = (pass: string) => `${pass}, engine ${engineName} (of the largest value)`;
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

/**
 * What every engine must do, whichever way it computes. A process has one engine, so that each has a test file of
 * its own that calls this.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { Phase } from "../../kernel-lib/dist/caffe/index.js";
import {
  eagerLearner,
  graphLearner,
  loadEngine,
  type Computation,
  type Engine,
  type EngineName,
  type ImageBatch,
  type LearnerSettings,
  type NetworkPlan,
  type Weights,
} from "../../kernel-lib/dist/engine/index.js";
import { drawNoise } from "../../kernel-lib/dist/engine/noise.js";
import { createVariables, runNetwork } from "../../kernel-lib/dist/engine/network.js";
import { tensorFlowOf } from "../../kernel-lib/dist/engine/tensorflow.js";
import { compute, type Given } from "./computing.js";
import { runNaively, type NaiveBlob } from "./naive.js";
import { noTransformation, planSmall, randomBatch, smallImages, smallNetworks } from "./networks.js";
import { largestDifference } from "./numpy.js";

const doubles = (weights: Weights) =>
  new Map(
    [...weights].map(([name, blobs]) => [
      name,
      blobs.map(({ shape, data }) => ({ shape: [...shape], data: Float64Array.from(data) })),
    ]),
  );

export const settingsOf = (plan: NetworkPlan): LearnerSettings => ({
  plan,
  images: smallImages,
  transformation: noTransformation,
  solver: "SGD",
  constants: { momentum: 0, momentum2: 0.999, rmsDecay: 0.9, delta: 1e-8 },
  weightDecay: 0,
  regularization: "L2",
  clipGradients: -1,
  seed: 1,
});

/** Only dropout draws. */
const noNoise = () => {
  throw new Error("a layer that draws");
};

export function describeEngine(name: EngineName, computation: Computation = "operations"): void {
  const createLearner = computation === "graphs" ? graphLearner : eagerLearner;
  describe(`the ${name} engine, by ${computation}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await loadEngine(name);
    });

    test("says what it is", () => {
      expect(engine.name).toBe(name);
      expect(engine.computes).toBe(name.startsWith("tensorflow") ? "graphs" : "operations");
      expect(engine.description).not.toBe("");
      expect(engine.passedOver).toEqual([]);
    });

    const batch = randomBatch(3, smallImages, 3);
    const plain = Object.values(smallNetworks)[0];
    const normalized = plain.replace(
      'layer { name: "pool"',
      'layer { name: "norm" type: "BatchNorm" bottom: "c" top: "c" } layer { name: "pool"',
    );
    const inputsOf = (image: number) => {
      const size = 2 * 9 * 9;
      const pixels = batch.pixels.subarray(image * size, (image + 1) * size);
      return new Map<string, NaiveBlob>([
        ["data", { shape: [2, 9, 9], data: Float64Array.from(pixels, (pixel) => pixel / 128) }],
        ["label", { shape: [], data: Float64Array.of(batch.labels[image]) }],
      ]);
    };

    test.each(Object.entries(smallNetworks))("computes Caffe's forward pass of a %s", async (_, text) => {
      const { plan, weights } = planSmall(text, Phase.TEST);
      const expected = [0, 1, 2].map((image) => runNaively(plan, doubles(weights), inputsOf(image)));
      const tf = tensorFlowOf(engine);
      const given: Given[] = [
        {
          name: "data",
          kind: "float32",
          shape: [3, 2, 9, 9],
          data: Float32Array.from(batch.pixels, (p) => p / 128),
        },
        { name: "label", kind: "int32", shape: [3], data: batch.labels },
      ];
      for (const [index, { layer, tops }] of plan.layers.entries()) {
        const part = { ...plan, layers: plan.layers.slice(0, index + 1) };
        const [found] = await compute(engine, computation, given, (tensors) => {
          const variables = createVariables(tf, plan, weights);
          const inputs = new Map(tensors).set("data", tf.transpose(tensors.get("data")!, [0, 2, 3, 1]));
          const blobs = runNetwork(tf, part, variables, inputs, { training: false, noise: noNoise });
          tf.dispose(variables.all);
          const top = blobs.get(layer.top[0])!;
          return [top.rank === 4 ? tf.transpose(top, [0, 3, 1, 2]) : top];
        });
        const images = expected.map((blobs) => blobs[index]);
        // Loss and accuracy are the batch's mean.
        const wanted =
          tops[0].length === 0
            ? [images.reduce((sum, { data }) => sum + data[0], 0) / 3]
            : images.flatMap(({ data }) => [...data]);
        expect(images[0].shape, layer.name).toEqual(tops[0]);
        expect(largestDifference(found, wanted), layer.name).toBeLessThan(2e-6);
      }
    });

    test.each(Object.entries(smallNetworks))("computes the gradients of a %s", async (_, text) => {
      const { plan, weights } = planSmall(text);
      const learner = createLearner(engine, settingsOf(plan), weights);
      await learner.step([batch], 1, 0);
      // With a rate of 1 and no momentum the history of SGD is the rate's multiplier times the gradient.
      const { history } = await learner.state();
      learner.dispose();
      const values = doubles(weights);
      const loss = () =>
        [0, 1, 2].reduce((sum, image) => sum + runNaively(plan, values, inputsOf(image)).at(-1)!.data[0], 0) /
        3;
      const parameters = plan.layers.flatMap((layer) => layer.parameters);
      [...values.values()].flat().forEach(({ data }, blob) => {
        const { rateMultiplier } = parameters[blob];
        const slopes = data.map((value, i) => {
          const step = 1e-5;
          data[i] = value + step;
          const above = loss();
          data[i] = value - step;
          const below = loss();
          data[i] = value;
          return (rateMultiplier * (above - below)) / (2 * step);
        });
        expect(largestDifference(history[blob].data, slopes), `blob ${blob}`).toBeLessThan(5e-6);
      });
    });

    test("a label that is no class makes the loss no number, one that is ignored doesn't", async () => {
      const { plan, weights } = planSmall(plain);
      const ignoring = planSmall(
        plain.replace('top: "loss"', 'top: "loss" loss_param { ignore_label: 7 }'),
      ).plan;
      const labels = Int32Array.of(0, 7, 2);
      const lossOf = async (one: NetworkPlan) => {
        const learner = createLearner(engine, settingsOf(one), weights);
        const loss = await learner.step([{ ...batch, labels }], 0, 0);
        learner.dispose();
        return loss;
      };
      expect(Number.isFinite(await lossOf(plan))).toBe(false);
      expect(Number.isFinite(await lossOf(ignoring))).toBe(true);
    });

    test("multiplies each label's loss and gradient by its class' weight, in training alone", async () => {
      const { plan, weights } = planSmall(plain);
      const learned = async (labels: number[], classWeights?: number[]) => {
        const settings = { ...settingsOf(plan), classWeights };
        const learner = createLearner(engine, settings, weights);
        const given = { ...batch, labels: Int32Array.from(labels) };
        const loss = await learner.step([given], 1, 0);
        const [{ data }] = (await learner.state()).history;
        learner.dispose();
        return { loss, gradient: [...data] };
      };
      const one = await learned([2, 2, 2]);
      const tripled = await learned([2, 2, 2], [1, 0.5, 3]);
      expect(tripled.loss).toBeCloseTo(3 * one.loss, 5);
      const three = one.gradient.map((value) => 3 * value);
      expect(largestDifference(tripled.gradient, three)).toBeLessThan(1e-6);
      // A class of weight 0 teaches nothing.
      const [mixed, silent] = [await learned([0, 1, 2], [1, 1, 1]), await learned([0, 1, 2], [0, 0, 0])];
      expect(mixed).toEqual(await learned([0, 1, 2]));
      expect(silent.loss).toBe(0);
      expect(Math.max(...silent.gradient.map(Math.abs))).toBe(0);

      const test = planSmall(plain, Phase.TEST).plan;
      const tested = async (classWeights?: number[]) => {
        const learner = createLearner(engine, { ...settingsOf(plan), classWeights }, weights);
        const loss = (await learner.test(test, noTransformation, batch)).get("loss");
        learner.dispose();
        return loss;
      };
      expect(await tested([5, 5, 5])).toBe(await tested());
      await expect(learned([0, 1, 2], [1, 2])).rejects.toThrow(/2 weights of classes, expected 3/);
    });

    test("averages the gradients of several batches, adds decay and shortens long gradients", async () => {
      const { plan, weights } = planSmall(Object.values(smallNetworks)[0]);
      const gradients = async (
        change: Partial<LearnerSettings>,
        batches = [batch],
      ): Promise<Float32Array> => {
        const learner = createLearner(engine, { ...settingsOf(plan), ...change }, weights);
        await learner.step(batches, 1, 0);
        const all = (await learner.state()).history.flatMap(({ data }) => [...data]);
        learner.dispose();
        return Float32Array.from(all);
      };
      const other = randomBatch(3, smallImages, 3, 2);
      const [first, second] = [await gradients({}), await gradients({}, [other])];
      const mean = first.map((value, i) => (value + second[i]) / 2);
      expect(largestDifference(await gradients({}, [batch, other]), mean)).toBeLessThan(1e-6);

      const flat = [...weights.values()].flat().flatMap(({ data }) => [...data]);
      const rates = plan.layers.flatMap(({ parameters }) =>
        parameters.flatMap(({ shape, rateMultiplier }) =>
          new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(rateMultiplier),
        ),
      );
      const decayed = first.map((value, i) => value + rates[i] * 0.5 * flat[i]);
      expect(largestDifference(await gradients({ weightDecay: 0.5 }), decayed)).toBeLessThan(1e-6);
      const signed = first.map((value, i) => value + rates[i] * 0.5 * Math.sign(flat[i]));
      const l1 = { weightDecay: 0.5, regularization: "L1" as const };
      expect(largestDifference(await gradients(l1), signed)).toBeLessThan(1e-6);

      const length = Math.sqrt(first.reduce((sum, value, i) => sum + (value / rates[i]) ** 2, 0));
      const clipped = first.map((value) => (value * 0.1) / length);
      expect(length).toBeGreaterThan(0.1);
      expect(largestDifference(await gradients({ clipGradients: 0.1 }), clipped)).toBeLessThan(1e-6);
      expect(largestDifference(await gradients({ clipGradients: 2 * length }), first)).toBe(0);
    });

    test("sums the gradients of many batches one after the other, whatever the solver makes of them", async () => {
      const { plan, weights } = planSmall(plain);
      const batches = Array.from({ length: 9 }, (_, i) => randomBatch(3, smallImages, 3, i + 1));
      const alone = await Promise.all(
        batches.map(async (one) => {
          const learner = createLearner(engine, settingsOf(plan), weights);
          const loss = await learner.step([one], 1, 0);
          const gradients = (await learner.state()).history.map(({ data }) => data);
          learner.dispose();
          return { loss, gradients };
        }),
      );
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const settings: LearnerSettings = { ...settingsOf(plan), solver: "SGD" };
      const learner = createLearner(engine, settings, weights);
      const loss = await learner.step(batches, 1, 0);
      expect(loss).toBeCloseTo(mean(alone.map((one) => one.loss)), 5);
      const { history } = await learner.state();
      history.forEach(({ data }, blob) => {
        const wanted = data.map((_, i) => mean(alone.map(({ gradients }) => gradients[blob][i])));
        expect(largestDifference(data, wanted), `blob ${blob}`).toBeLessThan(1e-6);
      });
      learner.dispose();

      // A batch nine times over is the batch, in each iteration, for rules that square gradients or remember steps.
      const change = {
        solver: "Adam" as const,
        constants: { momentum: 0.9, momentum2: 0.999, rmsDecay: 0.9, delta: 1e-3 },
        weightDecay: 0.1,
      };
      const trained = async (given: ImageBatch[]) => {
        const one = createLearner(engine, { ...settingsOf(plan), ...change }, weights);
        for (let i = 0; i < 3; i++) await one.step(given, 0.01, i);
        const state = await one.state();
        one.dispose();
        return [...[...state.weights.values()].flat(), ...state.history].flatMap(({ data }) => [...data]);
      };
      const nine = await trained(Array.from({ length: 9 }, () => batch));
      expect(largestDifference(nine, await trained([batch]))).toBeLessThan(1e-5);

      // Clipping looks at the sum, of which the mean is a ninth.
      const clipped = async (given: ImageBatch[], clipGradients: number) => {
        const one = createLearner(engine, { ...settingsOf(plan), clipGradients }, weights);
        await one.step(given, 1, 0);
        const all = (await one.state()).history.flatMap(({ data }) => [...data]);
        one.dispose();
        return all;
      };
      const ofNine = await clipped(
        Array.from({ length: 9 }, () => batch),
        0.09,
      );
      expect(largestDifference(ofNine, await clipped([batch], 0.01))).toBeLessThan(1e-6);
    });

    test("goes on with many batches from a state as if nothing had been", async () => {
      const { plan, weights } = planSmall(plain);
      const settings = {
        ...settingsOf(plan),
        constants: { momentum: 0.9, momentum2: 0, rmsDecay: 0, delta: 0 },
      };
      const batches = Array.from({ length: 6 }, (_, i) => randomBatch(3, smallImages, 3, i + 1));
      const learner = createLearner(engine, settings, weights);
      await learner.step(batches, 0.1, 0);
      const between = await learner.state();
      // An iteration of another form in between leaves the sums at zero.
      await learner.step([batch], 0, 1);
      const { history } = await learner.state();
      expect(history[0].data).not.toEqual(between.history[0].data);
      learner.dispose();

      const steps = async (from: typeof between, count: number) => {
        const one = createLearner(engine, settings, from.weights, from.history);
        for (let i = 0; i < count; i++) await one.step(batches, 0.1, i + 1);
        const state = await one.state();
        one.dispose();
        return state;
      };
      expect(await steps(await steps(between, 1), 1)).toEqual(await steps(between, 2));
    });

    test("takes the statistics of one batch after the other, and tests by them", async () => {
      const text = plain.replace(
        'layer { name: "pool"',
        `layer { name: "norm" type: "BatchNorm" bottom: "c" top: "c"
          batch_norm_param { moving_average_fraction: 0.5 } } layer { name: "pool"`,
      );
      const { plan, weights } = planSmall(text);
      const test = planSmall(text, Phase.TEST).plan;
      const other = randomBatch(3, smallImages, 3, 2);
      const statisticsAfter = async (batches: ImageBatch[]) => {
        const learner = createLearner(engine, { ...settingsOf(plan), solver: "AdaGrad" }, weights);
        await learner.step(batches, 0, 0);
        const read = async () => (await learner.state()).weights.get("norm")!.map(({ data }) => [...data]);
        const statistics = await read();
        const { loss } = Object.fromEntries(await learner.test(test, noTransformation, batch));
        // A test by the statistics changes none of them.
        expect(await read()).toEqual(statistics);
        learner.dispose();
        return { statistics, loss };
      };
      const one = await statisticsAfter([batch]);
      const two = await statisticsAfter([other]);
      const both = await statisticsAfter([batch, other]);
      for (const blob of [0, 1, 2]) {
        const mixed = one.statistics[blob].map((value, i) => 0.5 * value + two.statistics[blob][i]);
        expect(largestDifference(both.statistics[blob], mixed)).toBeLessThan(1e-6);
      }
      expect(both.statistics[2]).toEqual([1.5]);
      expect(new Set([one, two, both].map(({ loss }) => loss)).size).toBe(3);
    });

    test("a blob that layers share is learned once, by the sum of their gradients", async () => {
      const product = (name: string, bottom: string, parameter: string) =>
        `layer { name: "${name}" type: "InnerProduct" bottom: "${bottom}" top: "${name}" ${parameter}
          inner_product_param { num_output: 3 bias_term: false weight_filler { type: "xavier" } } }`;
      const text = (parameter: string) => `layer { name: "data" type: "Data" top: "data" top: "label" }
        layer { name: "flip" type: "Power" bottom: "data" top: "flip" power_param { power: 2 } }
        ${product("a", "data", parameter)} ${product("b", "flip", parameter)}
        layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" }
        layer { name: "loss" type: "SoftmaxWithLoss" bottom: "sum" bottom: "label" top: "loss" }`;
      const shared = planSmall(text('param { name: "w" }'));
      const stateAfter = async ({ plan }: ReturnType<typeof planSmall>) => {
        const learner = createLearner(engine, settingsOf(plan), shared.weights);
        await learner.step([batch], 1, 0);
        const state = await learner.state();
        learner.dispose();
        return state;
      };
      const { weights, history } = await stateAfter(shared);
      const apart = (await stateAfter(planSmall(text("")))).history;
      expect(history.length).toBe(1);
      expect(weights.get("b")).toEqual(weights.get("a"));
      const sum = apart[0].data.map((value, i) => value + apart[1].data[i]);
      expect(largestDifference(history[0].data, sum)).toBeLessThan(1e-6);
    });

    test("dropout keeps the share it should, scaled, the same for a seed, and nothing in tests", async () => {
      const text = Object.values(smallNetworks)[0].replace(
        '"x"\n    param',
        '"x" param', // the pooled blob goes through the dropout in place
      );
      const dropped = text.replace(
        'layer { name: "scores"',
        'layer { name: "drop" type: "Dropout" bottom: "x" top: "x" dropout_param { dropout_ratio: 0.25 } } layer { name: "scores"',
      );
      const { plan } = planSmall(dropped);
      const tf = tensorFlowOf(engine);
      const layer = plan.layers.find((planned) => planned.layer.type === "Dropout")!;
      const part = { ...plan, layers: [layer] };
      const run = async ({ training, seed }: { training: boolean; seed: number }) => {
        const noise: Given = {
          name: "noise",
          kind: "float32",
          shape: [50, 5, 5, 4],
          data: drawNoise({ seed, iteration: 0, batch: 0 }, 0, [50, 5, 5, 4]),
        };
        const [values] = await compute(engine, computation, [noise], (given) => {
          const inputs = new Map([["x", tf.ones([50, 5, 5, 4])]]);
          const variables = { byLayer: new Map(), all: [] };
          const options = { training, noise: () => given.get("noise")! };
          return [runNetwork(tf, part, variables, inputs, options).get("x")!];
        });
        return values;
      };
      const values = await run({ training: true, seed: 5 });
      const kept = values.filter((value) => value !== 0);
      expect(kept.every((value) => Math.abs(value - 1 / 0.75) < 1e-6)).toBe(true);
      expect(kept.length / values.length).toBeCloseTo(0.75, 1);
      expect(await run({ training: true, seed: 5 })).toEqual(values);
      expect(await run({ training: true, seed: 6 })).not.toEqual(values);
      expect((await run({ training: false, seed: 5 })).every((value) => value === 1)).toBe(true);
    });

    test.each([2, 5])("dropout drops otherwise in each of an iteration's %i batches", async (count) => {
      const dropped = plain.replace(
        'layer { name: "scores"',
        'layer { name: "drop" type: "Dropout" bottom: "x" top: "x" dropout_param { dropout_ratio: 0.5 } } layer { name: "scores"',
      );
      expect(dropped).not.toBe(plain);
      const { plan, weights } = planSmall(dropped);
      // At a rate of zero nothing is learned: only the noise differs.
      const lossOf = async (batches: (typeof batch)[], iteration: number) => {
        const learner = createLearner(engine, settingsOf(plan), weights);
        const loss = await learner.step(batches, 0, iteration);
        learner.dispose();
        return loss;
      };
      const alone = await lossOf([batch], 7);
      expect(await lossOf([batch], 7)).toBe(alone);
      expect(await lossOf([batch], 8)).not.toBe(alone);
      expect(Math.abs((await lossOf(Array<typeof batch>(count).fill(batch), 7)) - alone)).toBeGreaterThan(
        1e-4,
      );
    });

    test.each(Object.entries({ plain, normalized }))(
      "leaves no tensor of a %s network behind",
      async (_, text) => {
        const { plan, weights } = planSmall(text);
        const before = tensorFlowOf(engine).memory().numTensors;
        const learner = createLearner(engine, { ...settingsOf(plan), solver: "Adam" }, weights);
        await learner.step([batch], 0.01, 0);
        const between = tensorFlowOf(engine).memory().numTensors;
        for (let i = 1; i < 4; i++) await learner.step([batch], 0.01, i);
        expect(tensorFlowOf(engine).memory().numTensors).toBe(between);
        learner.dispose();
        expect(tensorFlowOf(engine).memory().numTensors).toBe(before);
      },
    );
  });
}

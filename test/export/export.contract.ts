/** What every runtime must answer to exported networks; called by each runtime's own test file. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Phase } from "../../kernel-lib/dist/caffe/index.js";
import { isGiven } from "../../kernel-lib/dist/engine/index.js";
import { exportedTypes } from "../../kernel-lib/dist/export/layers/index.js";
import { networkGraph } from "../../kernel-lib/dist/export/network.js";
import { namedModelFiles, readTrainedNetwork } from "../../kernel-lib/dist/models/index.js";
import { arraysOf, layerCases, readLayerCase } from "../engine/layers.contract.js";
import { largestDifference, largestValue, readNpy } from "../engine/numpy.js";
import { expectWithin } from "../figures.js";
import { batchOf, doubtfulPatches, graphOf, lessMean, naiveAnswers, readTrained } from "./networks.js";
import type { BatchArray, Runtime } from "./runtime.js";

/** What is not part of the repository: the author's models and Caffe's answers to them. */
const shared = join(__dirname, "..", "..", "..", "shared", "caffe");

/** The cases of real Caffe whose layers take no labels and nothing of the batch that they are in. */
const cases = layerCases.filter((name) => {
  const { plan, phase } = readLayerCase(name);
  return plan.layers.every(({ layer: { type, batchNormParam } }) => {
    if (type !== "BatchNorm") return exportedTypes.includes(type);
    return isGiven(batchNormParam, "useGlobalStats") ? batchNormParam.useGlobalStats : phase === Phase.TEST;
  });
});

export function describeExport(name: string, open: () => Promise<Runtime>): void {
  describe(`an exported network on ${name}`, () => {
    let run: Runtime;
    beforeAll(async () => {
      run = await open();
    });

    test.each(cases)("gives real Caffe's values: %s", async (layerCase) => {
      const { plan, arrays, weights } = readLayerCase(layerCase);
      const tops = arraysOf(arrays, "top");
      const inputs = arraysOf(arrays, "in").map(([blob, array]): [string, BatchArray] => [
        blob,
        { shape: array.shape, data: array.data as Float32Array },
      ]);
      const graph = graphOf(
        plan,
        weights,
        tops.map(([blob]) => blob),
      );
      const found = await run(graph, new Map(inputs));
      tops.forEach(([blob, { shape, data }], index) => {
        const output = found.get(graph.outputs[index].name)!;
        expect(output.shape, blob).toEqual(shape);
        const share = largestDifference(output.data, data) / largestValue(data);
        expectWithin("Exported", `layers, ${name} (of the largest value)`, share, 1e-5);
      });
    });

    test("answers patches of grey levels, and any number of them, as the network does", async () => {
      const network = readTrained();
      const patches = batchOf(await doubtfulPatches(), 32);
      const expected = naiveAnswers(network, patches);
      expect(expected.every((probability) => probability > 0.001 && probability < 0.999)).toBe(true);
      const graph = networkGraph(network);
      const whole = await run(graph, new Map([["patches", patches]]));
      expect(whole.get("probability")!.shape).toEqual([4, 2]);
      expect(largestDifference(whole.get("probability")!.data, expected)).toBeLessThan(1e-5);
      const one = { shape: [1, 3, 32, 32], data: patches.data.slice(-3072) };
      const alone = await run(graph, new Map([["patches", one]]));
      expect(largestDifference(alone.get("probability")!.data, expected.slice(-2))).toBeLessThan(1e-5);
    });

    test("subtracts no mean where there is none", async () => {
      const { mean } = readTrained();
      const patches = lessMean(batchOf(await doubtfulPatches(), 32), mean!.data);
      const network = readTrained(null);
      const expected = naiveAnswers(network, patches);
      expect(expected.every((probability) => probability > 0.001 && probability < 0.999)).toBe(true);
      const found = await run(networkGraph(network), new Map([["patches", patches]]));
      expect(largestDifference(found.get("probability")!.data, expected)).toBeLessThan(1e-5);
    });
  });
}

/** The author's models beside Caffe's answers to 100 patches, where they are there: too slow for some runtimes. */
export function describeAuthorsModels(name: string, open: () => Promise<Runtime>): void {
  describe.runIf(existsSync(shared))(`the author's models, exported, on ${name}`, () => {
    test.each([1, 2, 3])("give Caffe's probabilities: model %i", async (number) => {
      const run = await open();
      const model = join(shared, "models", `${number}_caffenet_train_w32_iter_600000.caffemodel`);
      const patches = readNpy(join(shared, "golden", "a", "patches_rgb_u8.npy")).data as Uint8Array;
      const expected = readNpy(join(shared, "golden", "a", `model${number}_prob.npy`)).data;
      const graph = networkGraph(readTrainedNetwork(namedModelFiles(model)));
      const found = await run(graph, new Map([["patches", batchOf(patches, 32)]]));
      const largest = largestDifference(found.get("probability")!.data, expected);
      expectWithin("Exported", `probabilities of 100 patches, the author's models, ${name}`, largest, 1e-5);
    });
  });
}

test("every layer that can be exported is in one of real Caffe's cases", () => {
  const types = new Set(
    cases.flatMap((name) => readLayerCase(name).plan.layers.map(({ layer }) => layer.type)),
  );
  expect(exportedTypes.filter((type) => !types.has(type))).toEqual([]);
});

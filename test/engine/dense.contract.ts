/** What the dense form of a network must do on every engine: what the network does with each window alone. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseNet, Phase, type MeanImage } from "../../kernel-lib/dist/caffe/index.js";
import {
  createClassifier,
  createDenseClassifier,
  initialWeights,
  loadEngine,
  planNetwork,
  type Engine,
  type EngineName,
  type NetworkPlan,
  type Weights,
} from "../../kernel-lib/dist/engine/index.js";
import { randomStream } from "../../kernel-lib/dist/foundation/index.js";
import { readImage, type Raster } from "../../kernel-lib/dist/study/index.js";
import { randomWeights } from "./randomWeights.js";
import { deployNetTemplate } from "../../kernel-lib/dist/training/templates.js";

const filler = 'weight_filler { type: "xavier" } bias_filler { type: "uniform" min: -0.2 max: 0.2 }';
const head = (size: number) =>
  `layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: ${size} dim: ${size} } } }
   layer { name: "small" type: "Power" bottom: "data" top: "small" power_param { scale: 0.02 } }`;
const conv = (name: string, bottom: string, outputs: number, settings: string) =>
  `layer { name: "${name}" type: "Convolution" bottom: "${bottom}" top: "${name}"
     convolution_param { num_output: ${outputs} ${settings} ${filler} } }`;
const pool = (name: string, bottom: string, settings: string) =>
  `layer { name: "${name}" type: "Pooling" bottom: "${bottom}" top: "${name}" pooling_param { ${settings} } }`;
const inPlace = (type: string, blob: string, settings = "") =>
  `layer { name: "${type}_${blob}" type: "${type}" bottom: "${blob}" top: "${blob}" ${settings} }`;
const product = (name: string, bottom: string, outputs: number) =>
  `layer { name: "${name}" type: "InnerProduct" bottom: "${bottom}" top: "${name}"
     inner_product_param { num_output: ${outputs} ${filler} } }`;
const softmax = (bottom: string) => `layer { name: "prob" type: "Softmax" bottom: "${bottom}" top: "prob" }`;

/** Networks without padding, by what is special about them, and the side of their windows. */
const unpadded: Record<string, [size: number, layers: string]> = {
  "pooling windows that are cut at the end, by maximum and by average": [
    20,
    conv("c1", "small", 4, "kernel_size: 5") + // 16
      pool("p1", "c1", "pool: MAX kernel_size: 3 stride: 2") + // 8, the last one cut
      inPlace("ReLU", "p1") +
      conv("c2", "p1", 5, "kernel_size: 3") + // 6
      pool("p2", "c2", "pool: AVE kernel_size: 3 stride: 2") + // 3, the last one cut
      product("ip1", "p2", 6) +
      inPlace("ReLU", "ip1", "relu_param { negative_slope: 0.1 }") +
      product("ip2", "ip1", 2) +
      softmax("ip2"),
  ],
  "whole pooling windows of 2 and 3, filters with gaps, normalisations": [
    23,
    conv("c1", "small", 6, "kernel_size: 4") + // 20
      `layer { name: "norm" type: "LRN" bottom: "c1" top: "n" lrn_param { local_size: 3 alpha: 0.5 beta: 0.75 } }` +
      pool("p1", "n", "pool: MAX kernel_size: 2 stride: 2") + // 10
      inPlace("BatchNorm", "p1") +
      inPlace("Scale", "p1", "scale_param { bias_term: true }") +
      inPlace("PReLU", "p1") +
      conv("c2", "p1", 4, "kernel_size: 2 dilation: 3") + // 7
      pool("p2", "c2", "pool: AVE kernel_size: 3 stride: 2") + // 3
      conv("c3", "p2", 4, "kernel_size: 3 bias_term: false") +
      product("ip", "c3", 2) +
      softmax("ip"),
  ],
  "a filter with a stride, windows that are not square, rounding down, pooling over everything": [
    21,
    conv("c1", "small", 4, "kernel_size: 3 stride: 2") + // 10
      inPlace("ELU", "c1") +
      pool("p1", "c1", "pool: AVE kernel_h: 2 kernel_w: 3 stride_h: 1 stride_w: 2 round_mode: FLOOR") + // 9 x 4
      inPlace("TanH", "p1") +
      pool("p2", "p1", "pool: AVE global_pooling: true") +
      product("ip", "p2", 3) +
      softmax("ip"),
  ],
  "branches, groups, a flattened window": [
    16,
    `layer { name: "split" type: "Slice" bottom: "small" top: "a" top: "b" slice_param { slice_point: 1 } }` +
      conv("c1", "a", 4, "kernel_size: 3") + // 14
      conv("c2", "b", 4, "kernel_size: 3 group: 2") + // 14
      `layer { name: "larger" type: "Eltwise" bottom: "c1" bottom: "c2" top: "larger" eltwise_param { operation: MAX } }
       layer { name: "both" type: "Concat" bottom: "larger" bottom: "c2" top: "both" }` +
      pool("p1", "both", "pool: MAX kernel_size: 3 stride: 2") + // 7, the last one cut
      `layer { name: "flat" type: "Flatten" bottom: "p1" top: "flat" }` +
      inPlace("Sigmoid", "flat") +
      inPlace("Dropout", "flat") +
      product("ip", "flat", 2) +
      softmax("ip"),
  ],
};

function plan(text: string): NetworkPlan {
  return planNetwork(parseNet(text, "dense.prototxt"), Phase.TEST, new Map());
}

/** Fillers' weights, with statistics as a trained BatchNorm has them. */
function weightsOf(network: NetworkPlan): Weights {
  const weights = initialWeights(network, 5);
  const random = randomStream(1, "statistics");
  for (const { layer } of network.layers) {
    if (layer.type !== "BatchNorm") continue;
    const [means, variances, weight] = weights.get(layer.name)!;
    for (let i = 0; i < means.data.length; i++) {
      means.data[i] = random.uniform();
      variances.data[i] = 0.5 + random.uniform();
    }
    weight.data[0] = 1.7;
  }
  return weights;
}

/** A part of an image. */
function part({ width, data }: Raster, left: number, top: number, wide: number, tall: number): Uint8Array {
  const pixels = new Uint8Array(wide * tall * 3);
  for (let y = 0; y < tall; y++) {
    const start = ((top + y) * width + left) * 3;
    pixels.set(data.subarray(start, start + 3 * wide), y * wide * 3);
  }
  return pixels;
}

function largestDifference(one: Float32Array, other: Float32Array): number {
  expect(one.length).toBe(other.length);
  return one.reduce((largest, value, i) => Math.max(largest, Math.abs(value - other[i])), 0);
}

/** Windows of an image, one after the other. */
function windows(
  image: Raster,
  size: number,
  [left, top]: [number, number],
  [wide, tall]: [number, number],
): Uint8Array {
  const bytes = size * size * 3;
  const pixels = new Uint8Array(wide * tall * bytes);
  for (let y = 0; y < tall; y++)
    for (let x = 0; x < wide; x++)
      pixels.set(part(image, left + x, top + y, size, size), (y * wide + x) * bytes);
  return pixels;
}

export function describeDense(name: EngineName): void {
  describe(`the dense form on the ${name} engine`, () => {
    let engine: Engine;
    let image: Raster;
    const [wide, tall] = [11, 6];
    beforeAll(async () => {
      engine = await loadEngine(name);
      image = await readImage(join(__dirname, "..", "..", "kernel-lib", "sample", "GT2012154_1001.tif"));
    });

    /** Both ways of classifying the same windows, whose corners begin at (60, 50). */
    async function bothWays(network: NetworkPlan, weights: Weights, mean: MeanImage | null) {
      const dense = createDenseClassifier(engine, network, weights, mean);
      const classifier = createClassifier(engine, network, weights, mean);
      const [height, width] = [tall + dense.extent[0], wide + dense.extent[1]];
      const seen = part(image, 60 - dense.before[1], 50 - dense.before[0], width, height);
      const found = await dense.classify(seen, height, width);
      const expected = await classifier.classify(
        windows(image, classifier.patchSize, [60, 50], [wide, tall]),
      );
      dense.dispose();
      classifier.dispose();
      return { found, expected, differences: dense.differences };
    }

    test.each(Object.entries(unpadded))("is exact for a network with %s", async (_, [size, layers]) => {
      const network = plan(head(size) + layers);
      const { found, expected, differences } = await bothWays(network, weightsOf(network), null);
      expect(largestDifference(found, expected)).toBeLessThan(1e-5);
      expect(differences).toEqual([]);
      expect(new Set(expected).size).toBeGreaterThan(50);
    });

    test("is exact with a mean image of one value a channel, and says that another is averaged", async () => {
      const [size, layers] = Object.values(unpadded)[0];
      const network = plan(head(size) + layers);
      const plane = size * size;
      const data = Float32Array.from({ length: 3 * plane }, (_, i) => [160, 120, 170][Math.floor(i / plane)]);
      const mean = { channels: 3, height: size, width: size, data };
      const plain = await bothWays(network, weightsOf(network), mean);
      expect(largestDifference(plain.found, plain.expected)).toBeLessThan(1e-5);
      expect(plain.differences).toEqual([]);
      const uneven = data.map((value, i) => value + (i % 2 === 0 ? 1 : -1));
      const { found, differences } = await bothWays(network, weightsOf(network), { ...mean, data: uneven });
      expect(differences).toEqual([expect.stringMatching(/^a mean image that differs from pixel to pixel/)]);
      expect(largestDifference(found, plain.found)).toBeLessThan(1e-4);
    });

    test("sees, where the tutorial's network pads, the image: as that network without padding on larger windows", async () => {
      const text = deployNetTemplate({ size: 32 });
      const network = plan(text);
      const weights = randomWeights(network);
      // Pixels are large numbers, and a softmax of large numbers says 0 or 1 alone.
      const [last] = weights.get("ip2")!;
      last.data.forEach((value, i) => (last.data[i] = value / 200));
      const larger = plan(deployNetTemplate({ size: 67 }).replaceAll(/pad: 2/g, "pad: 0"));
      const dense = createDenseClassifier(engine, network, weights, null);
      expect([dense.extent, dense.before]).toEqual([
        [66, 66],
        [14, 14],
      ]);
      expect(dense.differences).toEqual([
        expect.stringMatching(/^zero padding \("conv1", "conv2", "conv3"\)/),
      ]);
      const classifier = createClassifier(engine, larger, weights, null);
      const found = await dense.classify(part(image, 60, 50, 7 + 66, 3 + 66), 3 + 66, 7 + 66);
      const expected = await classifier.classify(windows(image, 67, [60, 50], [7, 3]));
      expect(Math.max(...expected) - Math.min(...expected)).toBeLessThan(0.999);
      expect(new Set(expected).size).toBeGreaterThan(30);
      expect(largestDifference(found, expected)).toBeLessThan(1e-5);
      dense.dispose();
      classifier.dispose();
    });

    test("normalises within a channel by the pixels that lie round each value", async () => {
      const network = plan(
        head(12) +
          conv("c1", "small", 4, "kernel_size: 3") +
          pool("p1", "c1", "pool: MAX kernel_size: 2 stride: 2") + // 5
          `layer { name: "norm" type: "LRN" bottom: "p1" top: "n"
             lrn_param { norm_region: WITHIN_CHANNEL local_size: 3 alpha: 2 beta: 0.75 } }` +
          product("ip", "n", 2) +
          softmax("ip"),
      );
      const weights = weightsOf(network);
      // Those at the window's border have neighbours in the image and none in the window: they don't count here.
      const { data } = weights.get("ip")![0];
      data.forEach((_, i) => {
        const [row, column] = [Math.floor((i % 25) / 5), i % 5];
        if ([row, column].some((at) => at === 0 || at === 4)) data[i] = 0;
      });
      const { found, expected, differences } = await bothWays(network, weights, null);
      expect(largestDifference(found, expected)).toBeLessThan(1e-5);
      expect(differences).toEqual([expect.stringMatching(/^zero padding \("norm"\)/)]);
    });

    const end = product("ip", "x", 2) + softmax("ip");
    test.each([
      [
        "branches of different strides",
        conv("one", "small", 2, "kernel_size: 2 stride: 2") +
          conv("two", "small", 2, "kernel_size: 7") +
          `layer { name: "both" type: "Concat" bottom: "one" bottom: "two" top: "x" }` +
          end,
        /^layer "both": found branches whose values lie at different steps, which has no dense form/,
      ],
      [
        "factors that differ from place to place",
        `layer { name: "by" type: "Scale" bottom: "small" top: "x" scale_param { num_axes: -1 } }` + end,
        /^layer "by": found factors or addends that are not one a channel/,
      ],
      [
        "values in another shape",
        `layer { name: "re" type: "Reshape" bottom: "small" top: "x" reshape_param { shape { dim: 0 dim: 6 dim: 6 dim: 12 } } }` +
          end,
        /^layer "re": found type "Reshape"/,
      ],
      [
        "rows that are cut apart",
        `layer { name: "rows" type: "Slice" bottom: "small" top: "x" top: "y" slice_param { axis: 2 } }
         layer { name: "none" type: "Silence" bottom: "y" }` + end,
        /^layer "rows": found work along rows or columns/,
      ],
    ])("says in one sentence that a network has none: %s", (_, layers, sentence) => {
      const network = plan(head(12) + layers);
      expect(() => createDenseClassifier(engine, network, weightsOf(network), null)).toThrow(sentence);
    });
  });
}

/** The network without padding, run on a whole image at once, beside the windows of that image one by one. */
import { beforeAll, expect, test } from "vitest";
import { parseNet, Phase } from "../../kernel-lib/dist/caffe/index.js";
import { initialWeights, loadEngine, planNetwork, type Engine } from "../../kernel-lib/dist/engine/index.js";
import { createVariables, runNetwork } from "../../kernel-lib/dist/engine/network.js";
import { tensorFlowOf } from "../../kernel-lib/dist/engine/tensorflow.js";
import { randomStream } from "../../kernel-lib/dist/foundation/index.js";
import { deployNetTemplate } from "../../kernel-lib/dist/training/index.js";
import { largestDifference, largestValue } from "./numpy.js";

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine("tensorflow");
});

/** The network down to its last convolution, planned for images of a side. */
function planFor(network: "no-padding" | "tutorial", size: number, side: number) {
  const text = deployNetTemplate({ size, network });
  const convolutions = text.slice(0, text.indexOf('layer {\n  name: "ip1"'));
  const net = convolutions.replace(`dim: ${size} dim: ${size}`, `dim: ${side} dim: ${side}`);
  return planNetwork(parseNet(net, "network"), Phase.TEST, new Map());
}

function lastConvolution(plan: ReturnType<typeof planFor>, pixels: Float32Array, side: number) {
  const tf = tensorFlowOf(engine);
  return tf.tidy(() => {
    const variables = createVariables(tf, plan, initialWeights(plan, 1));
    const images = tf.tensor4d(pixels, [1, side, side, 3]);
    const options = {
      training: false,
      noise: () => {
        throw new Error("a layer that draws");
      },
    };
    const blobs = runNetwork(tf, plan, variables, new Map([["data", images]]), options);
    tf.dispose(variables.all);
    return blobs.get(plan.outputs.at(-1)!)!.dataSync() as Float32Array;
  });
}

test.each([16, 32, 40])("windows of %d pixels end at one place, and agree with the whole image", (size) => {
  const side = size + 8;
  const random = randomStream(1, "image");
  const image = Float32Array.from({ length: side * side * 3 }, () => 20_000 * (random.uniform() - 0.5));
  const one = planFor("no-padding", size, size);
  const all = planFor("no-padding", size, side);
  expect(one.layers.at(-1)!.tops[0]).toEqual([64, 1, 1]);
  expect(all.layers.at(-1)!.tops[0]).toEqual([64, 3, 3]);
  const whole = lastConvolution(all, image, side);
  expect(largestValue(whole)).toBeGreaterThan(0.01);
  for (let y = 0; y < 3; y++) {
    for (let x = 0; x < 3; x++) {
      // The two poolings take every fourth place.
      const window = new Float32Array(size * size * 3);
      for (let row = 0; row < size; row++) {
        const start = ((4 * y + row) * side + 4 * x) * 3;
        window.set(image.subarray(start, start + size * 3), row * size * 3);
      }
      const place = whole.subarray((y * 3 + x) * 64, (y * 3 + x + 1) * 64);
      expect(largestDifference(lastConvolution(one, window, size), place)).toBeLessThan(1e-5);
    }
  }
});

test("says which patches it can have", () => {
  expect(() => deployNetTemplate({ size: 34, network: "no-padding" })).toThrow(
    /^--network no-padding: found patches of 34 x 34 pixels, expected a side of 16, 20, 24/,
  );
});

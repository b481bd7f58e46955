import { describe, expect, test } from "vitest";
import {
  compareMaps,
  pooledAgreement,
  predictMap,
  type ModeName,
} from "../../kernel-lib/dist/output/index.js";
import { modeNames } from "../../kernel-lib/dist/output/index.js";
import { tissue } from "../study/pictures.js";
import { checksum } from "./checksum.js";
import { describeMode } from "./mode.contract.js";

for (const mode of modeNames) describeMode(mode, 1);

/** A "network" that calls a window epithelium by how bright it is: a smooth map with two classes. */
const brightness = {
  ...checksum,
  dense: undefined,
  classify(pixels: Uint8Array) {
    const result = new Float32Array(pixels.length / 24);
    for (let n = 0; n < result.length / 2; n++) {
      const mean = pixels.subarray(n * 48, (n + 1) * 48).reduce((sum, value) => sum + value, 0) / 48;
      result[2 * n + 1] = 1 / (1 + Math.exp((128 - mean) / 10));
      result[2 * n] = 1 - result[2 * n + 1];
    }
    return Promise.resolve(result);
  },
};

/** A picture of soft blobs. */
function blobs(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const [y, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
    data[i] = 128 + 60 * Math.sin(x / 9) * Math.cos(y / 7);
  }
  return { width, height, channels: 3 as const, data };
}

describe("adaptive", () => {
  test.each([
    [0.1, 0.995],
    [0.3, 0.999],
  ])("with a share of %d of the windows gives window mode's classes to %d", async (windowShare, least) => {
    const image = blobs(150, 130);
    const exact = await predictMap(image, brightness);
    const map = await predictMap(image, brightness, { mode: "adaptive", windowShare });
    const found = compareMaps(map.epithelium.length, (n) => [map.epithelium[n], exact.epithelium[n]]);
    expect(found.agreement).toBeGreaterThan(least);
    expect(map.windows).toBe(Math.round(windowShare * 150 * 130) + map.agreement!.pixels);
    expect(Math.abs(map.agreement!.agreement - found.agreement)).toBeLessThan(0.01);
  });

  test("spends its windows about the threshold that it is given", async () => {
    const image = blobs(90, 80);
    const exact = await predictMap(image, brightness);
    const wrongAt = async (classThreshold: number) => {
      const map = await predictMap(image, brightness, { mode: "adaptive", windowShare: 0.1, classThreshold });
      return map.epithelium.filter((value, i) => value > 0.9 !== exact.epithelium[i] > 0.9).length;
    };
    expect(await wrongAt(0.9)).toBeLessThan(await wrongAt(0.5));
  });
});

test("dense puts images that are larger than one of its tiles together without a seam", async () => {
  const image = tissue(1030, 3);
  const [dense, exact] = [
    await predictMap(image, checksum, { mode: "dense" }),
    await predictMap(image, checksum),
  ];
  expect(dense.epithelium).toEqual(exact.epithelium);
});

test("dense needs a classifier that has a dense form", async () => {
  await expect(predictMap(tissue(9, 9), brightness, { mode: "dense" })).rejects.toThrow(
    "mode dense: found a classifier that was made without its dense form",
  );
});

test("the agreement of several images counts each pixel once", () => {
  const one = { pixels: 30, agreement: 1, largestDifference: 0.1, meanDifference: 0.02 };
  const other = { pixels: 10, agreement: 0.6, largestDifference: 0.5, meanDifference: 0.1 };
  expect(pooledAgreement([one, null, other])).toEqual({
    pixels: 40,
    agreement: expect.closeTo(0.9) as number,
    largestDifference: 0.5,
    meanDifference: expect.closeTo(0.04) as number,
  });
  expect(pooledAgreement([null])).toBeNull();
});

test.each<[object, RegExp]>([
  [{ mode: "fast" as ModeName }, /^--mode: found 'fast', expected 'window' or 'dense' or 'adaptive'/],
  [{ fill: "cubic" as "linear" }, /^--fill: found 'cubic', expected 'nearest' or 'linear'/],
  [{ windowShare: 2 }, /^--window-share: found 2/],
  [{ classThreshold: -1 }, /^--class-threshold: found -1/],
])("stops with one sentence at %o", async (options, sentence) => {
  await expect(predictMap(tissue(5, 5), checksum, options)).rejects.toThrow(sentence);
});

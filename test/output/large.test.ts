import fc from "fast-check";
import sharp from "sharp";
import { statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { predictMap, type Filling, type ModeName } from "../../kernel-lib/dist/output/index.js";
import { openImageSource } from "../../kernel-lib/dist/output/large/imageSource.js";
import { PlainTiff } from "../../kernel-lib/dist/output/large/plainTiff.js";
import { predictTile, tileMargin } from "../../kernel-lib/dist/output/large/predictTile.js";
import { grown, tilesOf } from "../../kernel-lib/dist/output/large/tileGrid.js";
import { boundsOfTissue, tissueMargin, tissueOf } from "../../kernel-lib/dist/output/large/tissue.js";
import { mapSettings } from "../../kernel-lib/dist/output/probabilityMap.js";
import { whitePixels } from "../../kernel-lib/dist/patches/index.js";
import {
  imageSize,
  readImage,
  readImagePart,
  resizeCubic,
  resizePart,
  sourceRegion,
  type Raster,
  type Region,
} from "../../kernel-lib/dist/study/index.js";
import { asSharp, newFolder, tissue } from "../study/pictures.js";
import { checksum, side } from "./checksum.js";

function crop({ width, channels, data }: Raster, region: Region): Raster {
  const pixels = new Uint8Array(region.width * region.height * channels);
  const rowBytes = region.width * channels;
  for (let y = 0; y < region.height; y++) {
    const start = ((region.top + y) * width + region.left) * channels;
    pixels.set(data.subarray(start, start + rowBytes), y * rowBytes);
  }
  return { ...region, channels, data: pixels };
}

/** A region within an image, from four numbers in [0, 1). */
function regionWithin({ width, height }: { width: number; height: number }, numbers: number[]): Region {
  const [left, top] = [Math.floor(numbers[0] * width), Math.floor(numbers[1] * height)];
  return {
    left,
    top,
    width: 1 + Math.floor(numbers[2] * (width - left)),
    height: 1 + Math.floor(numbers[3] * (height - top)),
  };
}

const fraction = fc.double({ min: 0, max: 0.999, noNaN: true });
const corners = fc.array(fraction, { minLength: 4, maxLength: 4 });

describe("a part of a resized image", () => {
  test("has the bytes of the whole, and is made of no more than its source", () => {
    const sizes = { width: fc.integer({ min: 1, max: 60 }), height: fc.integer({ min: 1, max: 60 }) };
    const scales = fc.constantFrom(0.1, 0.25, 0.37, 0.5, 0.9, 1, 1.5, 2);
    fc.assert(
      fc.property(fc.record(sizes), scales, corners, (size, scale, numbers) => {
        const image = tissue(size.width, size.height);
        const whole = resizeCubic(image, scale);
        const region = regionWithin(whole, numbers);
        const from = sourceRegion(size, region, scale);
        const place = { left: from.left, top: from.top, ...size };
        const part = resizePart(crop(image, from), place, region, scale);
        expect([part.width, part.height]).toEqual([region.width, region.height]);
        expect(part.data).toEqual(crop(whole, region).data);
      }),
    );
  });

  test.each([
    [
      "a TIFF in tiles",
      "tiles.tif",
      (picture: sharp.Sharp) => picture.tiff({ tile: true, tileWidth: 64, tileHeight: 64 }),
    ],
    ["a TIFF in strips", "strips.tif", (picture: sharp.Sharp) => picture.tiff({ compression: "lzw" })],
    ["a PNG", "picture.png", (picture: sharp.Sharp) => picture.png()],
    ["a grey PNG of 16 bits", "grey16.png", (picture: sharp.Sharp) => picture.toColourspace("grey16").png()],
    ["a PNG with transparent pixels", "alpha.png", (picture: sharp.Sharp) => picture.ensureAlpha(0.5).png()],
    ["a JPEG", "picture.jpg", (picture: sharp.Sharp) => picture.jpeg()],
  ])("of %s has the bytes of readImage", async (_, name, write) => {
    const folder = newFolder();
    const path = join(folder, name);
    await write(asSharp(tissue(201, 157))).toFile(path);
    for (const scale of [1, 0.5]) {
      const whole = await readImage(path, scale);
      const source = await openImageSource(path, scale, folder);
      expect([source.width, source.height]).toEqual([whole.width, whole.height]);
      for (const region of [
        { left: 0, top: 0, width: whole.width, height: whole.height },
        { left: 31, top: 22, width: 40, height: 17 },
        { left: whole.width - 5, top: whole.height - 1, width: 5, height: 1 },
      ]) {
        expect((await source.read(region)).data).toEqual(crop(whole, region).data);
      }
    }
  });
});

describe("a map in tiles", () => {
  /** The whole map, put together from tiles of so many runs of the stride. */
  async function tiledMap(image: Raster, tileRuns: number, given: object): Promise<Float32Array> {
    const settings = mapSettings(given);
    const work = { ...settings, classifier: checksum, image };
    const map = new Float32Array(image.width * image.height);
    for (const tile of tilesOf(image.width, image.height, tileRuns * settings.stride)) {
      const place = grown(tile, tileMargin(work), image);
      const { epithelium } = await predictTile(crop(image, place), place, tile, work);
      for (let y = 0; y < tile.height; y++) {
        const row = epithelium.subarray(y * tile.width, (y + 1) * tile.width);
        map.set(row, (tile.top + y) * image.width + tile.left);
      }
    }
    return map;
  }

  test("is the whole image's map, in every mode, at any stride and size", async () => {
    const cases = fc.record({
      width: fc.integer({ min: 1, max: 40 }),
      height: fc.integer({ min: 1, max: 30 }),
      stride: fc.integer({ min: 1, max: 7 }),
      tileRuns: fc.integer({ min: 1, max: 9 }),
      mode: fc.constantFrom<ModeName>("window", "dense", "adaptive"),
      fill: fc.constantFrom<Filling>("nearest", "linear"),
      oversample: fc.boolean(),
      rotations: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ width, height, tileRuns, ...settings }) => {
        const image = tissue(width, height);
        // With all windows of its own adaptive mode is exact.
        const options = { ...settings, windowShare: 1 };
        const whole = await predictMap(image, checksum, options);
        expect(await tiledMap(image, tileRuns, options)).toEqual(whole.epithelium);
      }),
      { numRuns: 60 },
    );
  });
});

/** Whether one of the 8 x 8 squares within a window of a pixel's own is not white. */
function nearTissue(image: Raster, y: number, x: number): boolean {
  const steps = Math.ceil(side / 8);
  for (let row = Math.floor(y / 8) - steps; row <= Math.floor(y / 8) + steps; row++)
    for (let column = Math.floor(x / 8) - steps; column <= Math.floor(x / 8) + steps; column++) {
      const [top, left] = [row * 8, column * 8];
      if (row < 0 || column < 0 || top >= image.height || left >= image.width) continue;
      const cell = {
        left,
        top,
        width: Math.min(8, image.width - left),
        height: Math.min(8, image.height - top),
      };
      const { data } = crop(image, cell);
      const sums = [0, 0, 0];
      for (let i = 0; i < data.length; i++) sums[i % 3] += data[i];
      const average = sums.map((sum) => Math.round((3 * sum) / data.length));
      const one = { width: 1, height: 1, channels: 3, data: Uint8Array.from(average) } as const;
      if (whitePixels(one, 0.8)[0] === 0) return true;
    }
  return false;
}

describe("the tissue mask", () => {
  test("is the same from a part as from the whole image: squares that are not white, and a window round them", () => {
    const sides = fc.integer({ min: 1, max: 50 });
    const inputs = [sides, sides, fc.nat(99), corners] as const;
    fc.assert(
      fc.property(...inputs, (width, height, seed, numbers) => {
        const image = tissue(width, height, seed);
        // White but for a rectangle.
        const [left, top] = [seed % width, (seed * 7) % height];
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            if (x < left || x >= left + 9 || y < top || y >= top + 9)
              image.data.fill(250, (y * width + x) * 3, (y * width + x) * 3 + 3);
        const tile = regionWithin(image, numbers);
        const place = grown(tile, tissueMargin(side), image);
        const found = tissueOf(crop(image, place), place, tile, side);
        const whole = { left: 0, top: 0, width, height };
        const all = tissueOf(image, whole, whole, side);
        expect(found).toEqual(crop({ width, height, channels: 1, data: all }, tile).data);
        const expected = all.map((_, i) => (nearTissue(image, Math.floor(i / width), i % width) ? 1 : 0));
        expect(all).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  test("spans the tissue's bounds, at the stride", () => {
    const tile = { row: 1, column: 1, left: 100, top: 200, width: 10, height: 6 };
    const mask = new Uint8Array(60);
    expect(boundsOfTissue(mask, tile, 1)).toBeNull();
    mask[2 * 10 + 5] = mask[3 * 10 + 7] = 1;
    expect(boundsOfTissue(mask, tile, 1)).toEqual({ left: 105, top: 202, width: 3, height: 2 });
    expect(boundsOfTissue(mask, tile, 4)).toEqual({ left: 104, top: 200, width: 4, height: 4 });
    mask[59] = 1;
    expect(boundsOfTissue(mask, tile, 4)).toEqual({ left: 104, top: 200, width: 6, height: 6 });
  });
});

test("an image that memory could not hold has a size, and parts that are read", async () => {
  const path = join(newFolder(), "vast.tif");
  new PlainTiff(path, 20_000, 20_000, 1).close();
  // Its pixels take no room on the disk.
  truncateSync(path, statSync(path).size + 20_000 * 20_000);
  expect(await imageSize(path)).toEqual({ width: 20_000, height: 20_000 });
  const part = await readImagePart(path, { left: 19_000, top: 5, width: 3, height: 2 });
  expect([...part.data]).toEqual(Array.from({ length: 18 }, () => 0));
});

test("an uncompressed TIFF is read as it was written, of any size", async () => {
  const path = join(newFolder(), "plain.tif");
  const sizes = [fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 200 })] as const;
  await fc.assert(
    fc.asyncProperty(...sizes, fc.constantFrom<1 | 3>(1, 3), async (width, height, channels) => {
      const all = tissue(width, height).data.subarray(0, width * height * channels);
      const file = new PlainTiff(path, width, height, channels);
      const half = Math.floor(height / 2) * width * channels;
      file.write(all.subarray(0, half));
      file.write(all.subarray(half));
      file.close();
      const { data, info } = await sharp(path)
        .toColourspace(channels === 1 ? "b-w" : "srgb")
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height, info.channels]).toEqual([width, height, channels]);
      expect(data.equals(all)).toBe(true);
    }),
    { numRuns: 25 },
  );
});

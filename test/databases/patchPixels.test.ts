import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { encode } from "fast-png";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { meanSum } from "../../kernel-lib/src/databases/mean.js";
import { readPatchFile, toPlanes } from "../../kernel-lib/src/databases/patchPixels.js";
import { unfilterToPlanes, unpackPlainPng } from "../../kernel-lib/src/databases/plainPng.js";

const size = 8;
const pixels = Uint8Array.from({ length: size * size * 3 }, (_, i) => (i * i * 7 + i) % 256);
const folder = mkdtempSync(join(tmpdir(), "histobook-pixels-"));
/** What a plain PNG's planes are; undefined for other files. */
function planesOf(png: Buffer): Uint8Array | undefined {
  const plain = unpackPlainPng(png);
  if (!plain) return undefined;
  const planes = new Uint8Array(plain.width * plain.height * 3);
  unfilterToPlanes(plain, planes);
  return planes;
}

function toNewPlanes(rgb: Uint8Array): Uint8Array {
  const planes = new Uint8Array(rgb.length);
  toPlanes(rgb, planes);
  return planes;
}

async function planesOfFile(path: string, side: number): Promise<Uint8Array> {
  const planes = new Uint8Array(side * side * 3);
  await readPatchFile(path, side, planes);
  return planes;
}

const raw = { raw: { width: size, height: size, channels: 3 as const } };

describe("unpackPlainPng and unfilterToPlanes", () => {
  test.each([0, 1, 2, 6, 9])("give the pixels of a file compressed at level %d", (level) => {
    const png = Buffer.from(
      encode({ width: size, height: size, channels: 3, data: pixels }, { zlib: { level } } as never),
    );
    expect(planesOf(png)).toEqual(toNewPlanes(pixels));
  });

  test("undo all line filters as sharp's own reader does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 12 * 9 * 3, maxLength: 12 * 9 * 3 }), async (noise) => {
        const smooth = noise.map((value, i) => (value >> 5) + i);
        const png = await sharp(smooth, { raw: { width: 12, height: 9, channels: 3 } })
          .png({ adaptiveFiltering: true })
          .toBuffer();
        expect(planesOf(png)).toEqual(toNewPlanes(smooth));
      }),
      { numRuns: 20 },
    );
  });

  test("find a changed bit by the checksum", () => {
    const png = Buffer.from(encode({ width: size, height: size, channels: 3, data: pixels }));
    png[60] ^= 1;
    expect(() => planesOf(png)).toThrow();
  });

  test("leave other kinds of PNG to the general reader", async () => {
    for (const png of [
      await sharp(pixels, raw).toColourspace("b-w").png().toBuffer(),
      await sharp(pixels, raw).ensureAlpha().png().toBuffer(),
      await sharp(pixels, raw).png({ palette: true }).toBuffer(),
      deflateSync(pixels),
    ]) {
      expect(planesOf(png)).toBeUndefined();
    }
  });
});

describe("readPatchFile", () => {
  test("turns grey into three equal channels and drops transparency, as OpenCV's reader does", async () => {
    const grey = Uint8Array.from({ length: size * size }, (_, i) => i * 3);
    const path = join(folder, "grey.png");
    writeFileSync(
      path,
      await sharp(grey, { raw: { width: size, height: size, channels: 1 } })
        .png()
        .toBuffer(),
    );
    expect(await planesOfFile(path, size)).toEqual(Uint8Array.from([...grey, ...grey, ...grey]));
    writeFileSync(path, await sharp(pixels, raw).ensureAlpha(0.5).png().toBuffer());
    expect(await planesOfFile(path, size)).toEqual(toNewPlanes(pixels));
  });

  test("names the size when it is not the study's", async () => {
    const path = join(folder, "large.png");
    writeFileSync(path, encode({ width: size, height: size, channels: 3, data: pixels }));
    await expect(planesOfFile(path, 32)).rejects.toThrow("8 x 8 pixels");
  });
});

test("toPlanes writes blue, green, red planes", () => {
  const target = new Uint8Array(8);
  toPlanes(Uint8Array.of(1, 2, 3, 4, 5, 6), target, 2);
  expect(target).toEqual(Uint8Array.of(0, 0, 3, 6, 2, 5, 1, 4));
});

test("meanSum adds any number of images of any size exactly, when its sums are below 2^24", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 700 }), (width, images) => {
      const sum = meanSum({ channels: 1, height: 1, width });
      const expected = new Float64Array(width);
      for (let n = 0; n < images; n++) {
        const image = Uint8Array.from({ length: width }, (_, i) => 255 - ((n * i * 31) % 200));
        image.forEach((value, i) => (expected[i] += value));
        sum.add(image);
      }
      const means = Float32Array.from(expected, (value) => value / images);
      expect(sum.mean().data).toEqual(means);
    }),
    { numRuns: 50 },
  );
});

test("meanSum rounds each sum to 32 bits in order, when it is above 2^24, as Caffe does", () => {
  const sum = meanSum({ channels: 1, height: 1, width: 1 });
  let expected = 0;
  const values = Array.from({ length: 70_001 }, (_, i) => 251 + (i % 4));
  for (const value of values) {
    sum.add(Uint8Array.of(value));
    expected = Math.fround(expected + value);
  }
  expect(expected).not.toBe(values.reduce((a, b) => a + b, 0));
  expect(sum.mean().data[0]).toBe(Math.fround(expected / values.length));
});

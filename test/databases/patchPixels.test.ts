import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { encode } from "fast-png";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { meanSum } from "../../kernel-lib/src/databases/mean.js";
import { decodePlainPng, readPatchFile, toPlanes } from "../../kernel-lib/src/databases/patchPixels.js";

const size = 8;
const pixels = Uint8Array.from({ length: size * size * 3 }, (_, i) => (i * i * 7 + i) % 256);
const folder = mkdtempSync(join(tmpdir(), "histobook-pixels-"));
const raw = { raw: { width: size, height: size, channels: 3 as const } };

describe("decodePlainPng", () => {
  test.each([0, 1, 2, 6, 9])("gives the pixels of a file compressed at level %d", (level) => {
    const png = Buffer.from(
      encode({ width: size, height: size, channels: 3, data: pixels }, { zlib: { level } } as never),
    );
    expect(decodePlainPng(png)?.data).toEqual(pixels);
  });

  test("undoes all line filters as sharp's own reader does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 12 * 9 * 3, maxLength: 12 * 9 * 3 }), async (noise) => {
        const smooth = noise.map((value, i) => (value >> 5) + i);
        const png = await sharp(smooth, { raw: { width: 12, height: 9, channels: 3 } })
          .png({ adaptiveFiltering: true })
          .toBuffer();
        expect(decodePlainPng(png)?.data).toEqual(smooth);
      }),
      { numRuns: 20 },
    );
  });

  test("finds a changed bit by the checksum", () => {
    const png = Buffer.from(encode({ width: size, height: size, channels: 3, data: pixels }));
    png[60] ^= 1;
    expect(() => decodePlainPng(png)).toThrow();
  });

  test("leaves other kinds of PNG to the general reader", async () => {
    for (const png of [
      await sharp(pixels, raw).toColourspace("b-w").png().toBuffer(),
      await sharp(pixels, raw).ensureAlpha().png().toBuffer(),
      await sharp(pixels, raw).png({ palette: true }).toBuffer(),
      deflateSync(pixels),
    ]) {
      expect(decodePlainPng(png)).toBeUndefined();
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
    expect(await readPatchFile(path, size)).toEqual(
      Uint8Array.from(Array.from(grey).flatMap((v) => [v, v, v])),
    );
    writeFileSync(path, await sharp(pixels, raw).ensureAlpha(0.5).png().toBuffer());
    expect(await readPatchFile(path, size)).toEqual(pixels);
  });

  test("names the size when it is not the study's", async () => {
    const path = join(folder, "large.png");
    writeFileSync(path, encode({ width: size, height: size, channels: 3, data: pixels }));
    await expect(readPatchFile(path, 32)).rejects.toThrow("8 x 8 pixels");
  });
});

test("toPlanes writes blue, green, red planes", () => {
  const target = new Uint8Array(8);
  toPlanes(Uint8Array.of(1, 2, 3, 4, 5, 6), target, 2);
  expect(target).toEqual(Uint8Array.of(0, 0, 3, 6, 2, 5, 1, 4));
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

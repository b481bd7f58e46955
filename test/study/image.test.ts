import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { isHistobookError } from "../../kernel-lib/src/foundation/index.js";
import { readImage, readMask, type Raster } from "../../kernel-lib/src/study/index.js";
import { asSharp, newFolder, plain, rectangle, tissue } from "./pictures.js";

const sample = join(__dirname, "../../kernel-lib/sample");
let folder: string;
const at = (name: string) => join(folder, name);
const image = tissue(24, 16);

beforeAll(() => {
  folder = newFolder();
});

describe("readImage()", () => {
  test("reads the same pixels from TIFF and PNG, compressed or not", async () => {
    await asSharp(image).tiff({ compression: "lzw" }).toFile(at("lzw.tif"));
    await asSharp(image).tiff({ compression: "none" }).toFile(at("none.tif"));
    await asSharp(image).png().toFile(at("a.png"));
    for (const name of ["lzw.tif", "none.tif", "a.png"]) expect(await readImage(at(name))).toEqual(image);
  });

  test("keeps the upper 8 bits when the image has 16", async () => {
    const data = Uint16Array.from(image.data, (value) => value * 256 + 200);
    writeFileSync(at("16.png"), encode({ width: 24, height: 16, channels: 3, depth: 16, data }));
    const tiff = sharp(at("16.png")).toColourspace("rgb16").tiff({ compression: "lzw" });
    await tiff.toFile(at("16.tif"));
    expect((await sharp(at("16.tif")).metadata()).depth).toBe("ushort");
    for (const name of ["16.png", "16.tif"]) expect(await readImage(at(name))).toEqual(image);
  });

  test("shows white where an RGBA image is transparent, and its own colour where it is opaque", async () => {
    const data = new Uint8Array(24 * 16 * 4);
    for (let i = 0; i < 24 * 16; i++) {
      data.set(image.data.subarray(i * 3, i * 3 + 3), i * 4);
      data[i * 4 + 3] = i % 2 ? 255 : 0;
    }
    await sharp(data, { raw: { width: 24, height: 16, channels: 4 } })
      .png()
      .toFile(at("rgba.png"));
    const expected = image.data.map((value, i) => (Math.floor(i / 3) % 2 ? value : 255));
    expect((await readImage(at("rgba.png"))).data).toEqual(expected);
  });

  test("gives the colours themselves when the image has a palette", async () => {
    const few: Raster = { ...image, data: image.data.map((_, i) => [200, 60, 120][(i >> 5) % 3]) };
    await asSharp(few).png({ palette: true, dither: 0 }).toFile(at("palette.png"));
    expect((await sharp(at("palette.png")).metadata()).isPalette).toBe(true);
    expect(await readImage(at("palette.png"))).toEqual(few);
  });

  test("makes three equal channels of a greyscale image", async () => {
    await asSharp(plain(24, 16, 77))
      .toColourspace("b-w")
      .tiff({ compression: "lzw" })
      .toFile(at("grey.tif"));
    expect((await sharp(at("grey.tif")).metadata()).channels).toBe(1);
    expect(await readImage(at("grey.tif"))).toEqual(plain(24, 16, 77));
  });

  test("takes the stored values as they are when the file has a colour profile", async () => {
    await asSharp(image).withIccProfile("p3", { attach: true }).png().toFile(at("p3.png"));
    const stored = await sharp(at("p3.png"), { ignoreIcc: true }).raw().toBuffer();
    expect(Buffer.from((await readImage(at("p3.png"))).data)).toEqual(stored);
  });

  test("rounds the size up when the scale halves an odd one", async () => {
    await asSharp(tissue(25, 17)).png().toFile(at("odd.png"));
    const half = await readImage(at("odd.png"), 0.5);
    expect([half.width, half.height, half.data.length]).toEqual([13, 9, 13 * 9 * 3]);
  });

  test.each([
    ["tif", 0.3],
    ["tif", 0.7],
    ["tif", 0.99],
    ["png", 0.5],
    ["png", 0.95],
    ["jpg", 0.5],
  ])("refuses a %s file of which only %s is there", async (kind, share) => {
    const picture = sharp(join(sample, "GT2012154_1001.tif"));
    const whole =
      kind === "tif"
        ? readFileSync(join(sample, "GT2012154_1001.tif"))
        : await picture.toFormat(kind === "png" ? "png" : "jpeg").toBuffer();
    const path = at(`cut-${share}.${kind}`);
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length * share)));
    const error: unknown = await readImage(path).catch((caught: unknown) => caught);
    expect(isHistobookError(error, "BadInput")).toBe(true);
    expect(String(error)).toContain(`${path}: found a file that can't be decoded, expected`);
    expect(String(error)).toContain("expected a whole TIFF, PNG or JPEG image; export the image again.");
  });

  test("refuses a file that is no image in one sentence", async () => {
    writeFileSync(at("text.tif"), "this is no picture");
    await expect(readImage(at("text.tif"))).rejects.toThrow(
      /^.*text\.tif: found a file that can't be decoded, expected a whole TIFF, PNG or JPEG image; export the image again\.$/,
    );
  });
});

describe("readMask()", () => {
  const mask = rectangle(24, 16, [5, 3, 15, 11]);

  test("reads 0 and 1 from masks of 0 and 255, of 0 and 1, with a palette, in RGBA and in 16 bits", async () => {
    const black = (value: number) => ({ ...mask, data: mask.data.map((marked) => marked * value) });
    const raw = { width: 24, height: 16, channels: 1 as const };
    const grey = (value: number) => sharp(black(value).data, { raw });
    await grey(255).toColourspace("b-w").png().toFile(at("m255.png"));
    await grey(1).toColourspace("b-w").png().toFile(at("m1.png"));
    await grey(255).png({ palette: true, colours: 2, dither: 0 }).toFile(at("mp.png"));
    await grey(255).toColourspace("srgb").ensureAlpha().png().toFile(at("ma.png"));
    const deep = Uint16Array.from(mask.data, (marked) => marked * 65535);
    writeFileSync(at("m16.png"), encode({ width: 24, height: 16, channels: 1, depth: 16, data: deep }));
    for (const name of ["m255.png", "m1.png", "mp.png", "ma.png", "m16.png"]) {
      expect(await readMask(at(name)), name).toEqual(mask);
    }
  });

  test("counts 128 and more of 255 as epithelium", async () => {
    const data = Uint8Array.of(0, 127, 128, 255);
    await sharp(data, { raw: { width: 4, height: 1, channels: 1 } })
      .toColourspace("b-w")
      .png()
      .toFile(at("soft.png"));
    expect((await readMask(at("soft.png"))).data).toEqual(Uint8Array.of(0, 0, 1, 1));
  });

  test("stays binary and keeps the area when it is reduced, where 'fringe' grows it as the original does", async () => {
    const path = join(sample, "GT2012154_1001_mask.png");
    const area = (raster: Raster) => raster.data.reduce((sum, value) => sum + value, 0);
    const full = await readMask(path);
    const half = await readMask(path, 0.5);
    const fringe = await readMask(path, 0.5, { rule: "fringe" });
    expect(new Set(half.data)).toEqual(new Set([0, 1]));
    expect(new Set(fringe.data)).toEqual(new Set([0, 1]));
    expect(Math.abs((area(half) * 4) / area(full) - 1)).toBeLessThan(0.01);
    expect((area(fringe) * 4) / area(full)).toBeGreaterThan(1.01);
    expect(half.data.every((value, i) => value <= fringe.data[i])).toBe(true);
  });

  test("refuses a mask of another size than its image", async () => {
    await asSharp(mask).png().toFile(at("size.png"));
    await expect(readMask(at("size.png"), 1, { size: { width: 48, height: 32 } })).rejects.toThrow(
      `${at("size.png")}: found a mask of 24 x 16 pixels, expected 48 x 32 as its image; export the mask at the image's size.`,
    );
  });
});

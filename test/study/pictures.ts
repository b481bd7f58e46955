/** Small images, made on the spot, for tests that need a certain pixel in a certain place. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll } from "vitest";
import type { Raster } from "../../kernel-lib/src/study/index.js";
import { randomStream } from "../../kernel-lib/src/foundation/index.js";

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new, empty folder, which is removed after the test file's last test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "histobook-test-"));
  folders.push(folder);
  return folder;
}

/** A new study folder with an empty images/ in it. */
export function newStudy(): string {
  const directory = newFolder();
  mkdirSync(join(directory, "images"));
  return directory;
}

/** Stained tissue: every pixel its own colour, none of them white. */
export function tissue(width: number, height: number, seed = 1): Raster {
  const random = randomStream(seed, "tissue");
  const data = Uint8Array.from({ length: width * height * 3 }, () => 40 + random.integer(140));
  return { width, height, channels: 3, data };
}

/** One grey all over. */
export function plain(width: number, height: number, grey: number): Raster {
  return { width, height, channels: 3, data: new Uint8Array(width * height * 3).fill(grey) };
}

/** A mask that is 1 within a rectangle (pixels; right and bottom excluded). */
export function rectangle(
  width: number,
  height: number,
  [left, top, right, bottom]: [number, number, number, number],
): Raster {
  const data = new Uint8Array(width * height);
  for (let y = top; y < bottom; y++) data.fill(1, y * width + left, y * width + right);
  return { width, height, channels: 1, data };
}

/** The picture as sharp takes it, masks as 0 and 255. */
export function asSharp(image: Raster): sharp.Sharp {
  const { width, height, channels } = image;
  const data = channels === 1 ? image.data.map((value) => value * 255) : image.data;
  return sharp(data, { raw: { width, height, channels } });
}

/** Writes `images/NAME.tif` and, unless it is null, `images/NAME_mask.png`. */
export async function addCase(
  directory: string,
  name: string,
  image: Raster = tissue(64, 64),
  mask: Raster | null = rectangle(image.width, image.height, [16, 16, 40, 40]),
): Promise<void> {
  await asSharp(image)
    .tiff({ compression: "lzw" })
    .toFile(join(directory, "images", `${name}.tif`));
  if (mask) {
    await asSharp(mask)
      .toColourspace("b-w")
      .png()
      .toFile(join(directory, "images", `${name}_mask.png`));
  }
}

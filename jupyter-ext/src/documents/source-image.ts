import type { Contents } from "@jupyterlab/services";
import { base64Bytes } from "../base64.js";
import { exactBitmap } from "../bitmap.js";
import { listFolder } from "../folder.js";

/** An image and its mask as a study's folder has them, at their own sizes. */
export interface Source {
  readonly image: ImageBitmap | undefined;
  readonly mask: ImageBitmap | undefined;
}

const imageEndings = [".tif", ".tiff", ".png", ".jpg", ".jpeg"];

/**
 * Finds the image that a map was made of: in the study's images/ (a map lies in out/FOLD/ or out/), or beside the map.
 *
 * @param name the image's, without `_prob.png`
 */
export async function findSource(contents: Contents.IManager, folder: string, name: string): Promise<Source> {
  const parts = folder.split("/");
  const places = [
    [...parts.slice(0, -2), "images"].join("/"),
    [...parts.slice(0, -1), "images"].join("/"),
    folder,
  ];
  for (const place of places) {
    const { entries } = await listFolder(contents, place).catch(() => ({ entries: [] }));
    const image = entries.find((entry) => imageEndings.some((ending) => entry.name === name + ending));
    if (!image) continue;
    const mask = entries.find((entry) => entry.name === `${name}_mask.png`);
    return {
      image: await open(contents, image.path),
      mask: mask && (await open(contents, mask.path)),
    };
  }
  return { image: undefined, mask: undefined };
}

async function open(contents: Contents.IManager, path: string): Promise<ImageBitmap> {
  const file = await contents.get(path, { type: "file", format: "base64", content: true });
  const bytes = base64Bytes(String(file.content));
  return /\.tiff?$/i.test(path) ? openTiff(bytes) : exactBitmap(new Blob([bytes]));
}

/** Browsers know no TIFF. */
async function openTiff(bytes: Uint8Array<ArrayBuffer>): Promise<ImageBitmap> {
  const { fromArrayBuffer } = await import("geotiff");
  const picture = await (await fromArrayBuffer(bytes.buffer)).getImage();
  const [width, height] = [picture.getWidth(), picture.getHeight()];
  const rgb = await picture.readRGB({ interleave: true });
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = rgb[3 * i + c];
  }
  return exactBitmap(new ImageData(pixels, width, height));
}

import type { Raster } from "../study/index.js";
import { fitWithin } from "./png.js";

/** JPEG qualities that are tried before a picture is reduced. */
export const jpegQualities = [85, 65, 50] as const;

/** An RGB picture as the bytes of a JPEG file. */
export async function jpegBytes({ width, height, data }: Raster, quality: number): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  return new Uint8Array(await picture.jpeg({ quality }).toBuffer());
}

/**
 * Encodes an RGB picture as a JPEG data URL of at most so many bytes: with less quality where it must be, then smaller until it
 * fits; gives the picture's size with it.
 */
export async function jpegUrl(
  picture: Raster,
  limit: number,
): Promise<{ url: string; width: number; height: number }> {
  for (let current = picture; ;) {
    const { width, height } = current;
    for (const quality of jpegQualities) {
      const bytes = await jpegBytes(current, quality);
      if (bytes.length > limit && Math.max(width, height) > 1) continue;
      return { url: dataUrl(bytes), width, height };
    }
    current = await fitWithin(current, Math.ceil(0.75 * Math.max(width, height)));
  }
}

/** A JPEG file as a data URL. */
export function dataUrl(jpeg: Uint8Array): string {
  return `data:image/jpeg;base64,${Buffer.from(jpeg).toString("base64")}`;
}

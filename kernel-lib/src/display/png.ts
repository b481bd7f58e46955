import type { Sharp } from "sharp";
import type { Raster } from "../study/index.js";
import { html, type Html } from "./html.js";

/**
 * What the pictures of one display may weigh together, in bytes of PNG: as base64 they weigh a third more, and
 * the whole display stays under `outputLimit`.
 */
export const picturesBytes = 600_000;

/** How a picture is written. */
export interface PngOptions {
  /** At most so many bytes; a larger picture gets 256 colours first, and is then halved until it fits. */
  limit?: number;
}

/**
 * Encodes a picture as a PNG data URL: as it is where that is small enough, else with 256 colours, else reduced.
 *
 * @param picture RGB, or one channel with 0 to 255
 */
export async function pngUrl(picture: Raster, { limit = Infinity }: PngOptions = {}): Promise<string> {
  let current = picture;
  for (;;) {
    const exact = await (await open(current)).png({ compressionLevel: 9 }).toBuffer();
    if (exact.length <= limit) return dataUrl(exact);
    if (current.channels === 3) {
      const reduced = await (await open(current)).png({ palette: true, compressionLevel: 9 }).toBuffer();
      if (reduced.length <= limit) return dataUrl(reduced);
    }
    current = await fitWithin(current, Math.ceil(Math.max(current.width, current.height) / 2));
  }
}

/** Reduces a picture so that neither side is longer than `side` pixels; a smaller one stays as it is. */
export async function fitWithin(
  picture: Raster,
  side: number,
  kernel: "lanczos3" | "nearest" = "lanczos3",
): Promise<Raster> {
  if (Math.max(picture.width, picture.height) <= side) return picture;
  const { data, info } = await (
    await open(picture)
  )
    .resize({ width: side, height: side, fit: "inside", kernel })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: picture.channels, data: new Uint8Array(data) };
}

/**
 * Markup for a picture; enlarged pixels stay sharp squares.
 *
 * @param width CSS pixels
 * @param alternative what a reader who can't see it is told
 */
export function imageTag(url: string, width: number, alternative: string): Html {
  return html`<img
    src="${url}"
    alt="${alternative}"
    width="${width}"
    style="width:${width}px;max-width:100%;height:auto;image-rendering:pixelated"
  />`;
}

/** A picture as the bytes of a PNG file, exactly as it is. */
export async function pngBytes(picture: Raster): Promise<Uint8Array> {
  return new Uint8Array(await (await open(picture)).png().toBuffer());
}

async function open({ width, height, channels, data }: Raster): Promise<Sharp> {
  const { default: sharp } = await import("sharp");
  const picture = sharp(data, { raw: { width, height, channels } });
  return channels === 1 ? picture.toColourspace("b-w") : picture;
}

function dataUrl(png: Buffer): string {
  return `data:image/png;base64,${png.toString("base64")}`;
}

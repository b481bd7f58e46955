/** Archives as the tutorial's: images at the top, masks in masks/. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { pack, type Headers } from "tar-stream";

/** An entry: its header, and what is in it. */
export interface Entry extends Omit<Headers, "size"> {
  content?: Uint8Array;
}

/** A gzipped archive's bytes. */
export async function archiveOf(entries: readonly Entry[]): Promise<Buffer> {
  const packing = pack();
  for (const { content, ...header } of entries) packing.entry(header, Buffer.from(content ?? []));
  packing.finalize();
  const parts: Buffer[] = [];
  for await (const part of packing) parts.push(part);
  return gzipSync(Buffer.concat(parts));
}

/** Two images of two patients, noisy so that they can't be packed well, and one mask. */
export async function tutorialEntries(): Promise<Entry[]> {
  const picture = (seed: number, format: "tiff" | "png"): Promise<Buffer> => {
    const pixels = Buffer.from(
      Array.from({ length: 120 * 120 * 3 }, (_, i) => (i * i * seed + (i >> 3)) & 255),
    );
    return sharp(pixels, { raw: { width: 120, height: 120, channels: 3 } })
      .toFormat(format)
      .toBuffer();
  };
  const mask = await sharp({ create: { width: 120, height: 120, channels: 3, background: "white" } })
    .png()
    .toBuffer();
  return [
    { name: "8918_00007.tif", content: await picture(7, "tiff") },
    { name: "9036_00005.tif", content: await picture(11, "tiff") },
    { name: "masks/", type: "directory" },
    { name: "masks/8918_00007_mask.png", content: mask },
    { name: "readme.txt", content: Buffer.from("hello") },
  ];
}

/** Its SHA-256. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

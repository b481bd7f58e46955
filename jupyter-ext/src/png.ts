import { base64Bytes } from "./base64.js";
import { decodePicture, type PictureFormat } from "./picture-file.js";

const prefix = "data:image/png;base64,";
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** PNG files. */
export const png: PictureFormat = { name: "PNG", article: "a", mimeType: "image/png", size: pngSize };

/** The bytes of a PNG data URL, without asking the browser to load an address. */
export function pngBytes(dataUrl: string): Uint8Array<ArrayBuffer> {
  return base64Bytes(dataUrl.slice(prefix.length));
}

/** Width and height (pixels) that a PNG file's header declares, or null where the bytes are no PNG file. */
export function pngSize(bytes: Uint8Array): { width: number; height: number } | null {
  if (bytes.length < 24 || signature.some((byte, index) => bytes[index] !== byte)) {
    return null;
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: header.getUint32(16), height: header.getUint32(20) };
}

/**
 * Decodes a PNG data URL whose size must be the given one (pixels).
 *
 * @throws PayloadError where it is no PNG, has another size or is damaged.
 */
export async function decodePng(
  where: string,
  dataUrl: string,
  width: number,
  height: number,
): Promise<ImageBitmap> {
  return decodePicture(where, png, () => pngBytes(dataUrl), { width, height });
}

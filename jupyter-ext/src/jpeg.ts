import { base64Bytes } from "./base64.js";
import { decodePicture, type PictureFormat } from "./picture-file.js";

const prefix = "data:image/jpeg;base64,";

/** JPEG files. */
export const jpeg: PictureFormat = { name: "JPEG", article: "a", mimeType: "image/jpeg", size: jpegSize };

/**
 * Width and height (pixels) that a JPEG file declares, or null where the bytes are no JPEG file: its segments are walked
 * until the one that begins a frame (SOF).
 */
export function jpegSize(bytes: Uint8Array): { width: number; height: number } | null {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 <= bytes.length; at += 2 + view.getUint16(at + 2)) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1];
    const beginsFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (beginsFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
  }
  return null;
}

/**
 * Decodes a JPEG data URL whose size must be the given one (pixels).
 *
 * @throws PayloadError where it is no JPEG, has another size or is damaged.
 */
export async function decodeJpeg(
  where: string,
  dataUrl: string,
  width: number,
  height: number,
): Promise<ImageBitmap> {
  return decodePicture(where, jpeg, () => base64Bytes(dataUrl.slice(prefix.length)), { width, height });
}

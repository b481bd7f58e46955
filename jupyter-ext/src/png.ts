import { base64Bytes } from "./base64.js";
import { exactBitmap } from "./bitmap.js";
import { PayloadError } from "./error-box.js";

const prefix = "data:image/png;base64,";
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

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
 * The header is read first: a file of a few kilobytes may declare a size that fills the browser's memory.
 *
 * @throws PayloadError where it is no PNG, has another size or is damaged.
 */
export async function decodePng(
  where: string,
  dataUrl: string,
  width: number,
  height: number,
): Promise<ImageBitmap> {
  const expected = `a PNG of ${width} x ${height} pixels`;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = pngBytes(dataUrl);
  } catch {
    throw new PayloadError({ where, found: "damaged base64", expected });
  }
  const size = pngSize(bytes);
  if (size === null || size.width !== width || size.height !== height) {
    const found = size === null ? "bytes of another kind" : `a PNG of ${size.width} x ${size.height} pixels`;
    throw new PayloadError({ where, found, expected });
  }
  try {
    return await exactBitmap(new Blob([bytes], { type: "image/png" }));
  } catch {
    throw new PayloadError({ where, found: "a damaged file", expected });
  }
}

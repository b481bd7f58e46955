import { exactBitmap } from "./bitmap.js";
import { PayloadError } from "./error-box.js";

/** A kind of picture file: how it is called, and the size (pixels) that its header declares, null where it is no such file. */
export interface PictureFormat {
  readonly name: string;
  readonly article: string;
  readonly mimeType: string;
  readonly size: (bytes: Uint8Array) => { width: number; height: number } | null;
}

/**
 * Decodes a picture file whose size must be the given one (pixels).
 *
 * The header is read first: a file of a few kilobytes may declare a size that fills the browser's memory.
 *
 * @param where what the file is, for the error
 * @throws PayloadError where it is of another kind or size, or damaged.
 */
export async function decodePicture(
  where: string,
  format: PictureFormat,
  bytes: () => Uint8Array<ArrayBuffer>,
  { width, height }: { width: number; height: number },
): Promise<ImageBitmap> {
  const described = (size: { width: number; height: number }): string =>
    `${format.article} ${format.name} of ${size.width} x ${size.height} pixels`;
  const expected = described({ width, height });
  let file: Uint8Array<ArrayBuffer>;
  try {
    file = bytes();
  } catch {
    throw new PayloadError({ where, found: "damaged base64", expected });
  }
  const size = format.size(file);
  if (size === null || size.width !== width || size.height !== height) {
    const found = size === null ? "bytes of another kind" : described(size);
    throw new PayloadError({ where, found, expected });
  }
  try {
    return await exactBitmap(new Blob([file], { type: format.mimeType }));
  } catch {
    throw new PayloadError({ where, found: "a damaged file", expected });
  }
}

import { checkAgainst, sourceAnswer } from "histobook/payloads";
import { PayloadError } from "../error-box.js";
import { jpeg } from "../jpeg.js";
import type { Answer } from "../live/kernel-line.js";
import { planeOf } from "../map/planes.js";
import { decodePicture } from "../picture-file.js";
import { png } from "../png.js";

/** Where a patch was cut, with its own picture at full size. All lengths are pixels of the image as it came. */
export interface PatchSource {
  readonly patch: ImageBitmap;
  readonly image: ImageBitmap;
  /** 255 where a pathologist marked epithelium; null where nobody did. */
  readonly mask: Uint8Array | null;
  /** The patch's middle, its side, and how far it is turned counter-clockwise (degrees). */
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly rotation: number;
}

/**
 * Decodes what the kernel answers to the call `source`.
 *
 * @param size of a patch (pixels)
 * @throws PayloadError where it is not what it says.
 */
export async function decodeSource({ body, buffers }: Answer, size: number): Promise<PatchSource> {
  const checked = checkAgainst(sourceAnswer, body);
  if (!checked.ok) throw new PayloadError(checked.problems[0]);
  const { width, height, mask, ...place } = checked.payload;
  if (buffers.length !== (mask ? 3 : 2)) {
    throw new PayloadError({
      where: "the kernel's source image",
      found: `${buffers.length} pictures`,
      expected: mask ? "3" : "2",
    });
  }
  const bytes = (n: number) => () => new Uint8Array(buffers[n]);
  const [patch, image, drawnMask] = await Promise.all([
    decodePicture("the kernel's patch", png, bytes(0), { width: size, height: size }),
    decodePicture("the kernel's source image", jpeg, bytes(1), { width, height }),
    mask ? decodePicture("the kernel's mask", png, bytes(2), { width, height }) : null,
  ]);
  return { ...place, patch, image, mask: drawnMask && planeOf(drawnMask) };
}

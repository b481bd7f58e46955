import type { ProbabilityMapPayload } from "histobook/payloads";
import { decodeJpeg } from "../jpeg.js";
import { decodePng } from "../png.js";

/** A probability map's pictures, decoded; planes hold one byte a pixel, row after row. */
export interface MapPlanes {
  readonly width: number;
  readonly height: number;
  readonly image: ImageBitmap;
  /** 255 times the probability of epithelium. */
  readonly probability: Uint8Array;
  /** 255 where a pathologist marked epithelium; null where nobody did. */
  readonly mask: Uint8Array | null;
  /** Another map of the same image to compare with; null where there is none. */
  readonly other: Uint8Array | null;
}

/**
 * Decodes the payload's pictures.
 *
 * @throws PayloadError naming the picture that is not what the payload says.
 */
export async function decodePlanes(payload: ProbabilityMapPayload): Promise<MapPlanes> {
  const { width, height } = payload;
  const [image, probability, mask, other] = await Promise.all([
    decodePictureUrl("image", payload.image, width, height),
    decodePng("probability", payload.probability, width, height),
    payload.mask === null ? null : decodePng("mask", payload.mask, width, height),
    payload.other ? decodePng("other.probability", payload.other.probability, width, height) : null,
  ]);
  return {
    width,
    height,
    image,
    probability: planeOf(probability),
    mask: mask === null ? null : planeOf(mask),
    other: other === null ? null : planeOf(other),
  };
}

function decodePictureUrl(where: string, url: string, width: number, height: number): Promise<ImageBitmap> {
  const decode = url.startsWith("data:image/jpeg;") ? decodeJpeg : decodePng;
  return decode(where, url, width, height);
}

/** The first channel of a picture, which in a grey one is the grey value. */
export function planeOf(bitmap: ImageBitmap): Uint8Array {
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  if (context === null) {
    throw new Error("this browser gives no canvas to read the picture with");
  }
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  bitmap.close();
  const values = new Uint8Array(data.length / 4);
  for (let index = 0; index < values.length; index++) {
    values[index] = data[index * 4];
  }
  return values;
}

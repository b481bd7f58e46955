import { decodeDatum, type Datum } from "../caffe/index.js";
import { HistobookError, isHistobookError } from "../foundation/index.js";
import { requireFewPixels } from "../study/index.js";
import { toPlanes } from "./patchPixels.js";
import type { PatchShape } from "./batch.js";
import type { DecodedPatch } from "./patchStore.js";

/**
 * Decodes a database's record to bytes, with its shape.
 *
 * Encoded records (convert_imageset -encoded) hold an image file; as in Caffe, a grey file gives one channel.
 *
 * @param subject what an error names: the database and the key
 * @throws HistobookError `BadInput`.
 */
export function decodeRecord(
  value: Uint8Array,
  subject: string,
): (DecodedPatch & PatchShape) | Promise<DecodedPatch & PatchShape> {
  const datum = decodeDatum(value, subject);
  if (datum.encoded) return decodeFile(datum, subject);
  if (datum.floatData) {
    throw new HistobookError("BadInput", {
      subject,
      topic: "databases",
      found: "numbers with decimals (float_data)",
      expected: "an image of 8 bits a channel",
      fix: "make the database with 'histobook databases' or convert_imageset",
    });
  }
  const { channels, height, width, data, label } = datum;
  return { pixels: data, label, channels, height, width };
}

async function decodeFile(datum: Datum, subject: string): Promise<DecodedPatch & PatchShape> {
  const { default: sharp } = await import("sharp");
  try {
    // The limit is ours, which says what to do; sharp's own would come first.
    const picture = sharp(datum.data, { failOn: "error", limitInputPixels: false });
    const stored = await picture.metadata();
    requireFewPixels(subject, stored, "databases");
    const grey = stored.channels < 3;
    const { data, info } = await picture
      .removeAlpha()
      .toColourspace(grey ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const shape = { channels, height, width, label: datum.label };
    if (channels === 1) return { ...shape, pixels: data };
    const pixels = new Uint8Array(data.length);
    toPlanes(data, pixels);
    return { ...shape, pixels };
  } catch (error) {
    if (isHistobookError(error)) throw error;
    throw new HistobookError("BadInput", {
      subject,
      topic: "databases",
      found: "an image file that can't be decoded",
      expected: "a whole PNG or JPEG",
      fix: "make the database again",
      cause: error,
    });
  }
}

/**
 * Checks that a record has the shape of the first one.
 *
 * @throws HistobookError `BadInput`.
 */
export function checkShape(found: PatchShape, expected: PatchShape, subject: string): void {
  if (
    found.channels === expected.channels &&
    found.height === expected.height &&
    found.width === expected.width
  ) {
    return;
  }
  throw new HistobookError("BadInput", {
    subject,
    topic: "databases",
    found: formatShape(found),
    expected: `${formatShape(expected)} as the database's first record`,
    fix: "make the database again from images of one size",
  });
}

function formatShape({ channels, height, width }: PatchShape): string {
  return `${channels} x ${height} x ${width} (channels, height, width)`;
}

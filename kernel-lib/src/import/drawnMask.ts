import { decodingProblem, HistobookError, isHistobookError } from "../foundation/index.js";
import { imageSize, requireFewPixels } from "../study/index.js";
import { readAnnotations, type AnnotatedArea } from "./annotations.js";
import { readMaskPixels, type MaskPicture } from "./maskPixels.js";
import type { PositivePixels } from "./positiveClass.js";
import { fillArea } from "./rasterise.js";

/** How annotations are read, and what of them is class 1. */
export type AnnotationKind =
  | { kind: "masks"; positive: PositivePixels | undefined }
  | { kind: "geoJson"; classes: ReadonlySet<string> | undefined };

/** An image's mask before it is written. */
export interface DrawnMask {
  /** Pixels, of image and mask. */
  width: number;
  height: number;
  /** 0 or 1 a pixel. */
  marked: Uint8Array;
}

/**
 * Reads what somebody has drawn on an image as a mask of the image's size.
 *
 * @throws HistobookError `BadInput` when image or annotation can't be used.
 */
export async function drawnMask(image: string, annotation: string, how: AnnotationKind): Promise<DrawnMask> {
  const size = await imageSize(image);
  requireFewPixels(image, size, "images");
  if (how.kind === "geoJson") {
    const { areas } = readAnnotations(annotation);
    return { ...size, marked: fillAreas(annotation, areas.filter(isChosen(how.classes)), size) };
  }
  const picture = await decodeMask(annotation);
  if (picture.width !== size.width || picture.height !== size.height) {
    throw new HistobookError("BadInput", {
      subject: annotation,
      topic: "masks",
      found: `a mask of ${picture.width} x ${picture.height} pixels`,
      expected: `${size.width} x ${size.height} as ${image}`,
      fix: "export the mask at the image's size",
    });
  }
  const reading = readMaskPixels(picture, how.positive);
  if ("marked" in reading) return { ...size, marked: reading.marked };
  throw new HistobookError("BadInput", {
    subject: annotation,
    topic: "masks",
    found: reading.unclear,
    expected: "black, and one other value for what is looked for",
    fix: "say with --class which of them are class 1, e.g. --class 1, --class 128-255 or --class '#ff0000'",
  });
}

function isChosen(classes: ReadonlySet<string> | undefined): (area: AnnotatedArea) => boolean {
  return ({ className }) => classes === undefined || (className !== null && classes.has(className));
}

function fillAreas(
  path: string,
  areas: readonly AnnotatedArea[],
  size: { width: number; height: number },
): Uint8Array {
  const { width, height } = size;
  const mask = { ...size, channels: 1 as const, data: new Uint8Array(width * height) };
  for (const { area } of areas) {
    const [xs, ys] = [0, 1].map((axis) => area.flatMap((ring) => ring.map((point) => point[axis])));
    const [left, right] = extent(xs);
    const [top, bottom] = extent(ys);
    if (left >= width || top >= height || right <= 0 || bottom <= 0) {
      throw new HistobookError("BadInput", {
        subject: path,
        topic: "annotations",
        found: `an area from (${Math.floor(left)}, ${Math.floor(top)}) to (${Math.ceil(right)}, ${Math.ceil(bottom)}), wholly outside of the image`,
        expected: `coordinates in the image's own pixels, ${width} x ${height}`,
        fix: "export the annotations of this very image, not of the slide that it was cut from",
      });
    }
    fillArea(mask, area);
  }
  return mask.data;
}

function extent(values: readonly number[]): [least: number, most: number] {
  return values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [
    Infinity,
    -Infinity,
  ] as [number, number]);
}

/** In which sharp can leave the values as they are stored. */
const plainSpaces = ["b-w", "grey16", "srgb", "rgb", "rgb16"];

/** The values as they are stored, whole numbers of any depth; what is transparent counts as black. */
async function decodeMask(path: string): Promise<MaskPicture> {
  const decoded = await decode(path).catch((error: unknown) => {
    if (isHistobookError(error)) throw error;
    throw new HistobookError("BadInput", {
      subject: path,
      topic: "masks",
      found: decodingProblem(path),
      expected: "a mask as PNG or TIFF",
      fix: "export it again",
      cause: error,
    });
  });
  const { data } = decoded;
  if (!(data instanceof Float32Array)) return { ...decoded, data };
  if (data.every(Number.isInteger)) return { ...decoded, data: Uint32Array.from(data) };
  throw new HistobookError("BadInput", {
    subject: path,
    found: "a mask with values between whole numbers",
    expected: "a whole number a pixel",
    fix: "export it with 8 bits",
  });
}

async function decode(
  path: string,
): Promise<Omit<MaskPicture, "data"> & { data: MaskPicture["data"] | Float32Array }> {
  const { default: sharp } = await import("sharp");
  // The limit is ours, which says what to do; sharp's own would come first.
  const picture = sharp(path, { failOn: "error", ignoreIcc: true, limitInputPixels: false });
  const stored = await picture.metadata();
  requireFewPixels(path, stored, "masks");
  const { hasAlpha, depth, space } = stored;
  if (hasAlpha) picture.flatten({ background: "black" });
  // Else labels such as 1 of 65,535 would be rounded to 8 bits.
  picture.toColourspace(plainSpaces.includes(space) ? space : "srgb");
  const kind = depth === "uchar" ? "uchar" : depth === "float" || depth === "double" ? "float" : "uint";
  const { data, info } = await picture.raw({ depth: kind }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const size = { width, height, channels: channels === 1 ? (1 as const) : (3 as const) };
  if (kind === "uchar") return { ...size, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  const Values = kind === "float" ? Float32Array : Uint32Array;
  return { ...size, data: new Values(data.buffer, data.byteOffset, data.length / 4) };
}

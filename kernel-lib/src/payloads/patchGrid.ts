import * as z from "zod/mini";
import { count, jpegDataUrl, live, recorded, side } from "./pieces.js";

/** Far more than an output of 1 MB can hold. */
const mostSaved = 20_000;

/** One number for each saved patch. */
const column = <Item extends z.ZodMiniType>(item: Item): z.ZodMiniArray<Item> =>
  z.array(item).check(z.maxLength(mostSaved));

/** Tiles of equal size, laid out row by row without gaps. */
const sheetLayout = {
  columns: z.int().check(z.positive(), z.maximum(32)),
  rows: z.int().check(z.positive(), z.maximum(32)),
};

/** The image that patches were cut from. */
const gridImage = z.object({
  name: z.string(),
  patient: z.string(),
  /** Counts the patient's images from 1. */
  number: count,
  /** The fold in which the patient is tested; null before step 2. */
  fold: z.nullable(count),
  /** Which of the rotations its patches have, as indices in `rotations`. */
  rotations: z.array(count).check(z.maxLength(360)),
  /** All positions of the image, by type; each gives a patch for every one of its rotations. */
  positions: z.object({ b: count, e: count, p: count }),
});

/**
 * Patches of step 1: all are counted, and a stratified sample of them travels in the payload. A patch's number is its
 * place among all of them in the order of their names (image, then type b, e, p, then number, then rotation).
 */
export const patchGridSchema = z.object({
  version: z.literal(1),
  recorded,
  live,
  /** What is shown, e.g. the study's folder or the image. */
  name: z.string(),
  /** All patches. */
  total: count,
  /** Side of a patch at the working scale, and of its tile in the sheets (pixels). */
  size: side,
  tile: z.int().check(z.positive(), z.maximum(32)),
  /** Degrees, counter-clockwise. */
  rotations: z.array(z.int().check(z.minimum(-360), z.maximum(360))).check(z.minLength(1), z.maxLength(360)),
  images: z.array(gridImage).check(z.maxLength(65_535)),
  /** Where the predicted probabilities come from; null where none were given. */
  predictedBy: z.nullable(z.string()),
  /** The saved patches, in the order of their numbers. */
  saved: z.object({
    patch: column(count),
    /** Index in `images`. */
    image: column(count),
    /** One letter a patch. */
    type: z.string().check(z.regex(/^[bep]*$/, { error: "letters b, e and p" }), z.maxLength(mostSaved)),
    /** Counts the positions of this type in the image from 1. */
    number: column(count),
    /** Index in `rotations`. */
    rotation: column(count),
    /** Mean of all values of the patch, 0 to 255. */
    brightness: column(z.int().check(z.minimum(0), z.maximum(255))),
    /** 255 times the predicted probability of epithelium, -1 where there is none; null where none were given. */
    probability: z.nullable(column(z.int().check(z.minimum(-1), z.maximum(255)))),
  }),
  /** The saved patches' pictures: the first sheet holds the first `columns * rows` of them, and so on. */
  sheets: z.array(z.object({ ...sheetLayout, picture: jpegDataUrl })).check(z.maxLength(20)),
});

/** The payload of the `patch-grid` view. */
export type PatchGridPayload = z.infer<typeof patchGridSchema>;

/** So many tiles are asked for at once at most. */
export const mostTilesACall = 1024;

/** What the view's call `tiles` carries, and what it is answered beside a JPEG sheet in the first buffer. */
export const tilesCall = z.object({
  patches: z.array(count).check(z.minLength(1), z.maxLength(mostTilesACall)),
});
export const tilesAnswer = z.object(sheetLayout);

/**
 * What the view's call `source` carries, and its answer: where the patch was cut. The buffers hold the patch as PNG, its image
 * as JPEG and, where there is one, the mask as PNG of the same size.
 */
export const sourceCall = z.object({ patch: count });
export const sourceAnswer = z.object({
  /** Of the image as it is sent (pixels). */
  width: side,
  height: side,
  /** Of the image as sent: the patch's middle, its side, and how far it is turned counter-clockwise (degrees). */
  x: z.number(),
  y: z.number(),
  side: z.number().check(z.positive()),
  rotation: z.number(),
  mask: z.boolean(),
});

/** The answer to the view's call `table`: the columns of all patches, one buffer each, in the order of `tableColumns`. */
export const tableAnswer = z.object({ total: count, predicted: z.boolean() });

/** The columns that `table` is answered with; type is the index in "bep", probability comes where it was given. */
export const tableColumns = [
  ["image", "Uint16Array"],
  ["type", "Uint8Array"],
  ["number", "Uint32Array"],
  ["rotation", "Uint8Array"],
  ["brightness", "Uint8Array"],
  ["probability", "Int16Array"],
] as const;

/** What the view's call `select` carries. */
export const patchSelection = z.object({ patches: z.array(count).check(z.maxLength(1_000_000)) });

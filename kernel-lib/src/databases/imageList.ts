import { readdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { readPatchList, type PatchListEntry } from "../folds/index.js";
import {
  decodingProblem,
  HistobookError,
  isHistobookError,
  randomStream,
  sampleIndices,
} from "../foundation/index.js";
import { decodeImageFile, type DecodedImage } from "./imageFile.js";
import { toPlanes } from "./patchPixels.js";
import type { PatchShape } from "./batch.js";
import { cyclicStore, emptyStore, type PatchStore } from "./patchStore.js";
import { resizeBilinear } from "./resizeBilinear.js";
import { toGrey } from "./grey.js";

/** How the images of a list are read (Caffe's image_data_param). */
export interface ImageListOptions {
  /** Stands before every name of the list as it is, without a slash between them (Caffe's root_folder); default "". */
  rootFolder?: string;
  /** What these paths are relative to when they are not absolute; default the process' working directory. */
  workingDirectory?: string;
  /** Read each round in an order of its own; default false. */
  shuffle?: boolean;
  /** Seeds the shuffling; default 1. */
  seed?: number;
  /** Resize every image to so many pixels; default as it is. */
  resize?: { width: number; height: number };
  /** False makes the images grey, one channel; default true. */
  colour?: boolean;
}

/** What a line of the list names. */
interface ListedImage {
  key: string;
  entry: PatchListEntry;
}

/** So many lines are passed on at a time. */
const blockLines = 512;

/**
 * Opens a list of images for reading straight from their files, as Caffe's ImageData layer does: PNG, TIFF or JPEG, in
 * the list's order, or each round in one that the seed decides. Only the images of two batches are in memory.
 *
 * All images have the first one's size; every name is looked up now, so that a long training does not end at a missing
 * file.
 *
 * @param list a text file: name, tab or space, class on each line
 * @throws HistobookError `MissingStep` without the list, `BadInput` for a line of another form, an empty list, or an
 * image that is missing, can't be decoded or has another size; it names the list's line.
 * @example
 * const store = await openImageList("study/train_w32_1.txt", { rootFolder: "study/subs/" });
 * store.shape; // => { channels: 3, height: 32, width: 32 }
 * await store.close();
 */
export async function openImageList(list: string, options: ImageListOptions = {}): Promise<PatchStore> {
  const { rootFolder = "", workingDirectory = "", shuffle = false, seed = 1 } = options;
  const images = readPatchList(list).map((entry): ListedImage => ({ key: entry.file, entry }));
  if (images.length === 0) throw emptyStore(list);
  const pathOf = ({ key }: ListedImage): string => resolve(workingDirectory, rootFolder + key);
  checkAllThere(list, images, pathOf);
  const shape = shapeOf(await readListed(list, images[0], pathOf(images[0]), options));
  return cyclicStore<ListedImage>({
    subject: list,
    shape,
    async *round(number) {
      const order = shuffle
        ? sampleIndices(images.length, images.length, randomStream(seed, "images", basename(list), number))
        : undefined;
      for (let start = 0; start < images.length; start += blockLines) {
        const end = Math.min(start + blockLines, images.length);
        const block = Array.from({ length: end - start }, (_, i) => images[order?.[start + i] ?? start + i]);
        yield await Promise.resolve(block);
      }
    },
    async decode(image) {
      const decoded = await readListed(list, image, pathOf(image), options);
      checkSize(list, image, shapeOf(decoded), shape);
      return { pixels: planesOf(decoded), label: image.entry.class };
    },
    close: () => Promise.resolve(),
  });
}

type ReadImage = DecodedImage & { channels: number };

async function readListed(
  list: string,
  image: ListedImage,
  path: string,
  { resize, colour = true }: ImageListOptions,
): Promise<ReadImage> {
  const decoded = await decodeImageFile(path).catch((error: unknown) => {
    if (isHistobookError(error)) throw error;
    throw wrongImage(
      list,
      image,
      `${image.key}, ${decodingProblem(path)}`,
      "a whole PNG, TIFF or JPEG image",
      error,
    );
  });
  const read = colour
    ? { ...decoded, channels: 3 }
    : { ...decoded, channels: 1, data: toGrey(decoded.data, path) };
  return resize ? { ...read, ...resize, data: resizeBilinear(read.data, read, resize) } : read;
}

function shapeOf({ channels, height, width }: ReadImage): PatchShape {
  return { channels, height, width };
}

function planesOf({ data, channels }: ReadImage): Uint8Array {
  if (channels === 1) return data;
  const planes = new Uint8Array(data.length);
  toPlanes(data, planes);
  return planes;
}

/** One listing of each folder answers for all its files. */
function checkAllThere(list: string, images: ListedImage[], pathOf: (image: ListedImage) => string): void {
  const folders = new Map<string, Set<string>>();
  for (const image of images) {
    const path = pathOf(image);
    const folder = dirname(path);
    let names = folders.get(folder);
    if (!names) folders.set(folder, (names = namesIn(folder)));
    if (names.has(basename(path))) continue;
    throw wrongImage(list, image, `${image.key}, which is not there (${path})`, "an image file");
  }
}

function namesIn(folder: string): Set<string> {
  try {
    return new Set(readdirSync(folder));
  } catch {
    // Then none of its files is there, which is said with the list's line.
    return new Set();
  }
}

function checkSize(list: string, image: ListedImage, found: PatchShape, shape: PatchShape): void {
  if (found.height === shape.height && found.width === shape.width) return;
  throw wrongImage(
    list,
    image,
    `${image.key} of ${found.width} x ${found.height} pixels`,
    `${shape.width} x ${shape.height} as the first image of the list, or new_width and new_height to resize all`,
  );
}

function wrongImage(
  list: string,
  { entry }: ListedImage,
  found: string,
  expected: string,
  cause?: unknown,
): HistobookError {
  return new HistobookError("BadInput", {
    subject: `${list}, line ${entry.line}`,
    topic: "lists",
    found,
    expected,
    fix: "correct the list or the file",
    cause,
  });
}

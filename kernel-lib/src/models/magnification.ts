import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { HistobookError } from "../foundation/index.js";
import { deployName, fittingScale, listCases, magnificationOf, readPixelSize } from "../study/index.js";
import type { ModelFiles } from "./files.js";

/** Scanners of one magnification differ by up to a tenth; 20x and 40x by a factor of 2. */
const tolerance = 1.25;

/** As many of a study's images are asked how large their pixels are. */
const askedImages = 20;

/**
 * How large the pixels are that a model was trained on: what its study's images say, at the scale at which they were used.
 *
 * @param scale at which the model is used: working pixels per pixel of the study's images
 * @returns µm a working pixel; undefined for a model outside of a study, and where the images don't say
 */
export async function trainingPixelSize({ model }: ModelFiles, scale: number): Promise<number | undefined> {
  const folder = dirname(resolve(model));
  const images = join(dirname(folder), "images");
  if (basename(folder) !== dirname(deployName) || !existsSync(images)) return undefined;
  const cases = listCases(images, { needPatients: false }).cases.slice(0, askedImages);
  const sizes = await Promise.all(cases.map(({ imagePath }) => readPixelSize(imagePath)));
  const known = sizes.flatMap((size) => (size ? [size.micrometres] : [])).sort((one, other) => one - other);
  return known.length === 0 ? undefined : known[Math.floor(known.length / 2)] / scale;
}

/**
 * Stops when an image's own tags say that the model would see it at another magnification than it was trained at.
 *
 * @param scale working pixels per pixel of the image file
 * @param trained µm a working pixel of the model's training images
 * @throws HistobookError `ScaleMismatch`.
 */
export async function checkMagnification(path: string, scale: number, trained: number): Promise<void> {
  const size = await readPixelSize(path);
  if (!size) return;
  const shown = size.micrometres / scale;
  if (Math.max(shown / trained, trained / shown) <= tolerance) return;
  const fitting = fittingScale(size.micrometres, trained);
  throw new HistobookError("ScaleMismatch", {
    subject: path,
    found: `${figure(size.micrometres)} µm a pixel (${times(size.micrometres)}, by ${size.source}), which scale ${figure(scale)} shows to the model at ${times(shown)}`,
    expected: `${figure(trained)} µm a working pixel (${times(trained)}), at which the model was trained`,
    fix: `give --scale ${fitting}, or --scale ${figure(scale)} if the file is wrong`,
  });
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function times(micrometres: number): string {
  return `${figure(magnificationOf(micrometres))}x`;
}

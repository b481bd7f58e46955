import type { RandomStream } from "../foundation/index.js";
import type { PatchShape } from "./batch.js";

/**
 * The optical density of a stain in red, green and blue, by Ruifrok and Johnston, Anal Quant Cytol Histol 2001;23:291:
 * haematoxylin, eosin, and what neither explains, at right angles to both.
 */
const haematoxylin = unit([0.65, 0.7, 0.29]);
const eosin = unit([0.07, 0.99, 0.11]);
const residue = unit(cross(haematoxylin, eosin));

type Vector = readonly [number, number, number];

/** Rows: how much of a stain's amount each colour's density says. The inverse of the stains as columns. */
const unmixing = inverse([haematoxylin, eosin, residue]);

/** Optical density of each grey level: -log10 of the light that comes through, (level + 1) / 256. */
const densities = Float64Array.from({ length: 256 }, (_, level) => -Math.log10((level + 1) / 256));

/** Grey levels of densities, in steps so small that neighbours differ by less than half a level. */
const stepsPerDensity = 4096;
const darkest = densities[0];
const levels = Uint8Array.from({ length: Math.ceil(darkest * stepsPerDensity) + 1 }, (_, step) =>
  Math.max(0, Math.round(256 * 10 ** (-step / stepsPerDensity) - 1)),
);

/**
 * Changes an image's colours as another batch of stains and another scanner would, in place: the amount of each stain
 * becomes `amount * factor + shift`, the factor drawn from [1 - strength, 1 + strength], the shift from
 * [-strength, strength] (Tellez et al., IEEE Trans Med Imaging 2018;37:2126; strengths of 0.05, light, and 0.2, strong,
 * by Tellez et al., Med Image Anal 2019;58:101544).
 *
 * @param pixels blue, green and red planes, as a Datum has them
 */
export function jitterStain(
  pixels: Uint8Array,
  { height, width }: Pick<PatchShape, "height" | "width">,
  strength: number,
  random: Pick<RandomStream, "uniform">,
): void {
  const draw = (): number => strength * (2 * random.uniform() - 1);
  const factors = [1 + draw(), 1 + draw(), 1 + draw()];
  const shifts = [draw(), draw(), draw()];
  // Unmixing, change and mixing again are one affine map of the three colours' densities.
  const stains = [haematoxylin, eosin, residue];
  const mix = (colour: number, from: number): number =>
    stains.reduce((sum, stain, i) => sum + stain[colour] * factors[i] * unmixing[i][from], 0);
  const [red, green, blue] = [0, 1, 2].map((colour) => [
    mix(colour, 0),
    mix(colour, 1),
    mix(colour, 2),
    stains.reduce((sum, stain, i) => sum + stain[colour] * shifts[i], 0),
  ]);
  const plane = height * width;
  for (let i = 0; i < plane; i++) {
    const b = densities[pixels[i]];
    const g = densities[pixels[plane + i]];
    const r = densities[pixels[2 * plane + i]];
    pixels[i] = levelOf(blue[0] * r + blue[1] * g + blue[2] * b + blue[3]);
    pixels[plane + i] = levelOf(green[0] * r + green[1] * g + green[2] * b + green[3]);
    pixels[2 * plane + i] = levelOf(red[0] * r + red[1] * g + red[2] * b + red[3]);
  }
}

function levelOf(density: number): number {
  return levels[Math.round(Math.min(Math.max(density, 0), darkest) * stepsPerDensity)];
}

function unit(vector: Vector): Vector {
  const length = Math.hypot(...vector);
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** The inverse of the matrix with these columns, by rows. */
function inverse([a, b, c]: readonly [Vector, Vector, Vector]): Vector[] {
  const determinant = cross(a, b).reduce((sum, value, i) => sum + value * c[i], 0);
  return [cross(b, c), cross(c, a), cross(a, b)].map((row): Vector => [
    row[0] / determinant,
    row[1] / determinant,
    row[2] / determinant,
  ]);
}

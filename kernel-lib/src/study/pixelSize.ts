import { readTiffTags, type TiffTags } from "./tiffTags.js";

/** How large a pixel of an image file is on the slide. */
export interface PixelSize {
  /** µm a pixel; 0.5 at 20x. */
  micrometres: number;
  /** Which entry of the file says so. */
  source: string;
}

/** µm a pixel at 1x: scanners give 0.5 at 20x and 0.25 at 40x. */
const micrometresAtOnce = 10;

/** µm a pixel that a microscope can make; a TIFF's resolution beyond them is meant for a printer. */
const [finest, coarsest] = [0.05, 20];

/**
 * How large a pixel of an image file is, as the scanner wrote it into the file: Aperio's MPP or AppMag, OME's
 * PhysicalSizeX, or the resolution of a TIFF where it is one that a microscope can have.
 *
 * @returns null where the file does not say
 * @example
 * await createSample("study");
 * await readPixelSize("study/images/GT2012154_1001.tif"); // => null
 */
export async function readPixelSize(path: string): Promise<PixelSize | null> {
  const tags = await readTiffTags(path);
  return tags && pixelSizeOf(tags);
}

/**
 * The magnification of an objective with which a pixel is so large.
 *
 * @param micrometres µm a pixel
 * @example
 * magnificationOf(0.5); // => 20
 */
export function magnificationOf(micrometres: number): number {
  return micrometresAtOnce / micrometres;
}

/**
 * The scale that turns pixels of one size into working pixels of another one: the one that one would choose, if there is one within a
 * twentieth, 0.5 rather than 0.499.
 *
 * @param micrometres µm a pixel of the file
 * @param working µm a working pixel
 * @example
 * fittingScale(0.499, 1); // => 0.5
 */
export function fittingScale(micrometres: number, working: number): number {
  const scale = micrometres / working;
  const plain = 2 ** Math.round(Math.log2(scale));
  return Math.abs(plain / scale - 1) <= 0.05 ? plain : Number(scale.toPrecision(3));
}

/** Reads the size of a pixel from a TIFF's tags. */
export function pixelSizeOf({
  description = "",
  resolution,
  resolutionUnit,
}: Omit<TiffTags, "tiled">): PixelSize | null {
  const found = fromAperio(description) ?? fromOme(description) ?? fromImageJ(description, resolution);
  if (found) return found;
  if (resolution === undefined || resolutionUnit === undefined) return null;
  const micrometres = (resolutionUnit === "inch" ? 25_400 : 10_000) / resolution;
  return sensible(micrometres, "the TIFF's resolution");
}

/** `Aperio Image Library v10.0.51 ... |AppMag = 20|StripeWidth = 2040|MPP = 0.4990` */
function fromAperio(description: string): PixelSize | null {
  const entry = (name: string): number =>
    Number(new RegExp(`\\b${name}\\s*=\\s*([\\d.]+)`).exec(description)?.[1]);
  return (
    sensible(entry("MPP"), "Aperio's MPP") ?? sensible(micrometresAtOnce / entry("AppMag"), "Aperio's AppMag")
  );
}

/** OME's XML: `<Pixels PhysicalSizeX="0.5" PhysicalSizeXUnit="µm" ...>`; µm where it names no unit. */
function fromOme(description: string): PixelSize | null {
  if (!/<OME[\s>]/.test(description)) return null;
  const attribute = (name: string): string | undefined =>
    new RegExp(`\\b${name}="([^"]*)"`).exec(description)?.[1];
  return sensible(
    Number(attribute("PhysicalSizeX")) * inMicrometres(attribute("PhysicalSizeXUnit") ?? "µm"),
    "OME's PhysicalSizeX",
  );
}

/** ImageJ's description names the unit of the TIFF's resolution: `ImageJ=1.53t\nunit=micron`. */
function fromImageJ(description: string, resolution = NaN): PixelSize | null {
  const unit = /^ImageJ=[^]*^unit=(.+)$/m.exec(description)?.[1];
  return unit === undefined ? null : sensible(inMicrometres(unit.trim()) / resolution, "ImageJ's unit");
}

const units: readonly [micrometres: number, names: RegExp][] = [
  [1, /^([µμ]m|\\u00B5m|um|microns?|micrometers?)$/i],
  [0.001, /^(nm|nanometers?)$/i],
  [1000, /^(mm|millimeters?)$/i],
  [10_000, /^(cm|centimeters?)$/i],
];

/** A unit of length in µm; not a number for one that is not known. */
function inMicrometres(unit: string): number {
  return units.find(([, names]) => names.test(unit))?.[0] ?? NaN;
}

function sensible(micrometres: number, source: string): PixelSize | null {
  return micrometres >= finest && micrometres <= coarsest ? { micrometres, source } : null;
}

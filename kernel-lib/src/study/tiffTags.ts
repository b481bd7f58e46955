import { closeSync, openSync, readSync } from "node:fs";

/** What of a TIFF's tags is of interest; what the file does not say is undefined. */
export interface TiffTags {
  /** Whether its pixels lie in tiles, so that a part can be read without the rest. */
  tiled: boolean;
  /** Programs write down here what they know of the scan. */
  description: string | undefined;
  /** Pixels per `resolutionUnit`. */
  resolution: number | undefined;
  resolutionUnit: "inch" | "centimetre" | undefined;
}

/** Reads the tags of a TIFF's first picture; null for another kind of file and for one that can't be read. */
export async function readTiffTags(path: string): Promise<TiffTags | null> {
  if (!isTiff(path)) return null;
  // Loaded with the first picture: a notebook's import of the library does not wait for it.
  const { fromFile } = await import("geotiff");
  const file = await fromFile(path).catch(() => null);
  if (!file) return null;
  try {
    const picture = await file.getImage(0);
    const tags = picture.fileDirectory;
    const unit = await tags.loadValue("ResolutionUnit");
    // A fraction; the package's types know of a number alone.
    const fraction = (await tags.loadValue("XResolution")) as unknown as ArrayLike<number> | undefined;
    const resolution = fraction ? fraction[0] / fraction[1] : NaN;
    return {
      tiled: picture.isTiled,
      description: (await tags.loadValue("ImageDescription"))?.replace(/\0.*$/s, ""),
      resolution: Number.isFinite(resolution) && resolution > 0 ? resolution : undefined,
      resolutionUnit: unit === 3 ? "centimetre" : unit === 2 ? "inch" : undefined,
    };
  } catch {
    // The step that decodes the image says what is wrong with it.
    return null;
  } finally {
    await file.close();
  }
}

/** Whether a file begins as TIFFs do: II or MM, and 42 or, above 4 GB, 43. */
function isTiff(path: string): boolean {
  const start = Buffer.alloc(4);
  try {
    const file = openSync(path, "r");
    readSync(file, start, 0, 4, 0);
    closeSync(file);
  } catch {
    return false;
  }
  return ["II*\0", "MM\0*", "II+\0", "MM\0+"].includes(start.toString("latin1"));
}

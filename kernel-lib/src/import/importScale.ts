import { HistobookError, numberOption } from "../foundation/index.js";
import { fittingScale, magnificationOf, readPixelSize } from "../study/index.js";

/** How the working scale is said. */
export interface ScaleOptions {
  /** Working pixels per pixel of the image files. */
  scale?: number;
  /** Of the image files, e.g. 20; the tutorial's patches are cut at 10x. */
  magnification?: number;
}

/** The scale of a study, and who says so. */
export interface ImportScale {
  /** Null when nobody says it: step 1 then takes its default. */
  scale: number | null;
  /** In words for people. */
  because: string;
}

/** At which the tutorial works. */
const workingMagnification = 10;

/** Scanners of one magnification differ by up to a tenth; 20x and 40x by a factor of 2. */
const tolerance = 1.25;

/**
 * The scale at which imported images are worked with: what is said, or else what brings the magnification that the images' own tags
 * tell to the tutorial's 10x.
 *
 * @throws HistobookError `BadOption`; `BadInput` when the images were scanned at different magnifications.
 */
export async function importScale(paths: readonly string[], options: ScaleOptions): Promise<ImportScale> {
  const { scale, magnification } = options;
  if (scale !== undefined && magnification !== undefined) {
    throw new HistobookError("BadOption", {
      subject: "--magnification",
      found: "--scale as well",
      expected: "one of the two",
      fix: "leave one of them out",
    });
  }
  if (scale !== undefined) {
    return { scale: numberOption("--scale", scale, { minimum: 0.001, maximum: 4 }), because: "as you said" };
  }
  if (magnification !== undefined) {
    const times = numberOption("--magnification", magnification, { minimum: 2.5, maximum: 100 });
    return { scale: workingMagnification / times, because: `${times}x, as you said, to 10x` };
  }
  const sizes = await Promise.all(paths.map((path) => readPixelSize(path)));
  const known = sizes
    .flatMap((size, index) => (size ? [{ path: paths[index], ...size }] : []))
    .sort((one, other) => one.micrometres - other.micrometres);
  if (known.length === 0) return { scale: null, because: "no image file says its magnification" };
  const [finest, coarsest] = [known[0], known[known.length - 1]];
  if (coarsest.micrometres / finest.micrometres > tolerance) {
    throw new HistobookError("BadInput", {
      subject: coarsest.path,
      found: `${times(coarsest.micrometres)} by ${coarsest.source}, and ${times(finest.micrometres)} in ${finest.path}`,
      expected: "images of one magnification",
      fix: "import them into studies of their own, or give --scale if the files are wrong",
    });
  }
  const { micrometres, source } = known[Math.floor(known.length / 2)];
  return {
    scale: fittingScale(micrometres, magnificationOf(workingMagnification)),
    because: `${times(micrometres)} by ${source}, to 10x`,
  };
}

function times(micrometres: number): string {
  return `${Number(magnificationOf(micrometres).toPrecision(3))}x`;
}

import type { RunOptions } from "../foundation/index.js";
import type { ScaleOptions } from "./importScale.js";
import type { PatientOptions } from "./patients.js";

/** The options of `importImages`, as the command line names them. */
export interface ImportOptions extends RunOptions, PatientOptions, ScaleOptions {
  /** Which files are images, relative to the folder; default `*.{tif,tiff,png,jpg,jpeg}`. See `docs/how-to/own-data.md`. */
  images?: string;
  /** Which files are masks, relative to the folder; default `{name}_mask.png`, the tutorial's. */
  masks?: string;
  /** In place of masks: which files are annotations as GeoJSON, e.g. of QuPath. */
  geoJson?: string;
  /** What is class 1: grey values or colours of the masks (`1`, `128-255`, `#ff0000`), or QuPath's classes (`Tumor`). */
  classes?: readonly string[];
  /** Where the images come from and under which licence; it is shown beside them. */
  source?: string;
  /** Links to the images instead of copying them; default false. */
  link?: boolean;
  /** Imports what can be imported although other images have problems; default false. */
  skipProblems?: boolean;
  /** Writes nothing, and says what would be written; default false. */
  dryRun?: boolean;
}

import type { Command } from "commander";
import { HistobookError } from "../foundation/index.js";
import { importImages, type ImportedImage, type ImportOptions } from "../import/index.js";
import { newCommand, perform, toNumber } from "./command.js";

interface Options extends Omit<ImportOptions, "classes"> {
  geojson?: string;
  class?: string[];
  json?: boolean;
}

/** `histobook import FOLDER STUDY`: your own images and masks into a study */
export function importCommand(): Command {
  return newCommand("import", "put your own images and masks, or QuPath's annotations, into a study")
    .argument("<folder>", "where your files are; the patterns start there")
    .argument("<study>", "the study folder, new or old")
    .argument("[others...]", "nothing more")
    .option("--images <pattern>", "which files are images, between quotes ('*.{tif,tiff,png,jpg,jpeg}')")
    .option("--masks <pattern>", "which files are masks ('{name}_mask.png')")
    .option("--geojson <pattern>", "in place of masks: which files are annotations as GeoJSON")
    .option("--class <values>", "what is class 1: 1, 128-255, '#ff0000', or QuPath's classes", toWords)
    .option("--patient <expression>", "finds the patient in an image's path (what stands before the first _)")
    .option("--patients <table>", "a CSV file with the columns name and patient")
    .option("--magnification <times>", "of the images, e.g. 20 (what their files say)", toNumber)
    .option("--scale <factor>", "working pixels per pixel of the file, in place of --magnification", toNumber)
    .option("--source <text>", "where the images come from and their licence; shown beside them")
    .option("--link", "link to the images instead of copying them")
    .option("--skip-problems", "import what can be imported, and name the rest")
    .option("--dry-run", "show the pairs and all problems, and write nothing")
    .action((folder: string, study: string, others: string[], options: Options) =>
      perform(options, async (run) => {
        if (others.length > 0) throw unquoted(others);
        const { geojson, class: classes, ...rest } = options;
        const result = await importImages(folder, study, { ...rest, geoJson: geojson, classes, ...run });
        const patients = new Set(result.images.map(({ patient }) => patient)).size;
        const kept = result.images.filter((image) => image.kept).length;
        const counts = `${result.images.length} images of ${patients} patients`;
        return {
          data: { step: "import", dryRun: options.dryRun === true, ...result },
          lines: [
            ...(options.dryRun === true ? result.images.map(pairLine) : []),
            options.dryRun === true
              ? `${counts} would be in ${result.directory}; nothing was written.`
              : `${counts} in ${result.directory}/images${kept > 0 ? ` (${kept} were there before)` : ""}.`,
            scaleLine(result),
          ],
          skipped: result.skipped,
        };
      }),
    );
}

function toWords(text: string): string[] {
  return text.split(",").map((word) => word.trim());
}

function pairLine({ name, patient, image, annotation, width, height, share }: ImportedImage): string {
  const percent = (100 * share).toFixed(1);
  return `${name}: ${image} + ${annotation}, patient ${patient}, ${width} x ${height} pixels, ${percent} % class 1`;
}

function scaleLine({ scale, scaleFrom }: { scale: number | null; scaleFrom: string }): string {
  return scale === null
    ? `Scale: ${scaleFrom}; step 1 will take 0.5, which is right for 20x. Give --magnification if it is another.`
    : `Scale: ${scale} (${scaleFrom}).`;
}

/** A shell has put files' names in the place of a pattern. */
function unquoted(others: readonly string[]): HistobookError {
  return new HistobookError("BadOption", {
    subject: "import",
    found: `${others.length} more words behind FOLDER and STUDY (${others[0]} …)`,
    expected: "none",
    fix: "put each pattern between single quotes, so that the shell hands it over as it is",
  });
}

import { writeWholeFile } from "../foundation/index.js";
import type { ProbabilityMap } from "./probabilityMap.js";

/**
 * Writes a TIFF of 16 bits grey: 65,535 times the probability of epithelium, in 257 times finer steps than `_prob.png`. A pixel
 * that was not predicted is 0.
 */
export async function writeProbabilityTiff(
  path: string,
  { width, height, epithelium }: ProbabilityMap,
): Promise<void> {
  const { default: sharp } = await import("sharp");
  const levels = Uint16Array.from(epithelium, (probability) => Math.round(65_535 * (probability || 0)));
  const picture = sharp(levels, { raw: { width, height, channels: 1 } })
    .toColourspace("grey16")
    .tiff({ compression: "deflate", predictor: "horizontal" });
  writeWholeFile(path, await picture.toBuffer());
}

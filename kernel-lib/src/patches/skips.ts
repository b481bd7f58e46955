import { join } from "node:path";
import { HistobookError, type Skipped } from "../foundation/index.js";
import type { Case } from "../study/index.js";
import type { MaskedCase } from "./extract.js";
import type { ImageRecord } from "./record.js";

/** An image whose mask is missing. */
export function withoutMask(one: Case): Skipped {
  return {
    file: one.imagePath,
    reason: `${one.imagePath}: found no ${one.name}_mask.png beside it, expected a mask in which white is epithelium; add the mask or move the image away.`,
    topic: "images",
  };
}

/** An image that could be read and gave no patch. */
export function withoutPatches(one: MaskedCase, why: NonNullable<ImageRecord["empty"]>): Skipped {
  const reasons = {
    mask: `${one.maskPath}: found no white pixel, expected epithelium marked in white; mark it, or move the image away.`,
    white: `${one.imagePath}: found only white where the mask says epithelium, expected stained tissue; check that image and mask belong together.`,
    rule: `${one.imagePath}: found no centre of class 1 by the region rule, expected some; correct the rule, or move the image away.`,
  };
  return { file: one.imagePath, reason: reasons[why], topic: why === "mask" ? "masks" : "images" };
}

/** The error when every image was skipped: it quotes the first few reasons. */
export function nothingUsable(directory: string, skipped: Skipped[]): HistobookError {
  const reasons = skipped.slice(0, 3).map(({ reason }) => reason);
  if (skipped.length > reasons.length) reasons.push(`(${skipped.length - reasons.length} more)`);
  return new HistobookError("BadInput", {
    subject: join(directory, "images"),
    topic: "folders",
    found: `no image that gives patches: ${reasons.join(" ")}`,
    expected: "at least one image with epithelium marked in its mask",
    fix: "mend the images that are named here",
  });
}

import { HistobookError } from "../foundation/index.js";
import type { Case } from "./cases.js";
import type { Study } from "./study.js";

type Masked = Case & { maskPath: string };

/**
 * Finds an image of a study by its name.
 *
 * @param options.masked the image must have a mask
 * @throws HistobookError `BadInput`, naming what is there instead.
 */
export function caseNamed(study: Study, name: string, options: { masked: true }): Masked;
export function caseNamed(study: Study, name: string): Case;
export function caseNamed(study: Study, name: string, { masked = false } = {}): Case {
  const found = study.cases.find((one) => one.name === name);
  if (found && (!masked || found.maskPath !== null)) return found;
  const names = study.cases.slice(0, 3).map((one) => one.name);
  throw new HistobookError("BadInput", {
    subject: `image "${name}"`,
    topic: "names",
    found: found ? "no mask" : "no such image in the study",
    expected: found ? `${name}_mask.png beside it` : `one of ${study.cases.length}, e.g. ${names.join(", ")}`,
    fix: found ? "add the mask or name another image" : "correct the name",
  });
}

import { HistobookError, numberOption } from "../foundation/index.js";
import type { ModelFiles } from "./files.js";

/**
 * The scale at which images are shown to a model: an explicit one, else the model's, else the fallback.
 *
 * @throws HistobookError `BadOption`, or `ScaleMismatch` when an explicit scale is not the model's.
 */
export function modelScale<Fallback>(
  files: ModelFiles,
  explicit: number | undefined,
  fallback: () => Fallback,
): number | Fallback {
  if (explicit !== undefined) numberOption("--scale", explicit, { minimum: 0.001, maximum: 4 });
  if (files.scale === undefined) return explicit ?? fallback();
  if (explicit === undefined || explicit === files.scale) return files.scale;
  throw new HistobookError("ScaleMismatch", {
    subject: "--scale",
    found: `${explicit} for a model trained at scale ${files.scale}`,
    expected: "the magnification at which the model was trained",
    fix: `leave --scale out or give --scale ${files.scale}, or train at ${explicit} from step 1 on`,
  });
}

import type { LayerParameter } from "../../caffe/index.js";
import { HistobookError } from "../../foundation/index.js";

/** The sentence for a network that can't compute all windows of an image at once. */
export function noDenseForm(layer: LayerParameter, found: string, expected: string): HistobookError {
  return new HistobookError("Unsupported", {
    subject: `layer "${layer.name}"`,
    found: `${found}, which has no dense form`,
    expected,
    fix: "use --mode window or adaptive with this network",
  });
}

import type { LayerParameter } from "../../caffe/index.js";
import { canonicalAxis, valuesIn } from "./axes.js";
import { unsupported, type Shape } from "./layer.js";

/**
 * The number of classes of a layer that compares scores with labels: the scores' channels, of which there must be a
 * set for each label.
 *
 * @throws HistobookError `Unsupported` when scores and labels don't fit, or the classes lie along another axis.
 */
export function classCount(layer: LayerParameter, [scores, labels]: Shape[], axis: number): number {
  const classes = scores.at(0);
  const places = valuesIn(scores.slice(1));
  if (classes === undefined || places !== valuesIn(labels)) {
    throw unsupported(layer, `scores of shape [${scores.join(", ")}]`, "one score a class for each label");
  }
  if (canonicalAxis(layer, axis, scores) !== 1) throw unsupported(layer, `axis: ${axis}`, "axis: 1");
  return classes;
}

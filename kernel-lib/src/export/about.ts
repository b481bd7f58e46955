import { version } from "../version.js";
import { endNames } from "./network.js";
import type { Graph } from "./graph.js";

/** What a reader of an exported network must know and can't see in it. */
export interface ExportFacts {
  /** The .caffemodel. */
  model: string;
  /** Working pixels per pixel of the images that it was trained on; null when nobody knows. */
  scale: number | null;
  /** True when the mean image is subtracted within the network. */
  mean: boolean;
}

/** How patches lie in a batch: channels before rows and columns (ONNX) or behind them (TensorFlow.js). */
export type PatchLayout = "NCHW" | "NHWC";

/** What an exported file says of itself, by keyword; everything is text. */
export type ExportNotes = Record<string, string>;

/** The classes of a network of two, by their numbers. */
const tissueClasses = ["other tissue", "epithelium"];

/** Writes down how a network is used. */
export function notesOf(
  { inputs: [input], outputs: [output] }: Graph,
  layout: PatchLayout,
  facts: ExportFacts,
): ExportNotes {
  const size = input.shape[1];
  const [classes] = output.shape;
  const patches = layout === "NCHW" ? `N x 3 x ${size} x ${size}` : `N x ${size} x ${size} x 3`;
  return {
    made_by: `histobook ${version}`,
    model: facts.model,
    input: `${endNames.input}: float32, ${patches} (${layout}), red, green, blue, grey levels 0 to 255`,
    output: `${endNames.output}: float32, N x ${output.shape.join(" x ")}, the probability of each class`,
    patch_size: String(size),
    classes: JSON.stringify(
      classes === 2 ? tissueClasses : Array.from({ length: classes }, (_, index) => `class ${index}`),
    ),
    mean: facts.mean ? "subtracted within the network" : "none",
    scale: facts.scale === null ? "unknown" : String(facts.scale),
    scale_meaning:
      "shrink an image by this factor before cutting patches: working pixels per pixel of the training images",
  };
}

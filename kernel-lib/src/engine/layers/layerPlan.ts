import type { FillerParameter, LayerParameter } from "../../caffe/index.js";
import { HistobookError } from "../../foundation/index.js";
import type { Layout } from "../layout.js";

/** A blob's dimensions without the batch's: [channels, height, width], or [length], or [] for one number. */
export type Shape = readonly number[];

/** One blob of a layer that a model holds: its weights, its bias, its statistics. */
export interface ParameterPlan {
  /** Caffe's shape, e.g. [32, 3, 5, 5] (outputs, inputs, height, width). */
  shape: number[];
  layout: Layout;
  filler: FillerParameter | undefined;
  /** What it is filled with when it has no filler; Caffe's default is 0. */
  initial?: number;
  /** Multiplies the solver's learning rate (`lr_mult`, formerly `blobs_lr`); 0 for what is not learned. */
  rateMultiplier: number;
  /** Multiplies the solver's weight decay (`decay_mult`). */
  decayMultiplier: number;
  /** The layer, and the number of its blob, that this one is: several layers may share a blob by its name. */
  owner?: { layer: string; index: number };
}

/** The multipliers of a layer's n-th blob: `param { lr_mult decay_mult }`, each 1 when it isn't given. */
export function multipliers(
  layer: LayerParameter,
  index: number,
): Pick<ParameterPlan, "rateMultiplier" | "decayMultiplier"> {
  const given = layer.param.at(index);
  return { rateMultiplier: given?.lrMult ?? 1, decayMultiplier: given?.decayMult ?? 1 };
}

/** The sentence for a layer's setting that histobook does not know. */
export function unsupported(layer: LayerParameter, found: string, expected: string): HistobookError {
  return new HistobookError("Unsupported", {
    subject: `layer "${layer.name}"`,
    found,
    expected,
    fix: "change the prototxt, or open an issue that names this network",
  });
}

/**
 * Tells whether a prototxt gives a field; one that it leaves out lies on the prototype, as Caffe's default.
 *
 * @example
 * const net = parseNet('layer { name: "d" type: "Dropout" dropout_param { } }', "example");
 * isGiven(net.layer[0].dropoutParam, "dropoutRatio"); // => false
 */
export function isGiven<Message extends object>(
  message: Message | undefined,
  field: keyof Message & string,
): message is Message {
  return message !== undefined && Object.hasOwn(message, field);
}

/** The three numbers of a spatial shape. */
export function spatial(layer: LayerParameter, shape: Shape): [number, number, number] {
  if (shape.length === 3) return [shape[0], shape[1], shape[2]];
  throw unsupported(layer, `an input of shape [${shape.join(", ")}]`, "[channels, height, width]");
}

/** What most layers' `shapes` is: the top has its bottom's shape. */
export function sameShapes(_: LayerParameter, bottoms: Shape[]): Shape[] {
  return bottoms;
}

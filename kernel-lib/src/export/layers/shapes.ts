import { isGiven } from "../../engine/index.js";
import type { Value } from "../graph.js";
import type { LayerExporter } from "./layer.js";

/** Caffe's FLATTEN and RESHAPE: the same values in another shape. */
export const reshaping: LayerExporter = ({ bottoms: [input], tops: [shape], graph }) => [
  graph.add("", { kind: "reshaped", input }, shape),
];

/** Caffe's CONCAT: blobs one after the other along an axis, by default the channels'. */
export const concatenation: LayerExporter = ({ layer, bottoms, tops: [shape], graph }) => {
  const parameter = layer.concatParam;
  // The field's old name.
  const old = isGiven(parameter, "concatDim") ? parameter.concatDim : undefined;
  const along = fromBatch(old ?? parameter?.axis ?? 1, bottoms[0]);
  return [graph.add("", { kind: "concatenation", axis: along, inputs: bottoms }, shape)];
};

/** Caffe's SLICE: the parts of a blob along an axis, by default the channels'. */
export const slice: LayerExporter = ({ layer, bottoms: [input], tops, graph }) => {
  const parameter = layer.sliceParam;
  const old = isGiven(parameter, "sliceDim") ? parameter.sliceDim : undefined;
  const along = fromBatch(old ?? parameter?.axis ?? 1, input);
  let start = 0;
  return tops.map((shape) => {
    const length = shape[along - 1];
    const part = graph.add("", { kind: "part", axis: along, start, length, input }, shape);
    start += length;
    return part;
  });
};

/** Caffe's SPLIT: one blob under several names. */
export const split: LayerExporter = ({ layer, bottoms: [input] }) => layer.top.map(() => input);

/** Caffe's SILENCE makes nothing. */
export const silence: LayerExporter = () => [];

/** Caffe's DROPOUT drops nothing outside training. */
export const dropout: LayerExporter = ({ bottoms }) => bottoms;

/** An axis that counts from the batch's where a prototxt counts from the end. */
export function fromBatch(axis: number, { shape }: Value): number {
  return axis < 0 ? axis + shape.length + 1 : axis;
}

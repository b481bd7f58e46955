import type { LayerParameter } from "../../caffe/index.js";
import { axisWithinImage, tensorAxis } from "./axes.js";
import { isGiven, unsupported, type LayerKind, type Shape } from "./layer.js";

/** Caffe's CONCAT: blobs one after the other along an axis, by default the channels'. */
export const concatenation: LayerKind = {
  bottoms: [1, Infinity],
  shapes(layer, bottoms) {
    const axis = concatenationAxis(layer, bottoms[0]);
    const [first, ...others] = bottoms;
    for (const shape of others) {
      const fits =
        shape.length === first.length && first.every((length, i) => i === axis - 1 || length === shape[i]);
      if (fits) continue;
      throw unsupported(
        layer,
        `inputs of shapes [${first.join(", ")}] and [${shape.join(", ")}]`,
        `inputs that differ along axis ${axis} alone`,
      );
    }
    const length = bottoms.reduce((sum, shape) => sum + shape[axis - 1], 0);
    return [first.map((one, i) => (i === axis - 1 ? length : one))];
  },
  run({ tf, layer, shapes, bottoms }) {
    const axis = concatenationAxis(layer, shapes[0]);
    return [bottoms.length === 1 ? bottoms[0] : tf.concat(bottoms, tensorAxis(axis, bottoms[0].rank))];
  },
};

/** Caffe's SLICE: cuts a blob along an axis, by default the channels', at `slice_point` or into equal parts. */
export const slice: LayerKind = {
  bottoms: 1,
  shapes(layer, [bottom]) {
    const axis = sliceAxis(layer, bottom);
    return partLengths(layer, bottom[axis - 1]).map((length) =>
      bottom.map((one, i) => (i === axis - 1 ? length : one)),
    );
  },
  run({ tf, layer, shapes: [shape], bottoms: [input] }) {
    const axis = sliceAxis(layer, shape);
    return tf.split(input, partLengths(layer, shape[axis - 1]), tensorAxis(axis, input.rank));
  },
};

function concatenationAxis(layer: LayerParameter, shape: Shape): number {
  const parameter = layer.concatParam;
  const old = isGiven(parameter, "concatDim") ? parameter.concatDim : undefined;
  return axisWithinImage(layer, old ?? parameter?.axis ?? 1, shape);
}

function sliceAxis(layer: LayerParameter, shape: Shape): number {
  const parameter = layer.sliceParam;
  const old = isGiven(parameter, "sliceDim") ? parameter.sliceDim : undefined;
  return axisWithinImage(layer, old ?? parameter?.axis ?? 1, shape);
}

function partLengths(layer: LayerParameter, length: number): number[] {
  const parts = layer.top.length;
  const points = layer.sliceParam?.slicePoint ?? [];
  if (points.length === 0) {
    if (length % parts === 0) return layer.top.map(() => length / parts);
    throw unsupported(
      layer,
      `${parts} tops for a length of ${length}`,
      "slice_point, or tops that divide it",
    );
  }
  const ends = [...points, length];
  const lengths = ends.map((end, i) => end - (i === 0 ? 0 : ends[i - 1]));
  if (ends.length === parts && lengths.every((one) => one > 0)) return lengths;
  throw unsupported(
    layer,
    `slice_point ${points.join(", ")} for ${parts} tops and a length of ${length}`,
    "one point fewer than tops, each larger than the one before",
  );
}

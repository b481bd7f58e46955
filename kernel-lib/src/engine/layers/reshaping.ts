import type { LayerParameter } from "../../caffe/index.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { axisWithinImage, canonicalAxis, channelsFirst, channelsLast, valuesIn } from "./axes.js";
import { unsupported, type LayerKind, type Shape } from "./layer.js";

/** Caffe's FLATTEN: the axes from `axis` to `end_axis` become one, by default all but the batch's. */
export const flatten: LayerKind = {
  bottoms: 1,
  shapes(layer, [bottom]) {
    const { axis = 1, endAxis = -1 } = layer.flattenParam ?? {};
    const first = axisWithinImage(layer, axis, bottom);
    const end = canonicalAxis(layer, endAxis, bottom);
    if (end < first) throw unsupported(layer, `end_axis: ${endAxis}`, `an axis from ${first} on`);
    return [[...bottom.slice(0, first - 1), valuesIn(bottom.slice(first - 1, end)), ...bottom.slice(end)]];
  },
  run: ({ tf, layer, shapes, bottoms }) => [inShape(tf, bottoms[0], flatten.shapes(layer, shapes)[0])],
};

/**
 * Caffe's RESHAPE: the same values in other dimensions, in Caffe's order (channels, rows, columns); 0 keeps a
 * dimension, -1 is worked out from the others. The batch's dimension stays the first.
 */
export const reshape: LayerKind = {
  bottoms: 1,
  shapes(layer, [bottom]) {
    const { axis = 0, numAxes = -1, shape } = layer.reshapeParam ?? {};
    const axes = bottom.length + 1;
    const first = axis < 0 ? axis + axes + 1 : axis;
    const end = numAxes === -1 ? axes : first + numAxes;
    if (first < 0 || first > axes || end > axes) {
      throw unsupported(layer, `axis: ${axis} and num_axes: ${numAxes}`, `axes of an input that has ${axes}`);
    }
    const wanted = (shape?.dim ?? []).map(Number);
    // The batch's dimension is free here, as 0 keeps it.
    const old = [0, ...bottom];
    const dimensions = [
      ...old.slice(0, first),
      ...replacements(layer, wanted, old, first),
      ...old.slice(end),
    ];
    return [completed(layer, dimensions, valuesIn(bottom))];
  },
  run: ({ tf, layer, shapes, bottoms }) => [inShape(tf, bottoms[0], reshape.shapes(layer, shapes)[0])],
};

/** The new dimensions: a 0 keeps the old one at its place. */
function replacements(layer: LayerParameter, wanted: number[], old: number[], first: number): number[] {
  return wanted.map((length, i) => {
    if (length !== 0) return length;
    if (first + i < old.length) return old[first + i];
    throw unsupported(layer, "dim: 0 beyond its input's axes", "0 where the input has an axis");
  });
}

/** Works out what -1 stands for, and takes the batch's dimension off. */
function completed(layer: LayerParameter, dimensions: number[], values: number): Shape {
  const [batch, ...image] = dimensions;
  const described = `a shape of ${dimensions.join(", ")} for ${values} values an image`;
  const inferred = dimensions.filter((length) => length === -1).length;
  const known = valuesIn(image.filter((length) => length !== -1));
  const isWhole = inferred === 1 && batch !== -1 ? values % known === 0 : values === known;
  if ((batch !== 0 && batch !== -1) || inferred > 1 || !isWhole) {
    throw unsupported(layer, described, "the batch first (dim: 0), and as many values as before");
  }
  return image.map((length) => (length === -1 ? values / known : length));
}

function inShape(tf: TensorFlow, input: Tensor, shape: Shape): Tensor {
  return channelsLast(tf, tf.reshape(channelsFirst(tf, input), [input.shape[0], ...shape]));
}

import { LRNParameter_NormRegion } from "../caffe/index.js";
import { convolutionWindow, poolingAxes, type NetworkPlan, type PlannedLayer } from "../engine/index.js";

/** Along one axis of the patch: which pixels the blob's first value sees, and how far apart neighbouring values look. */
interface Seen {
  first: number;
  last: number;
  /** In pixels. */
  step: number;
}

/** What a layer moves over its input, along one axis. */
interface Window {
  kernel: number;
  stride: number;
  pad: number;
  dilation: number;
}

/**
 * The side, in pixels, of the part of a patch that decides one value, for each layer whose values see less than all of it.
 *
 * Where branches meet, a value sees what any of them sees. Height and width may differ; the larger counts.
 *
 * @param size side of the patch in pixels
 */
export function receptiveFields({ layers, inputs }: NetworkPlan, size: number): Map<string, number> {
  const blobs = new Map<string, readonly [Seen, Seen]>();
  for (const [top, shape] of inputs) {
    const pixel = { first: 0, last: 0, step: 1 };
    if (shape.length === 3) blobs.set(top, [pixel, pixel]);
  }
  const fields = new Map<string, number>();
  for (const planned of layers) {
    const { layer, tops } = planned;
    const seen = layer.bottom.flatMap((bottom) => {
      const axes = blobs.get(bottom);
      return axes ? [axes] : [];
    });
    if (tops[0]?.length !== 3 || seen.length < layer.bottom.length) {
      // What is no map of the patch any more sees all of it, and so does what is made from it.
      for (const top of layer.top) blobs.delete(top);
      continue;
    }
    const axis = (index: 0 | 1): Seen =>
      through(joined(seen.map((axes) => axes[index])), windowOf(planned, index));
    const both = [axis(0), axis(1)] as const;
    for (const top of layer.top) blobs.set(top, both);
    const field = Math.max(...both.map(({ first, last }) => last - first + 1));
    if (field < size) fields.set(layer.name, field);
  }
  return fields;
}

function joined(all: readonly Seen[]): Seen {
  return {
    first: Math.min(...all.map(({ first }) => first)),
    last: Math.max(...all.map(({ last }) => last)),
    step: all[0].step,
  };
}

function through({ first, last, step }: Seen, { kernel, stride, pad, dilation }: Window): Seen {
  return {
    first: first - pad * step,
    last: last + (dilation * (kernel - 1) - pad) * step,
    step: step * stride,
  };
}

function windowOf({ layer, bottoms }: PlannedLayer, index: 0 | 1): Window {
  if (layer.type === "Convolution") {
    const { kernel, stride, pad, dilation } = convolutionWindow(layer);
    return { kernel: kernel[index], stride: stride[index], pad: pad[index], dilation: dilation[index] };
  }
  if (layer.type === "Pooling") {
    const { kernel, stride, pad } = poolingAxes(layer, bottoms[0])[index];
    return { kernel, stride, pad, dilation: 1 };
  }
  const { localSize = 5, normRegion } = layer.lrnParam ?? {};
  const isSquare = layer.type === "LRN" && normRegion === LRNParameter_NormRegion.WITHIN_CHANNEL;
  const kernel = isSquare ? localSize : 1;
  return { kernel, stride: 1, pad: (kernel - 1) / 2, dilation: 1 };
}

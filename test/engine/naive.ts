/**
 * Caffe's layers as plain loops in double precision, one image at a time: slow, and easy to compare with Caffe's
 * source. The engines are tested against it.
 */
import { PoolingParameter_PoolMethod, type LayerParameter } from "../../kernel-lib/dist/caffe/index.js";
import type { NetworkPlan } from "../../kernel-lib/dist/engine/index.js";

/** Values in the order of `shape`, the last dimension fastest: channels, rows, columns. */
export interface NaiveBlob {
  shape: number[];
  data: Float64Array;
}

type NaiveWeights = ReadonlyMap<string, readonly NaiveBlob[]>;

const blank = (...shape: number[]): NaiveBlob => ({
  shape,
  data: new Float64Array(shape.reduce((product, length) => product * length, 1)),
});

/** Every layer's top for one image, in the order of the layers; in-place layers don't hide what was before. */
export function runNaively(
  plan: NetworkPlan,
  weights: NaiveWeights,
  inputs: ReadonlyMap<string, NaiveBlob>,
): NaiveBlob[] {
  const blobs = new Map(inputs);
  return plan.layers.map(({ layer }) => {
    const run = layers[layer.type];
    const bottoms = layer.bottom.map((bottom) => blobs.get(bottom)!);
    const top = run(bottoms, layer, weights.get(layer.name) ?? []);
    blobs.set(layer.top[0], top);
    return top;
  });
}

type NaiveLayer = (bottoms: NaiveBlob[], layer: LayerParameter, weights: readonly NaiveBlob[]) => NaiveBlob;

const eachValue =
  (change: (value: number, layer: LayerParameter) => number): NaiveLayer =>
  ([{ shape, data }], layer) => ({ shape, data: data.map((value) => change(value, layer)) });

const softmax: NaiveLayer = ([{ shape, data }]) => {
  const largest = Math.max(...data);
  const powers = data.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return { shape, data: powers.map((power) => power / sum) };
};

const layers: Record<string, NaiveLayer> = {
  Convolution: ([bottom], { convolutionParam }, [filters, bias]) => {
    const { kernelSize, stride, pad, dilation } = convolutionParam!;
    const [channels, height, width] = bottom.shape;
    const [outputs, , rows, columns] = filters.shape;
    const [step, margin, spread] = [stride[0] ?? 1, pad[0] ?? 0, dilation[0] ?? 1];
    const size = (length: number) =>
      Math.floor((length + 2 * margin - (spread * (kernelSize[0] - 1) + 1)) / step) + 1;
    const top = blank(outputs, size(height), size(width));
    let target = 0;
    for (let o = 0; o < outputs; o++)
      for (let y = 0; y < top.shape[1]; y++)
        for (let x = 0; x < top.shape[2]; x++) {
          let sum = bias ? bias.data[o] : 0;
          for (let c = 0; c < channels; c++)
            for (let i = 0; i < rows; i++)
              for (let j = 0; j < columns; j++) {
                const [row, column] = [y * step - margin + i * spread, x * step - margin + j * spread];
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                const weight = filters.data[((o * channels + c) * rows + i) * columns + j];
                sum += weight * bottom.data[(c * height + row) * width + column];
              }
          top.data[target++] = sum;
        }
    return top;
  },
  Pooling: ([bottom], { poolingParam }) => {
    const [channels, height, width] = bottom.shape;
    const { pad, pool, globalPooling } = poolingParam!;
    // Over everything: one window of the input's size (all inputs here are square).
    const kernel = globalPooling ? height : poolingParam!.kernelSize;
    const stride = globalPooling ? 1 : poolingParam!.stride;
    const count = (length: number): number => {
      const windows = Math.ceil((length + 2 * pad - kernel) / stride) + 1;
      return pad > 0 && (windows - 1) * stride >= length + pad ? windows - 1 : windows;
    };
    const top = blank(channels, count(height), count(width));
    let target = 0;
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < top.shape[1]; y++)
        for (let x = 0; x < top.shape[2]; x++) {
          const [top0, left0] = [y * stride - pad, x * stride - pad];
          // Caffe clips the window at the padded end before it counts the window's pixels.
          const [bottom0, right0] = [
            Math.min(top0 + kernel, height + pad),
            Math.min(left0 + kernel, width + pad),
          ];
          const values: number[] = [];
          for (let row = Math.max(top0, 0); row < Math.min(bottom0, height); row++)
            for (let column = Math.max(left0, 0); column < Math.min(right0, width); column++)
              values.push(bottom.data[(c * height + row) * width + column]);
          const divisor = (bottom0 - top0) * (right0 - left0);
          const isMaximum = pool === PoolingParameter_PoolMethod.MAX;
          top.data[target++] = isMaximum
            ? Math.max(...values)
            : values.reduce((sum, value) => sum + value, 0) / divisor;
        }
    return top;
  },
  InnerProduct: ([bottom], _, [weights, bias]) => {
    const [outputs, inputs] = weights.shape;
    const top = blank(outputs);
    for (let o = 0; o < outputs; o++) {
      top.data[o] = bias ? bias.data[o] : 0;
      for (let i = 0; i < inputs; i++) top.data[o] += weights.data[o * inputs + i] * bottom.data[i];
    }
    return top;
  },
  LRN: ([bottom], { lrnParam }) => {
    const { localSize, alpha, beta, k } = lrnParam!;
    const [channels, height, width] = bottom.shape;
    const top = blank(...bottom.shape);
    const plane = height * width;
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < plane; i++) {
        let squares = 0;
        for (let other = c - (localSize - 1) / 2; other <= c + (localSize - 1) / 2; other++)
          if (other >= 0 && other < channels) squares += bottom.data[other * plane + i] ** 2;
        top.data[c * plane + i] = bottom.data[c * plane + i] / (k + (alpha / localSize) * squares) ** beta;
      }
    return top;
  },
  ReLU: eachValue((value, { reluParam }) => (value > 0 ? value : value * (reluParam?.negativeSlope ?? 0))),
  Sigmoid: eachValue((value) => 1 / (1 + Math.exp(-value))),
  TanH: eachValue(Math.tanh),
  Dropout: eachValue((value) => value),
  Softmax: softmax,
  SoftmaxWithLoss: (bottoms, layer, weights) => {
    const [label] = bottoms[1].data;
    return { shape: [], data: Float64Array.of(-Math.log(softmax(bottoms, layer, weights).data[label])) };
  },
  Accuracy: ([scores, label]) => ({
    shape: [],
    data: Float64Array.of(scores.data.indexOf(Math.max(...scores.data)) === label.data[0] ? 1 : 0),
  }),
};

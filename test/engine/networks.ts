/** Small networks in which every kind of layer stands at least once, for engines that are slow. */
import { parseNet, Phase, type NetParameter } from "../../kernel-lib/dist/caffe/index.js";
import {
  initialWeights,
  planNetwork,
  type ImageBatch,
  type ImageShape,
  type NetworkPlan,
  type Transformation,
  type Weights,
} from "../../kernel-lib/dist/engine/index.js";
import { randomStream } from "../../kernel-lib/dist/foundation/index.js";

const data = `layer { name: "data" type: "Data" top: "data" top: "label" }`;
const end = `layer { name: "scores" type: "InnerProduct" bottom: "x" top: "scores"
    param { lr_mult: 1 } param { lr_mult: 2 }
    inner_product_param { num_output: 3 weight_filler { type: "xavier" } bias_filler { type: "uniform" } } }
  layer { name: "loss" type: "SoftmaxWithLoss" bottom: "scores" bottom: "label" top: "loss" }
  layer { name: "accuracy" type: "Accuracy" bottom: "scores" bottom: "label" top: "accuracy"
    include { phase: TEST } }`;

const convolution = (bottom: string, settings: string) => `layer { name: "conv" type: "Convolution"
  bottom: "${bottom}" top: "c" convolution_param { num_output: 4 ${settings}
    weight_filler { type: "gaussian" std: 0.3 } bias_filler { type: "uniform" min: -0.2 max: 0.2 } } }`;
const pooling = (bottom: string, settings: string) =>
  `layer { name: "pool" type: "Pooling" bottom: "${bottom}" top: "x" pooling_param { ${settings} } }`;
const inPlace = (type: string, blob: string, settings = "") =>
  `layer { name: "${type}" type: "${type}" bottom: "${blob}" top: "${blob}" ${settings} }`;

/** Networks by what is special about them; their input is 2 x 9 x 9, their classes are three. */
export const smallNetworks: Record<string, string> = {
  "convolution that keeps the size, maximum pooling with cut windows": `${data}
    ${convolution("data", "kernel_size: 3 pad: 1")} ${inPlace("ReLU", "c")}
    ${pooling("c", "pool: MAX kernel_size: 3 stride: 2")} ${end}`,
  "convolution with a stride, average pooling with cut windows": `${data}
    ${convolution("data", "kernel_size: 2 stride: 2 pad: 1")} ${inPlace("TanH", "c")}
    ${pooling("c", "pool: AVE kernel_size: 3 stride: 2")} ${end}`,
  "convolution with gaps, padded average pooling": `${data}
    ${convolution("data", "kernel_size: 3 dilation: 2")} ${inPlace("Sigmoid", "c")}
    ${pooling("c", "pool: AVE kernel_size: 3 stride: 2 pad: 1")} ${end}`,
  "leaky rectifier, normalisation over channels, padded maximum pooling": `${data}
    ${convolution("data", "kernel_size: 4 pad: 1")} ${inPlace("ReLU", "c", "relu_param { negative_slope: 0.1 }")}
    layer { name: "norm" type: "LRN" bottom: "c" top: "n" lrn_param { local_size: 3 alpha: 0.5 beta: 0.75 } }
    ${pooling("n", "pool: MAX kernel_size: 3 stride: 2 pad: 1")} ${end}`,
  "even length, maximum pooling as in the tutorial": `${data}
    ${convolution("data", "kernel_size: 2")} ${pooling("c", "pool: MAX kernel_size: 3 stride: 2")} ${end}`,
  "even length, average pooling as in the tutorial": `${data}
    ${convolution("data", "kernel_size: 2")} ${pooling("c", "pool: AVE kernel_size: 3 stride: 2")} ${end}`,
  "convolution without bias, pooling over everything": `${data}
    ${convolution("data", "kernel_size: 3 bias_term: false")}
    ${pooling("c", "pool: AVE global_pooling: true")} ${end}`,
};

export const smallImages: ImageShape = { channels: 2, height: 9, width: 9 };
export const noTransformation: Transformation = { cropSize: 9, mirror: false, scale: 1 / 128, mean: null };

/** A small network planned for a phase, with weights. */
export function planSmall(
  text: string,
  phase: Phase = Phase.TRAIN,
  { channels, height, width }: ImageShape = smallImages,
): { plan: NetworkPlan; weights: Weights } {
  const net: NetParameter = parseNet(text, "small.prototxt");
  const shapes = new Map([
    ["data", [channels, height, width]],
    ["label", []],
  ]);
  const plan = planNetwork(net, phase, shapes);
  return { plan, weights: initialWeights(plan, 3) };
}

/** Random pixels and labels. */
export function randomBatch(count: number, images: ImageShape, classes: number, seed = 1): ImageBatch {
  const random = randomStream(seed, "batch");
  const values = count * images.channels * images.height * images.width;
  return {
    pixels: Uint8Array.from({ length: values }, () => random.integer(256)),
    labels: Int32Array.from({ length: count }, () => random.integer(classes)),
    mirrored: new Uint8Array(count),
    corners: new Uint16Array(2 * count),
  };
}

/** Layers of a network as prototxt texts, from which the networks are put together. */

/** How a layer's weights begin. */
export type Filler = { deviation: number } | "msra";

const learnedBlobs = "  param { lr_mult: 1 }\n  param { lr_mult: 2 }";
const learnedWeights = "  param { lr_mult: 1 }";

/** A convolution of 5 x 5; one without a bias has a layer behind it that brings its own. */
export function convolutionLayer(
  index: number,
  bottom: string,
  outputs: number,
  settings: { filler: Filler; pad?: number; bias?: boolean; kernel?: number },
): string {
  const { filler, pad = 2, bias = true, kernel = 5 } = settings;
  return `layer {
  name: "conv${index}"
  type: "Convolution"
  bottom: "${bottom}"
  top: "conv${index}"
${bias ? learnedBlobs : learnedWeights}
  convolution_param {
    num_output: ${outputs}
    pad: ${pad}
    kernel_size: ${kernel}
    stride: 1
    weight_filler { ${fillerText(filler)} }
    ${bias ? 'bias_filler { type: "constant" }' : "bias_term: false"}
  }
}`;
}

/** The tutorial's pooling: windows of 3 x 3 that overlap. */
export function poolingLayer(index: number, method: "MAX" | "AVE", kernel = 3): string {
  return `layer {
  name: "pool${index}"
  type: "Pooling"
  bottom: "conv${index}"
  top: "pool${index}"
  pooling_param { pool: ${method} kernel_size: ${kernel} stride: 2 }
}`;
}

export function rectifierLayer(index: number, blob: string): string {
  return `layer { name: "relu${index}" type: "ReLU" bottom: "${blob}" top: "${blob}" }`;
}

export function innerProductLayer(
  index: number,
  bottom: string,
  outputs: number,
  filler: Filler = { deviation: 0.1 },
): string {
  return `layer {
  name: "ip${index}"
  type: "InnerProduct"
  bottom: "${bottom}"
  top: "ip${index}"
${learnedBlobs}
  inner_product_param {
    num_output: ${outputs}
    weight_filler { ${fillerText(filler)} }
    bias_filler { type: "constant" }
  }
}`;
}

/** Half of a blob's values are left out at random while it is learned (Hinton et al. 2012). */
export function dropoutLayer(blob: string): string {
  return `layer { name: "drop_${blob}" type: "Dropout" bottom: "${blob}" top: "${blob}" dropout_param { dropout_ratio: 0.5 } }`;
}

/**
 * A convolution's outputs brought to one mean and spread, and a scale and bias that are learned (Ioffe and Szegedy 2015).
 * The statistics of tests follow the last twenty batches or so: in a short training older ones are of another network.
 */
export function normalizationLayers(index: number): string {
  const blob = `conv${index}`;
  return `layer {
  name: "norm${index}"
  type: "BatchNorm"
  bottom: "${blob}"
  top: "${blob}"
  batch_norm_param { moving_average_fraction: 0.95 }
}
layer {
  name: "scale${index}"
  type: "Scale"
  bottom: "${blob}"
  top: "${blob}"
  param { lr_mult: 1 decay_mult: 0 }
  param { lr_mult: 1 decay_mult: 0 }
  scale_param { bias_term: true }
}`;
}

function fillerText(filler: Filler): string {
  return filler === "msra" ? 'type: "msra"' : `type: "gaussian" std: ${filler.deviation}`;
}

/**
 * The tutorial's network and solver as prototxt texts of our own writing, with its `%(kfoldi)d` placeholder for
 * the fold. The network is Caffe's CIFAR10_quick with two classes (the tutorial calls it AlexNet).
 */

/** What the solver's text needs. */
export interface SolverTemplate {
  /** The network's file, as seen from the solver's folder. */
  net: string;
  snapshotPrefix: string;
  /** Batches a test: the test patches divided by the batch, at least 1. */
  testIterations: number;
  testEvery: number;
  displayEvery: number;
  iterations: number;
  snapshotEvery: number;
  /** Adapts AdaGrad's step; the tutorial's is 0.001. */
  learningRate: number;
}

/** The solver: AdaGrad, fixed rate, weight decay 0.004 (values of the tutorial's BASE-alexnet_solver_ada). */
export function solverTemplate(values: SolverTemplate): string {
  return `# How the network of ${values.net} is trained (tutorial step 4). Edit it: the next run uses what it says.
net: "${values.net}"
# Batches a test: the number of test patches divided by the test layer's batch_size.
test_iter: ${values.testIterations}
test_interval: ${values.testEvery}
type: "AdaGrad"
base_lr: ${values.learningRate}
lr_policy: "fixed"
weight_decay: 0.004
display: ${values.displayEvery}
max_iter: ${values.iterations}
snapshot: ${values.snapshotEvery}
snapshot_prefix: "${values.snapshotPrefix}"
solver_mode: CPU
`;
}

/** What the network's texts need. */
export interface NetTemplate {
  /** Side of a patch in pixels. */
  size: number;
}

/** Patches a batch in tests, whatever the batch in training. */
export const testBatch = 128;

/** The network for training; paths are seen from models/. */
export function trainingNetTemplate(values: NetTemplate & { batch: number }): string {
  return `# The network that learns the patches of fold %(kfoldi)d (tutorial step 4).
name: "CIFAR10_quick"
${dataLayer("cifar_train", "TRAIN", "../DB_train_%(kfoldi)d", values, "true")}
${dataLayer("cifar_test", "TEST", "../DB_test_%(kfoldi)d", { ...values, batch: testBatch }, "false")}
${body}
layer {
  name: "accuracy"
  type: "Accuracy"
  bottom: "ip2"
  bottom: "label"
  top: "accuracy"
  include { phase: TEST }
}
layer {
  name: "loss"
  type: "SoftmaxWithLoss"
  bottom: "ip2"
  bottom: "label"
  top: "loss"
}
`;
}

/** The same network for step 5: patches in, probabilities out. */
export function deployNetTemplate(values: NetTemplate): string {
  return `# The network of step 5: patches in, the probabilities of the two classes out.
name: "CIFAR10_quick"
layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param { shape { dim: 1 dim: 3 dim: ${values.size} dim: ${values.size} } }
}
${body}
layer {
  name: "prob"
  type: "Softmax"
  bottom: "ip2"
  top: "prob"
}
`;
}

function dataLayer(
  name: string,
  phase: "TRAIN" | "TEST",
  source: string,
  { size, batch }: NetTemplate & { batch: number },
  mirror: "true" | "false",
): string {
  return `layer {
  name: "${name}"
  type: "Data"
  top: "data"
  top: "label"
  include { phase: ${phase} }
  transform_param {
    mean_file: "../DB_train_w${size}_%(kfoldi)d.binaryproto"
    crop_size: ${size}
    mirror: ${mirror}
  }
  data_param {
    source: "${source}"
    batch_size: ${batch}
    backend: LEVELDB
  }
}`;
}

const learnedBlobs = "  param { lr_mult: 1 }\n  param { lr_mult: 2 }";

function convolutionLayer(index: number, bottom: string, outputs: number, deviation: number): string {
  return `layer {
  name: "conv${index}"
  type: "Convolution"
  bottom: "${bottom}"
  top: "conv${index}"
${learnedBlobs}
  convolution_param {
    num_output: ${outputs}
    pad: 2
    kernel_size: 5
    stride: 1
    weight_filler { type: "gaussian" std: ${deviation} }
    bias_filler { type: "constant" }
  }
}`;
}

function poolingLayer(index: number, method: "MAX" | "AVE"): string {
  return `layer {
  name: "pool${index}"
  type: "Pooling"
  bottom: "conv${index}"
  top: "pool${index}"
  pooling_param { pool: ${method} kernel_size: 3 stride: 2 }
}`;
}

function rectifierLayer(index: number, blob: string): string {
  return `layer { name: "relu${index}" type: "ReLU" bottom: "${blob}" top: "${blob}" }`;
}

function innerProductLayer(index: number, bottom: string, outputs: number): string {
  return `layer {
  name: "ip${index}"
  type: "InnerProduct"
  bottom: "${bottom}"
  top: "ip${index}"
${learnedBlobs}
  inner_product_param {
    num_output: ${outputs}
    weight_filler { type: "gaussian" std: 0.1 }
    bias_filler { type: "constant" }
  }
}`;
}

// The first rectifier stands behind its pooling, the other two before theirs; none stands between ip1 and ip2.
const body = [
  convolutionLayer(1, "data", 32, 0.0001),
  poolingLayer(1, "MAX"),
  rectifierLayer(1, "pool1"),
  convolutionLayer(2, "pool1", 32, 0.01),
  rectifierLayer(2, "conv2"),
  poolingLayer(2, "AVE"),
  convolutionLayer(3, "pool2", 64, 0.01),
  rectifierLayer(3, "conv3"),
  poolingLayer(3, "AVE"),
  innerProductLayer(1, "pool3", 64),
  innerProductLayer(2, "ip1", 2),
].join("\n");

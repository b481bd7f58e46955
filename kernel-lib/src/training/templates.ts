/**
 * The tutorial's network and solver as prototxt texts of our own writing, with its `%(kfoldi)d` placeholder for
 * the fold. The network is Caffe's CIFAR10_quick with two classes (the tutorial calls it AlexNet), or one of its kin.
 */
import { networkBody, networkTitles, type NetworkName } from "./networks.js";

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
  /** Default the tutorial's. */
  network?: NetworkName;
}

/** Patches a batch in tests, whatever the batch in training. */
export const testBatch = 128;

/** Batches a test in a solver that is written now; as the tutorial says, the number of test patches / 128. */
export function testBatchCount(testPatches: number): number {
  return Math.max(1, Math.floor(testPatches / testBatch));
}

/** Iterations between two tests in a solver that is written now: a short run is tested more often than the tutorial's every 1000. */
export function usualTestInterval(iterations: number): number {
  return Math.min(1000, Math.max(1, Math.floor(iterations / 4)));
}

/** The network for training; paths are seen from models/. */
export function trainingNetTemplate(values: NetTemplate & { batch: number }): string {
  const { size, network = "tutorial" } = values;
  return `# The network that learns the patches of fold %(kfoldi)d (tutorial step 4).
name: "${networkTitles[network]}"
${dataLayer("cifar_train", "TRAIN", "../DB_train_%(kfoldi)d", values, "true")}
${dataLayer("cifar_test", "TEST", "../DB_test_%(kfoldi)d", { ...values, batch: testBatch }, "false")}
${networkBody(network, size, "training")}
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
export function deployNetTemplate({ size, network = "tutorial" }: NetTemplate): string {
  return `# The network of step 5: patches in, the probabilities of the two classes out.
name: "${networkTitles[network]}"
layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param { shape { dim: 1 dim: 3 dim: ${size} dim: ${size} } }
}
${networkBody(network, size, "deploy")}
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

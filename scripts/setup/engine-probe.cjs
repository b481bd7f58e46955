// Run as a program: loads a native TensorFlow.js package, computes with it and prints what it is as JSON.
// A program of its own, because a library that does not fit this machine can end the process that loads it.
const process = require("node:process");
const util = require("node:util");

// tfjs-node calls two functions that Node 23 removed.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;

const tf = require(process.argv[2]);
const sum = tf.tidy(() => tf.sum(tf.matMul(tf.ones([3, 4]), tf.ones([4, 5]))).dataSync()[0]);
if (sum !== 60) throw new Error(`a product of matrices of ones sums to ${sum}, not to 60`);
const { binding, isUsingGpuDevice } = tf.backend();
process.stdout.write(
  `\n${JSON.stringify({ tensorflow: binding.TF_Version, usesGpu: Boolean(isUsingGpuDevice) })}\n`,
);

import type { ConvolutionParameter, LayerParameter } from "../../caffe/index.js";
import { unsupported } from "./layerPlan.js";

/** Window, stride, padding and dilation along rows and columns. */
export interface ConvolutionWindow {
  kernel: [number, number];
  stride: [number, number];
  pad: [number, number];
  dilation: [number, number];
}

/**
 * Reads a convolution's window as Caffe does: `kernel_h` and `kernel_w`, else `kernel_size` once or for each axis.
 *
 * @returns rows and columns, in pixels of the layer's input
 * @throws HistobookError `Unsupported` without a size, or for a setting that histobook does not know.
 * @example
 * const text = 'layer { name: "c" type: "Convolution" convolution_param { num_output: 2 kernel_size: 5 pad: 2 } }';
 * convolutionWindow(parseNet(text, "example").layer[0]).pad; // => [2, 2]
 */
export function convolutionWindow(layer: LayerParameter): ConvolutionWindow {
  const parameter = parameterOf(layer);
  const both = (repeated: number[], fallback: number): [number, number] => [
    repeated.at(0) ?? fallback,
    repeated.at(1) ?? repeated.at(0) ?? fallback,
  ];
  const kernel =
    parameter.kernelH > 0 ? pair(parameter.kernelH, parameter.kernelW) : both(parameter.kernelSize, 0);
  if (kernel[0] < 1 || kernel[1] < 1) throw unsupported(layer, "no kernel_size", "kernel_size of 1 or more");
  return {
    kernel,
    stride: parameter.strideH > 0 ? pair(parameter.strideH, parameter.strideW) : both(parameter.stride, 1),
    pad:
      parameter.padH > 0 || parameter.padW > 0
        ? pair(parameter.padH, parameter.padW)
        : both(parameter.pad, 0),
    dilation: both(parameter.dilation, 1),
  };
}

function pair(first: number, second: number): [number, number] {
  return [first, second];
}

/**
 * A convolution's settings.
 *
 * @throws HistobookError `Unsupported` without a number of filters.
 */
export function parameterOf(layer: LayerParameter): ConvolutionParameter {
  const parameter = layer.convolutionParam;
  if (!parameter || parameter.numOutput < 1) {
    throw unsupported(layer, "no num_output", "convolution_param { num_output ... }");
  }
  return parameter;
}

import {
  PoolingParameter_PoolMethod,
  PoolingParameter_RoundMode,
  type LayerParameter,
} from "../../caffe/index.js";
import { spatial, unsupported } from "./layerPlan.js";

/** Where the windows of a pooling layer lie along one axis, in pixels of its input. */
export interface PoolingAxis {
  length: number;
  kernel: number;
  stride: number;
  pad: number;
  /** How many windows there are. */
  output: number;
}

/**
 * Plans one axis of Caffe's pooling: the number of windows rounds up, so that the last may reach past the end, or down
 * (`round_mode: FLOOR`); with padding, a window that would start beyond the input is left out.
 *
 * @example
 * poolingAxis(32, 3, 2, 0).output; // => 16
 */
export function poolingAxis(
  length: number,
  kernel: number,
  stride: number,
  pad: number,
  round: (value: number) => number = Math.ceil,
): PoolingAxis {
  let output = round((length + 2 * pad - kernel) / stride) + 1;
  if (pad > 0 && (output - 1) * stride >= length + pad) output--;
  return { length, kernel, stride, pad, output };
}

/**
 * What Caffe divides a window's sum by: the window is clipped at the padded input's end before its pixels are
 * counted, so that padding counts and what lies beyond it doesn't.
 *
 * @example
 * averageDivisors(poolingAxis(4, 3, 2, 0)); // => [3, 2]
 */
export function averageDivisors({ length, kernel, stride, pad, output }: PoolingAxis): number[] {
  return Array.from({ length: output }, (_, window) => {
    const start = window * stride - pad;
    return Math.min(start + kernel, length + pad) - start;
  });
}

/**
 * How far the windows reach past the input, before it and behind it, in pixels.
 *
 * @example
 * poolingMargin(poolingAxis(32, 3, 2, 0)); // => [0, 1]
 */
export function poolingMargin({ length, kernel, stride, pad, output }: PoolingAxis): [number, number] {
  return [pad, Math.max((output - 1) * stride + kernel - pad - length, 0)];
}

/**
 * What the average over a whole window, zeros where there is no pixel, is multiplied by to give Caffe's.
 *
 * @returns a factor for each window, row by row
 * @example
 * averageFactors([poolingAxis(3, 3, 2, 0), poolingAxis(4, 3, 2, 0)]); // => [1, 1.5]
 */
export function averageFactors([rows, columns]: readonly PoolingAxis[]): number[] {
  const area = rows.kernel * columns.kernel;
  const across = averageDivisors(columns);
  return averageDivisors(rows).flatMap((down) => across.map((one) => area / (down * one)));
}

/**
 * Plans both axes of a pooling layer.
 *
 * @param shape channels, height and width of its input
 * @throws HistobookError `Unsupported` without a size, or for a setting that histobook does not know.
 * @example
 * const text = 'layer { name: "p" type: "Pooling" pooling_param { kernel_size: 3 stride: 2 } }';
 * poolingAxes(parseNet(text, "example").layer[0], [32, 32, 16]).map(({ output }) => output); // => [16, 8]
 */
export function poolingAxes(layer: LayerParameter, shape: readonly number[]): [PoolingAxis, PoolingAxis] {
  const parameter = layer.poolingParam;
  if (!parameter) throw unsupported(layer, "no pooling_param", "pooling_param { pool kernel_size stride }");
  if (parameter.pool === PoolingParameter_PoolMethod.STOCHASTIC) {
    throw unsupported(layer, "pool: STOCHASTIC", "MAX or AVE, since Caffe itself pools so on its GPU alone");
  }
  const [, height, width] = spatial(layer, shape);
  const round = parameter.roundMode === PoolingParameter_RoundMode.FLOOR ? Math.floor : Math.ceil;
  if (parameter.globalPooling) return [poolingAxis(height, height, 1, 0), poolingAxis(width, width, 1, 0)];
  const kernel = [parameter.kernelH || parameter.kernelSize, parameter.kernelW || parameter.kernelSize];
  const stride = [parameter.strideH || parameter.stride || 1, parameter.strideW || parameter.stride || 1];
  const pad = [parameter.padH || parameter.pad, parameter.padW || parameter.pad];
  if (kernel.some((length) => length < 1))
    throw unsupported(layer, "no kernel_size", "kernel_size of 1 or more");
  return [
    poolingAxis(height, kernel[0], stride[0], pad[0], round),
    poolingAxis(width, kernel[1], stride[1], pad[1], round),
  ];
}

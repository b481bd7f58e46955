import { nativeBackendOf, runNative, type Values } from "../nativeBackend.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { pixelPlaces, type ImageBatch, type ImageShape, type Transformation } from "../transformation.js";
import type { Recorder } from "./recorder.js";

/**
 * The images of a batch as the network sees them, of bytes as they lie in a database: mean, scale, mirroring and crop in
 * the graph, in Caffe's order.
 *
 * @param name what the graph's inputs are called
 */
export function recordImages(
  tf: TensorFlow,
  recorder: Recorder,
  name: string,
  count: number,
  images: ImageShape,
  transformation: Transformation,
): Tensor {
  const { channels, height, width } = images;
  const { mean, scale, cropSize } = transformation;
  const pixels = recorder.input(`pixels_${name}`, "uint8", [count, channels, height, width]);
  const centred = mean ? tf.sub(pixels, tf.tensor3d(mean, [channels, height, width])) : pixels;
  const scaled = scale === 1 ? centred : tf.mul(centred, scale);
  const whole = tf.transpose(scaled, [0, 2, 3, 1]);
  if (!isMoved(images, transformation)) return whole;
  const places = recorder.input(`places_${name}`, "int32", [count * cropSize * cropSize]);
  const seen = takeRows(tf, tf.reshape(whole, [-1, channels]), places);
  return tf.reshape(seen, [count, cropSize, cropSize, channels]);
}

/** What the inputs of `recordImages` are given for a batch. */
export function imageValues(
  name: string,
  batch: ImageBatch,
  images: ImageShape,
  transformation: Transformation,
): [string, Values][] {
  const pixels: [string, Values] = [`pixels_${name}`, batch.pixels];
  if (!isMoved(images, transformation)) return [pixels];
  return [pixels, [`places_${name}`, pixelPlaces(batch, images, transformation)]];
}

/** Whether pixels change their places: images that are neither mirrored nor cropped go through as they are. */
function isMoved({ height, width }: ImageShape, { mirror, cropSize }: Transformation): boolean {
  return mirror || cropSize !== height || cropSize !== width;
}

/** TensorFlow.js' own gather reads the places back to check them. */
function takeRows(tf: TensorFlow, rows: Tensor, places: Tensor): Tensor {
  const types = { Tparams: "float32", Tindices: "int32", Taxis: "int32" } as const;
  return runNative(nativeBackendOf(tf)!, [rows, places, tf.scalar(0, "int32")], [{ op: "GatherV2", types }]);
}

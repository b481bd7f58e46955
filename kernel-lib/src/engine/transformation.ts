import type { LayerParameter, MeanImage } from "../caffe/index.js";
import { HistobookError } from "../foundation/index.js";

/** What is done to the pixels between a database and a network (Caffe's transform_param). */
export interface Transformation {
  /** Side of the square that the network sees, in pixels. */
  cropSize: number;
  /** Mirror half of the images left to right, whichever the phase. */
  mirror: boolean;
  /** Multiplies (pixel - mean). */
  scale: number;
  /** Values 0..255 to subtract, laid out as a Datum (CHW, BGR), of the images' size; null subtracts nothing. */
  mean: Float32Array | null;
}

/** Images as they lie in a database, and what was drawn for each. */
export interface ImageBatch {
  /** N images, each CHW, BGR, 8 bits. */
  pixels: Uint8Array;
  labels: Int32Array;
  /** 1 where an image is to be mirrored left to right. */
  mirrored: Uint8Array;
  /** For each image, row and column of the crop's corner, in pixels. */
  corners: Uint16Array;
}

/** Channels, rows and columns of the images of a batch. */
export interface ImageShape {
  channels: number;
  height: number;
  width: number;
}

/**
 * Reads a data layer's transformation.
 *
 * @throws HistobookError `BadInput` when mean or crop don't fit the images.
 */
export function transformationOf(
  layer: LayerParameter,
  images: ImageShape,
  mean: MeanImage | null,
  subject: string,
): Transformation {
  const { channels, height, width } = images;
  const parameter = layer.transformParam;
  const cropSize = parameter?.cropSize || height;
  if (cropSize > Math.min(height, width) || (!parameter?.cropSize && height !== width)) {
    throw misfit(subject, `images of ${width} x ${height}`, `at least ${cropSize} x ${cropSize} pixels`);
  }
  if (mean && (mean.channels !== channels || mean.height !== height || mean.width !== width)) {
    const found = `a mean image of ${mean.channels} x ${mean.height} x ${mean.width}`;
    throw misfit(subject, found, `${channels} x ${height} x ${width} as the images`);
  }
  const values = parameter?.meanValue ?? [];
  return {
    cropSize,
    mirror: parameter?.mirror ?? false,
    scale: parameter?.scale ?? 1,
    mean: mean ? mean.data : values.length > 0 ? flatMean(values, images) : null,
  };
}

/**
 * Turns a batch into what the network sees: N x crop x crop x channels (NHWC, still BGR), float32.
 *
 * As Caffe does, the mean is subtracted at the pixel's place in the source image, before mirroring.
 */
export function transformBatch(
  batch: ImageBatch,
  images: ImageShape,
  transformation: Transformation,
): Float32Array {
  const { channels, height, width } = images;
  const { cropSize, scale, mean } = transformation;
  const plane = height * width;
  const count = batch.labels.length;
  const result = new Float32Array(count * cropSize * cropSize * channels);
  for (let n = 0, target = 0; n < count; n++) {
    const image = n * channels * plane;
    const corner = batch.corners[2 * n] * width + batch.corners[2 * n + 1];
    const mirrored = batch.mirrored[n] === 1;
    for (let y = 0; y < cropSize; y++) {
      const row = corner + y * width;
      for (let x = 0; x < cropSize; x++) {
        let source = row + (mirrored ? cropSize - 1 - x : x);
        for (let c = 0; c < channels; c++, source += plane) {
          const pixel = batch.pixels[image + source];
          result[target++] = (mean ? pixel - mean[source] : pixel) * scale;
        }
      }
    }
  }
  return result;
}

/**
 * Where each pixel that the network sees lies among the pixels of its batch: the crop and the mirroring as a list.
 *
 * @returns for each pixel of N x crop x crop its number among those of N x height x width
 */
export function pixelPlaces(
  { corners, mirrored, labels }: ImageBatch,
  { height, width }: ImageShape,
  { cropSize }: Transformation,
): Int32Array {
  const places = new Int32Array(labels.length * cropSize * cropSize);
  for (let n = 0, target = 0; n < labels.length; n++) {
    const first = n * height * width + corners[2 * n] * width + corners[2 * n + 1];
    for (let y = 0; y < cropSize; y++) {
      const row = first + y * width;
      for (let x = 0; x < cropSize; x++) {
        places[target++] = row + (mirrored[n] === 1 ? cropSize - 1 - x : x);
      }
    }
  }
  return places;
}

function flatMean(values: number[], { channels, height, width }: ImageShape): Float32Array {
  const plane = height * width;
  const mean = new Float32Array(channels * plane);
  for (let c = 0; c < channels; c++) mean.fill(values.at(c) ?? values[0], c * plane, (c + 1) * plane);
  return mean;
}

function misfit(subject: string, found: string, expected: string): HistobookError {
  return new HistobookError("BadInput", {
    subject,
    topic: "means",
    found,
    expected,
    fix: "use the mean image and the database of the same patch size",
  });
}

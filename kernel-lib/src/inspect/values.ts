import type { Blob } from "../caffe/index.js";

/** What an array of numbers holds. */
export interface ValuesSummary {
  count: number;
  /** Of the finite values; null when there is none. */
  minimum: number | null;
  maximum: number | null;
  mean: number | null;
  /** Standard deviation, as of a whole population. */
  deviation: number | null;
  /** Values that are no numbers. */
  nan: number;
  infinite: number;
  /** Values nearer to 0 than 2^-126, with which some processors calculate slowly; 0 itself is none. */
  denormal: number;
}

/** An array's shape and what it holds. */
export type BlobSummary = { shape: number[] } & ValuesSummary;

const smallestNormal = 2 ** -126;

/** Sums an array up; the statistics are of its finite values, in double precision. */
export function summarizeValues(data: Float32Array): ValuesSummary {
  let [minimum, maximum, sum, nan, infinite, denormal] = [Infinity, -Infinity, 0, 0, 0, 0];
  for (const value of data) {
    if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
    else {
      minimum = Math.min(minimum, value);
      maximum = Math.max(maximum, value);
      sum += value;
      if (value !== 0 && Math.abs(value) < smallestNormal) denormal++;
    }
  }
  const finite = data.length - nan - infinite;
  const counts = { count: data.length, nan, infinite, denormal };
  if (finite === 0) return { ...counts, minimum: null, maximum: null, mean: null, deviation: null };
  const mean = sum / finite;
  let squares = 0;
  for (const value of data) if (Number.isFinite(value)) squares += (value - mean) ** 2;
  return { ...counts, minimum, maximum, mean, deviation: Math.sqrt(squares / finite) };
}

/** Sums an array with a shape up. */
export function summarizeBlob({ shape, data }: Blob): BlobSummary {
  return { shape, ...summarizeValues(data) };
}

/** An array in one line, e.g. `32 x 3 x 5 x 5 = 2400 values from -0.1 to 0.2, mean 0.001, deviation 0.05`. */
export function blobLine(blob: BlobSummary): string {
  const { shape, count, minimum, maximum, mean, deviation, denormal } = blob;
  const begin = `${shapeText(shape)} = ${count} values`;
  if (minimum === null || maximum === null || mean === null || deviation === null) return begin;
  const tiny = denormal > 0 ? `, ${denormal} denormal` : "";
  return `${begin} from ${digits(minimum)} to ${digits(maximum)}, mean ${digits(mean)}, deviation ${digits(deviation)}${tiny}`;
}

/** `3 x 32 x 32`; one number has no sizes. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? "1" : shape.join(" x ");
}

/** The warning for values that training or output can't go on with; nothing when all are finite. */
export function warningsOf(place: string, { nan, infinite, count }: ValuesSummary): string[] {
  if (nan + infinite === 0) return [];
  const found = [
    ...(nan > 0 ? [`${nan} that ${nan === 1 ? "is" : "are"} no number (NaN)`] : []),
    ...(infinite > 0 ? [`${infinite} infinite`] : []),
  ];
  return [
    `${place}: of ${count} values ${found.join(" and ")}; the training has run out of bounds: lower base_lr and train again`,
  ];
}

function digits(value: number): string {
  return value.toPrecision(4);
}

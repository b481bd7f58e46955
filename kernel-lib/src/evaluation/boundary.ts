import { ratio } from "./scores.js";

/** Distances in working pixels up to which a boundary counts as met. */
export const boundaryTolerances = [0, 1, 2, 3] as const;

/** How many pixels of two boundaries lie near each other. */
export interface BoundaryCounts {
  /** Pixels of the prediction's boundary, and those of them that lie near the mask's. */
  predicted: number;
  predictedMet: number;
  /** Pixels of the mask's boundary, and those of them that lie near the prediction's. */
  mask: number;
  maskMet: number;
}

/** The steps to the pixels within the largest tolerance, the nearest first: a disc. */
const disc = discSteps(Math.max(...boundaryTolerances));

/**
 * Compares where a prediction and a mask end: for each tolerance, how many pixels of each one's boundary have a pixel of the
 * other's within that (exact Euclidean) distance.
 *
 * A boundary is made of the region's own pixels that have a neighbour outside of it, above, below, left or right; the image's
 * border is none, since nobody knows how the region goes on there. Each boundary pixel looks round itself, from near to far,
 * in a disc of the largest tolerance. That gives the very numbers that an exact distance transform or a dilation by discs
 * gives, and costs nothing where there is no boundary, which is nearly everywhere.
 *
 * @param predicted 0 or 1, one a pixel
 * @param mask 0 or 1, one a pixel
 * @returns one for each of `boundaryTolerances`: 0, 1, 2 and 3 pixels
 * @example
 * const [exactly, nearly] = boundaryCounts(Uint8Array.of(1, 1, 0, 0), Uint8Array.of(1, 0, 0, 0), 4);
 * [exactly.predictedMet, nearly.predictedMet]; // => [0, 1]
 */
export function boundaryCounts(predicted: Uint8Array, mask: Uint8Array, width: number): BoundaryCounts[] {
  const ofPrediction = boundaryOf(predicted, width);
  const ofMask = boundaryOf(mask, width);
  const [predictedMet, maskMet] = [
    metWithin(ofPrediction, ofMask, width),
    metWithin(ofMask, ofPrediction, width),
  ];
  return boundaryTolerances.map((_, i) => ({
    predicted: ofPrediction.positions.length,
    predictedMet: predictedMet[i],
    mask: ofMask.positions.length,
    maskMet: maskMet[i],
  }));
}

/** Adds up the counts of several images at one tolerance. */
export function addBoundaries(all: Iterable<BoundaryCounts>): BoundaryCounts {
  const sum = { predicted: 0, predictedMet: 0, mask: 0, maskMet: 0 };
  for (const one of all) {
    sum.predicted += one.predicted;
    sum.predictedMet += one.predictedMet;
    sum.mask += one.mask;
    sum.maskMet += one.maskMet;
  }
  return sum;
}

/**
 * The boundary F-score, [0,1]: the harmonic mean of the share of the prediction's boundary that lies near the mask's and of the
 * share of the mask's that lies near the prediction's (Csurka et al., What is a good evaluation measure for semantic
 * segmentation?, BMVC 2013). 0 where only one of them has a boundary, null where neither has.
 *
 * @example
 * boundaryFScore({ predicted: 10, predictedMet: 5, mask: 4, maskMet: 4 }); // => 0.6666666666666666
 */
export function boundaryFScore({ predicted, predictedMet, mask, maskMet }: BoundaryCounts): number | null {
  if (predicted === 0 && mask === 0) return null;
  const precision = ratio(predictedMet, predicted) ?? 0;
  const recall = ratio(maskMet, mask) ?? 0;
  return ratio(2 * precision * recall, precision + recall) ?? 0;
}

/** A boundary as a list of positions (row * width + column) and as a plane of 0 and 1. */
interface Boundary {
  positions: number[];
  plane: Uint8Array;
}

function boundaryOf(region: Uint8Array, width: number): Boundary {
  const height = region.length / width;
  const positions: number[] = [];
  const plane = new Uint8Array(region.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (region[i] === 0) continue;
      const ends =
        (x > 0 && region[i - 1] === 0) ||
        (x < width - 1 && region[i + 1] === 0) ||
        (y > 0 && region[i - width] === 0) ||
        (y < height - 1 && region[i + width] === 0);
      if (!ends) continue;
      positions.push(i);
      plane[i] = 1;
    }
  }
  return { positions, plane };
}

/** For each tolerance, how many pixels of one boundary have a pixel of the other within it. */
function metWithin({ positions }: Boundary, { plane }: Boundary, width: number): number[] {
  const height = plane.length / width;
  const met = boundaryTolerances.map(() => 0);
  for (const position of positions) {
    const [x, y] = [position % width, Math.floor(position / width)];
    const nearest = disc.find(({ right, down }) => {
      const [column, row] = [x + right, y + down];
      const inside = column >= 0 && column < width && row >= 0 && row < height;
      return inside && plane[row * width + column] === 1;
    });
    if (nearest === undefined) continue;
    boundaryTolerances.forEach((tolerance, i) => {
      if (nearest.squared <= tolerance * tolerance) met[i]++;
    });
  }
  return met;
}

function discSteps(radius: number): { right: number; down: number; squared: number }[] {
  const steps = [];
  for (let down = -radius; down <= radius; down++) {
    for (let right = -radius; right <= radius; right++) {
      const squared = right * right + down * down;
      if (squared <= radius * radius) steps.push({ right, down, squared });
    }
  }
  return steps.sort((a, b) => a.squared - b.squared);
}

/** How far a map agrees with window mode, at pixels that were drawn to be classified both ways. */
export interface Agreement {
  /** How many pixels were drawn. */
  pixels: number;
  /** The share of them with the same class in both, [0,1]. */
  agreement: number;
  /** Of the probability of epithelium. */
  largestDifference: number;
  meanDifference: number;
}

/**
 * Compares two maps, pixel by pixel.
 *
 * @param pair both probabilities of epithelium at a pixel
 * @example
 * const pairs = [[0.25, 0.25], [0.25, 0.75]] as const;
 * compareMaps(2, (n) => pairs[n]);
 * // => { pixels: 2, agreement: 0.5, largestDifference: 0.5, meanDifference: 0.25 }
 */
export function compareMaps(pixels: number, pair: (n: number) => readonly [number, number]): Agreement {
  let [same, sum, largest] = [0, 0, 0];
  for (let n = 0; n < pixels; n++) {
    const [one, other] = pair(n);
    const difference = Math.abs(one - other);
    if (one > 0.5 === other > 0.5) same++;
    sum += difference;
    largest = Math.max(largest, difference);
  }
  return { pixels, agreement: same / pixels, largestDifference: largest, meanDifference: sum / pixels };
}

/** The agreement over several images, each pixel counting once; null when there is none. */
export function pooledAgreement(all: readonly (Agreement | null)[]): Agreement | null {
  const some = all.filter((one) => one !== null);
  if (some.length === 0) return null;
  const pixels = some.reduce((sum, one) => sum + one.pixels, 0);
  const weighted = (figure: (one: Agreement) => number): number =>
    some.reduce((sum, one) => sum + figure(one) * one.pixels, 0) / pixels;
  return {
    pixels,
    agreement: weighted(({ agreement }) => agreement),
    largestDifference: Math.max(...some.map(({ largestDifference }) => largestDifference)),
    meanDifference: weighted(({ meanDifference }) => meanDifference),
  };
}

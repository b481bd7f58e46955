/**
 * The smallest byte of a probability plane that counts as epithelium: a pixel is above the threshold (a probability)
 * when its own probability, byte / 255, is at least that.
 */
export function levelOf(threshold: number): number {
  // 0.6 * 255 and its like must not land a hair above the whole number.
  return Math.max(0, Math.ceil(threshold * 255 - 1e-9));
}

/** For each level 0 to 256: how many pixels of the plane have at least that value. */
export function countsFrom(plane: Uint8Array): Uint32Array {
  const counts = new Uint32Array(257);
  for (const value of plane) {
    counts[value]++;
  }
  for (let level = 255; level >= 0; level--) {
    counts[level] += counts[level + 1];
  }
  return counts;
}

/** The share [0,1] of pixels at or above the threshold, from `countsFrom`: the same cost whatever the size. */
export function shareAbove(counts: Uint32Array, threshold: number): number {
  return counts[levelOf(threshold)] / counts[0];
}

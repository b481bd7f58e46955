import type { Classifier } from "../engine/index.js";

/**
 * Makes a classifier that averages each patch's probabilities with those of its mirror image.
 *
 * That is what the original's step 5 comes to: pycaffe's `Classifier.predict` takes ten crops of each window by
 * default, which for windows of the network's own size are five times the window and five times its mirror image. Two
 * passes give the same. The mean image is not mirrored, as in pycaffe.
 */
export function oversampled(classifier: Classifier): Classifier {
  const { patchSize } = classifier;
  return {
    ...classifier,
    classify(pixels) {
      const plain = classifier.classify(pixels);
      const mirrored = classifier.classify(mirrorPatches(pixels, patchSize));
      return plain.map((probability, i) => (probability + mirrored[i]) / 2);
    },
  };
}

/** Turns every patch left to right. */
function mirrorPatches(pixels: Uint8Array, size: number): Uint8Array {
  const mirrored = new Uint8Array(pixels.length);
  const rowBytes = size * 3;
  for (let row = 0; row < pixels.length; row += rowBytes) {
    for (let x = 0; x < rowBytes; x += 3) {
      const source = row + rowBytes - 3 - x;
      mirrored[row + x] = pixels[source];
      mirrored[row + x + 1] = pixels[source + 1];
      mirrored[row + x + 2] = pixels[source + 2];
    }
  }
  return mirrored;
}

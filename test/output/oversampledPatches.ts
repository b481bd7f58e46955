import type { Classifier } from "../../kernel-lib/dist/engine/index.js";
import { predictPixels } from "../../kernel-lib/dist/output/index.js";

/** Each patch's probability of epithelium, averaged with that of its mirror image; patches are RGB, N x 32 x 32 x 3. */
export async function oversampledPatches(classifier: Classifier, patches: Uint8Array): Promise<Float32Array> {
  const found = new Float32Array(patches.length / 3072);
  for (let n = 0; n < found.length; n++) {
    const data = patches.subarray(n * 3072, (n + 1) * 3072);
    // The window of the pixel in its middle is a patch itself.
    const image = { width: 32, height: 32, channels: 3, data } as const;
    [found[n]] = await predictPixels(image, classifier, Uint32Array.of(16 * 32 + 16), { oversample: true });
  }
  return found;
}

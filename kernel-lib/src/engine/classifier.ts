import type { DenseClassifier } from "./dense/denseClassifier.js";

/** A trained network that tells the classes of patches. */
export interface Classifier {
  /** Side of a patch in pixels. */
  patchSize: number;
  classes: number;
  /**
   * Classifies patches.
   *
   * @param pixels N patches, RGB, rows from the top, channels together (N x size x size x 3), 8 bits
   * @returns N x classes probabilities, [0,1], each patch's adding up to 1
   */
  classify(pixels: Uint8Array): Promise<Float32Array>;
  /**
   * The same network for all windows of an image at once; made when it is first asked for, disposed with the classifier.
   *
   * @throws HistobookError `Unsupported` for a network that has no dense form.
   */
  dense?(): DenseClassifier;
  /** Gives the memory on the engine back; nothing of it may be called afterwards. */
  dispose(): void;
}

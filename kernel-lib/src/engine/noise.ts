import { randomStream } from "../foundation/index.js";
import { valuesIn } from "./layers/axes.js";

/** Which batch of a training something random is drawn for. */
export interface NoisePlace {
  /** The run's. */
  seed: number;
  iteration: number;
  /** Counts the batches of the iteration from 0. */
  batch: number;
}

/**
 * Uniform numbers in [0,1) for what is random inside a network's layers.
 *
 * @param draw counts the draws of one batch, so that no two layers drop alike
 */
export function drawNoise(
  { seed, iteration, batch }: NoisePlace,
  draw: number,
  shape: readonly number[],
): Float32Array {
  const random = randomStream(seed, "noise", iteration, batch, draw);
  const values = new Float32Array(valuesIn(shape));
  // In steps of 2^-24, which float32 holds exactly: none becomes 1.
  for (let i = 0; i < values.length; i++) values[i] = random.integer(2 ** 24) / 2 ** 24;
  return values;
}

import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { createHash } from "node:crypto";

/** A stream of random numbers that is fully determined by the seed and the labels it was made with. */
export interface RandomStream {
  /** A uniform integer in [0, bound). */
  integer(bound: number): number;
  /** A uniform number in [0, 1) with 53 random bits. */
  uniform(): number;
  /** A number from the standard normal distribution (Box and Muller's method). */
  normal(): number;
}

/**
 * Makes a random stream for one purpose, so that no work depends on how much randomness other work drew.
 *
 * The labels (a step, an image's name, an iteration) are hashed together with the seed: the same arguments
 * give the same stream on every machine and for any number of workers.
 *
 * @example
 * const stream = randomStream(1, "patches", "8918_00007");
 * const same = randomStream(1, "patches", "8918_00007");
 * stream.integer(100) === same.integer(100); // => true
 */
export function randomStream(seed: number, ...labels: (string | number)[]): RandomStream {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, ...labels]))
    .digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((byte) => digest.readInt32LE(byte)));
  const bits = (): number => generator.next() >>> 0;
  let spare: number | undefined;
  const stream: RandomStream = {
    integer(bound) {
      return uniformInt(generator, 0, bound - 1);
    },
    uniform() {
      return ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) / 2 ** 53;
    },
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - stream.uniform()));
      const angle = 2 * Math.PI * stream.uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
  return stream;
}

/**
 * Draws `count` different indices from [0, length), in random order (Fisher and Yates' shuffle, stopped early).
 *
 * @example
 * sampleIndices(3, 3, randomStream(1, "example")).sort(); // => [0, 1, 2]
 */
export function sampleIndices(length: number, count: number, random: RandomStream): Uint32Array {
  const indices = new Uint32Array(length);
  for (let i = 0; i < length; i++) indices[i] = i;
  const wanted = Math.min(count, length);
  for (let i = 0; i < wanted; i++) {
    const j = i + random.integer(length - i);
    const swap = indices[i];
    indices[i] = indices[j];
    indices[j] = swap;
  }
  return indices.slice(0, wanted);
}

import type { NetworkPlan, Weights } from "../../kernel-lib/dist/engine/index.js";
import { randomStream } from "../../kernel-lib/dist/foundation/index.js";

/** Weights with which every layer passes on about as much as it gets, so that all of an image shows in the answers. */
export function randomWeights(plan: NetworkPlan, seed = 1): Weights {
  return new Map(
    plan.layers
      .filter(({ parameters }) => parameters.length > 0)
      .map(({ layer, parameters }) => {
        const random = randomStream(seed, layer.name);
        const blobs = parameters.map(({ shape }, index) => {
          const count = shape.reduce((product, length) => product * length, 1);
          const spread = index === 0 ? Math.sqrt(2 / (count / shape[0])) : 0.1;
          return { shape, data: Float32Array.from({ length: count }, () => spread * random.normal()) };
        });
        return [layer.name, blobs];
      }),
  );
}

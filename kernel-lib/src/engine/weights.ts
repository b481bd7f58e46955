import type { Blob } from "../caffe/index.js";
import { HistobookError, randomStream } from "../foundation/index.js";
import { fill } from "./fillers.js";
import { valuesIn } from "./layers/axes.js";
import type { NetworkPlan, PlannedLayer } from "./plan.js";

/** Learned values by layer name, in Caffe's shapes and order: what a .caffemodel holds. */
export type Weights = Map<string, Blob[]>;

/**
 * Makes a network's first weights as its fillers say (Caffe's: constant, gaussian, uniform, positive_unitball, xavier,
 * msra, bilinear).
 *
 * Each blob has its own random stream, so that a layer more or less does not change the others.
 *
 * @throws HistobookError `Unsupported` for another filler.
 */
export function initialWeights(plan: NetworkPlan, seed: number): Weights {
  const weights: Weights = new Map();
  for (const { layer, parameters } of plan.layers) {
    if (parameters.length === 0) continue;
    const blobs = parameters.map(({ shape, filler, initial = 0, owner }, index): Blob => {
      if (owner) return weights.get(owner.layer)![owner.index];
      if (!filler) return { shape, data: new Float32Array(valuesIn(shape)).fill(initial) };
      const random = randomStream(seed, "weights", layer.name, index);
      return { shape, data: fill(shape, filler, random, `layer "${layer.name}"`) };
    });
    weights.set(layer.name, blobs);
  }
  return weights;
}

/**
 * Takes a model's weights for the layers of the same name; layers that the model lacks keep `fallback`'s.
 *
 * @param fallback undefined when every layer must be in the model (for output)
 * @throws HistobookError `BadInput` when shapes differ, or a layer is missing and there is no fallback.
 */
export function takeWeights(plan: NetworkPlan, model: Weights, subject: string, fallback?: Weights): Weights {
  const taken: Weights = new Map();
  for (const planned of plan.layers) {
    if (planned.parameters.length === 0) continue;
    const { name } = planned.layer;
    const blobs = model.get(name) ?? fallback?.get(name);
    if (!blobs)
      throw mismatch(subject, `no weights for layer "${name}"`, "weights for every layer of the network");
    checkShapes(planned, blobs, subject);
    taken.set(
      name,
      planned.parameters.map(({ shape }, index) => ({ shape, data: blobs[index].data })),
    );
  }
  return taken;
}

function checkShapes({ layer, parameters }: PlannedLayer, blobs: Blob[], subject: string): void {
  const describe = (shapes: (readonly number[])[]): string =>
    shapes.map((shape) => shape.join("x")).join(" and ");
  const fits = parameters.every(({ shape }, index) => {
    const blob = blobs.at(index);
    return blob !== undefined && withoutOnes(blob.shape) === withoutOnes(shape);
  });
  if (fits && blobs.length === parameters.length) return;
  throw mismatch(
    subject,
    `blobs of ${describe(blobs.map(({ shape }) => shape))} for layer "${layer.name}"`,
    `${describe(parameters.map(({ shape }) => shape))} as its prototxt says`,
  );
}

/** Old files write a bias of 32 as 1x1x1x32. */
function withoutOnes(shape: readonly number[]): string {
  return shape.filter((length) => length !== 1).join("x");
}

function mismatch(subject: string, found: string, expected: string): HistobookError {
  return new HistobookError("BadInput", {
    subject,
    topic: "models",
    found,
    expected,
    fix: "use the model that was trained with this prototxt",
  });
}

import type { Blob, FillerParameter } from "../caffe/index.js";
import { HistobookError, randomStream, type RandomStream } from "../foundation/index.js";
import type { NetworkPlan, PlannedLayer } from "./plan.js";

/** Learned values by layer name, in Caffe's shapes and order: what a .caffemodel holds. */
export type Weights = Map<string, Blob[]>;

/**
 * Makes a network's first weights as its fillers say (constant, gaussian, uniform, xavier, msra).
 *
 * Each blob has its own random stream, so that a layer more or less does not change the others.
 */
export function initialWeights(plan: NetworkPlan, seed: number): Weights {
  const weights: Weights = new Map();
  for (const { layer, parameters } of plan.layers) {
    if (parameters.length === 0) continue;
    const blobs = parameters.map(({ shape, filler }, index) => {
      const random = randomStream(seed, "weights", layer.name, index);
      return { shape, data: fill(shape, filler, random, layer.name) };
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
    found,
    expected,
    fix: "use the model that was trained with this prototxt",
  });
}

function fill(
  shape: number[],
  filler: FillerParameter | undefined,
  random: RandomStream,
  layer: string,
): Float32Array {
  const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
  // Caffe's fan-in: the values that flow into one output.
  const fanIn = data.length / shape[0];
  switch (filler?.type ?? "constant") {
    case "constant":
      return data.fill(filler?.value ?? 0);
    case "gaussian":
      return data.map(() => (filler?.mean ?? 0) + (filler?.std ?? 1) * random.normal());
    case "uniform":
      return data.map(() => between(filler?.min ?? 0, filler?.max ?? 1, random));
    case "xavier":
      return data.map(() => between(-Math.sqrt(3 / fanIn), Math.sqrt(3 / fanIn), random));
    case "msra":
      return data.map(() => Math.sqrt(2 / fanIn) * random.normal());
    default:
      throw new HistobookError("Unsupported", {
        subject: `layer "${layer}"`,
        found: `a filler of type "${filler?.type}"`,
        expected: "constant, gaussian, uniform, xavier or msra",
        fix: "change the prototxt",
      });
  }
}

function between(minimum: number, maximum: number, random: RandomStream): number {
  return minimum + (maximum - minimum) * random.uniform();
}

/** Networks to export, beside what they answer. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { NetworkPlan, Weights } from "../../kernel-lib/dist/engine/index.js";
import { graphBuilder } from "../../kernel-lib/dist/export/builder.js";
import type { Graph, Value } from "../../kernel-lib/dist/export/graph.js";
import { addLayers } from "../../kernel-lib/dist/export/network.js";
import { readTrainedNetwork, type TrainedNetwork } from "../../kernel-lib/dist/models/index.js";
import { readImage } from "../../kernel-lib/dist/study/index.js";
import { golden } from "../engine/golden.js";
import { runNaively, type NaiveBlob } from "../engine/naive.js";
import type { BatchArray } from "./runtime.js";

/** A whole network between named inputs and the blobs that are asked for. */
export function graphOf(plan: NetworkPlan, weights: Weights, outputs: readonly string[]): Graph {
  const builder = graphBuilder([...plan.inputs.keys(), ...outputs.map((blob) => `out_${blob}`)]);
  const inputs = [...plan.inputs].map(([name, shape]): Value => ({ name, shape }));
  const values = new Map(inputs.map((value) => [value.name, value]));
  addLayers(plan, weights, values, builder);
  // Some layers hand on what they get, and an output must be made by an operation.
  const ends = outputs.map((blob) =>
    builder.layer(`end_${blob}`).arithmetic("", values.get(blob)!, "add", 0),
  );
  return { name: plan.name, inputs, outputs: ends, steps: builder.steps };
}

/** The network that real Caffe trained from our own weights, for 50 iterations. */
export const trained = {
  model: join(golden, "d", "run_iter_50.caffemodel"),
  mean: join(golden, "c", "mean_space.binaryproto"),
};

/**
 * Four mixtures of two of the patches that it learned, one of each class, about which it is in doubt: of those that it
 * is sure about, it would be sure with many a mistake too. RGB, 4 x 32 x 32 x 3.
 */
export async function doubtfulPatches(): Promise<Uint8Array> {
  const folder = join(golden, "c", "patches");
  const [one, , other] = readdirSync(folder).sort();
  const images = await Promise.all([one, other].map((name) => readImage(join(folder, name))));
  const [first, second] = images.map(({ data }) => data);
  const shares = [0.5, 0.58, 0.62, 0.66];
  return Uint8Array.from(
    shares.flatMap((share) =>
      Array.from(first, (value, i) => Math.round(value * (1 - share) + second[i] * share)),
    ),
  );
}

/** Patches as an exported network takes them in Caffe's order: RGB, N x 3 x size x size. */
export function batchOf(patches: Uint8Array, size: number): BatchArray {
  const plane = size * size;
  const data = new Float32Array(patches.length);
  for (let i = 0; i < patches.length; i += 3) {
    const image = Math.floor(i / (3 * plane));
    for (let c = 0; c < 3; c++) data[(image * 3 + c) * plane + (i / 3 - image * plane)] = patches[i + c];
  }
  return { shape: [patches.length / (3 * plane), 3, size, size], data };
}

/** What a network answers to patches, by plain loops in double precision: N x classes. */
export function naiveAnswers({ plan, weights, mean }: TrainedNetwork, { shape, data }: BatchArray): number[] {
  const [count, , size] = shape;
  const plane = size * size;
  const doubles = new Map(
    [...weights].map(([name, blobs]) => [
      name,
      blobs.map((blob) => ({ shape: [...blob.shape], data: Float64Array.from(blob.data) })),
    ]),
  );
  return Array.from({ length: count }, (_, image): NaiveBlob => {
    const bgr = new Float64Array(3 * plane);
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < plane; i++) {
        const at = c * plane + i;
        bgr[at] = data[(image * 3 + 2 - c) * plane + i] - (mean?.data[at] ?? 0);
      }
    const inputs = new Map([["data", { shape: [3, size, size], data: bgr }]]);
    return runNaively(plan, doubles, inputs).at(-1)!;
  }).flatMap((blob) => [...blob.data]);
}

/** Patches less a mean image, which is BGR. */
export function lessMean({ shape, data }: BatchArray, mean: Float32Array): BatchArray {
  const plane = mean.length / 3;
  const centred = data.map((value, at) => {
    const channel = Math.floor(at / plane) % 3;
    return value - mean[(2 - channel) * plane + (at % plane)];
  });
  return { shape, data: centred };
}

/** The trained network, with or without its mean image. */
export const readTrained = (mean: string | null = trained.mean): TrainedNetwork =>
  readTrainedNetwork({ model: trained.model, mean });

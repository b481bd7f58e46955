import { resolve } from "node:path";
import { readMeanImage, type LayerParameter, type SolverParameter } from "../caffe/index.js";
import { transformationOf, type ImageBatch, type ImageShape, type Transformation } from "../engine/index.js";
import { randomStream } from "../foundation/index.js";
import { openSource, type SourceOptions } from "./source.js";

/** Batches for one phase of a training run, in the order of the database or the list, without end. */
export interface Feed {
  images: ImageShape;
  transformation: Transformation;
  batchSize: number;
  next(): Promise<ImageBatch>;
  close(): Promise<void>;
}

/** What decides a feed besides its layer. */
export interface FeedOptions extends SourceOptions {
  /** How many batches an earlier run has used up. */
  startBatch: number;
  /** How many batches are read ahead and held in memory. */
  readAhead: number;
}

/**
 * Opens what a data layer reads: its LevelDB or list of images, and its mean image.
 *
 * What is drawn for a batch (mirroring, crop, augmentation) depends on the seed and the batch's number alone, so that a resumed
 * run sees what an undisturbed one would have seen.
 *
 * @throws HistobookError `BadInput` when database and mean don't fit, `Unsupported` for another source.
 */
export async function openFeed(layer: LayerParameter, options: FeedOptions): Promise<Feed> {
  const { workingDirectory, subject, phase, seed, startBatch, readAhead, augmentation } = options;
  const meanFile = layer.transformParam?.meanFile;
  const mean = meanFile ? readMeanImage(resolve(workingDirectory, meanFile)) : null;
  const { store, batchSize, skip } = await openSource(layer, options);
  try {
    const images = store.shape;
    const transformation = transformationOf(layer, images, mean, subject);
    const batches = store.batches(batchSize, {
      start: skip + startBatch * batchSize,
      ahead: readAhead,
      augmentation,
      firstNumber: startBatch,
    });
    let number = startBatch;
    return {
      images,
      transformation,
      batchSize,
      async next() {
        const { value } = await batches.next();
        if (!value) throw new Error(`the batches of layer ${layer.name} ended although they have no end`);
        const drawn = drawBatch(batchSize, images, transformation, { seed, phase, number: number++ });
        return { pixels: value.data, labels: value.labels, ...drawn };
      },
      async close() {
        await batches.return(undefined);
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** How many batches an iteration takes (the solver's iter_size); their gradients are averaged. */
export function batchesPerIteration({ iterSize }: SolverParameter): number {
  return Math.max(1, iterSize);
}

/** The next iteration's batches. */
export async function nextBatches(feed: Feed, solver: SolverParameter): Promise<ImageBatch[]> {
  const batches: ImageBatch[] = [];
  for (let i = 0; i < batchesPerIteration(solver); i++) batches.push(await feed.next());
  return batches;
}

/** Draws mirroring and crops: crops at random in training, in the middle in tests, as Caffe does. */
function drawBatch(
  count: number,
  images: ImageShape,
  { mirror, cropSize }: Transformation,
  batch: { seed: number; phase: "train" | "test"; number: number },
): Pick<ImageBatch, "mirrored" | "corners"> {
  const mirrored = new Uint8Array(count);
  const corners = new Uint16Array(2 * count);
  const room = [images.height - cropSize, images.width - cropSize];
  const crops = room[0] > 0 || room[1] > 0;
  if (!mirror && !crops) return { mirrored, corners };
  const random = randomStream(batch.seed, "batch", batch.phase, batch.number);
  for (let n = 0; n < count; n++) {
    if (mirror) mirrored[n] = random.integer(2);
    for (const axis of [0, 1]) {
      const atRandom = crops && batch.phase === "train";
      corners[2 * n + axis] = atRandom ? random.integer(room[axis] + 1) : Math.floor(room[axis] / 2);
    }
  }
  return { mirrored, corners };
}

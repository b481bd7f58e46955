import { resolve } from "node:path";
import { DataParameter_DB, readMeanImage, type LayerParameter } from "../caffe/index.js";
import { openPatchStore, type PatchStore } from "../databases/index.js";
import { transformationOf, type ImageBatch, type ImageShape, type Transformation } from "../engine/index.js";
import { HistobookError, randomStream } from "../foundation/index.js";

/** Batches for one phase of a training run, in the database's order, without end. */
export interface Feed {
  images: ImageShape;
  transformation: Transformation;
  batchSize: number;
  next(): Promise<ImageBatch>;
  close(): Promise<void>;
}

/** What decides a feed besides its layer. */
export interface FeedOptions {
  /** What the prototxt's paths are relative to. */
  workingDirectory: string;
  /** Names the prototxt in errors. */
  subject: string;
  phase: "train" | "test";
  seed: number;
  /** How many batches an earlier run has used up. */
  startBatch: number;
}

/**
 * Opens what a data layer reads: its LevelDB and its mean image.
 *
 * What is drawn for a batch (mirroring, crop) depends on the seed and the batch's number alone, so that a resumed
 * run sees what an undisturbed one would have seen.
 *
 * @throws HistobookError `BadInput` when database and mean don't fit, `Unsupported` for another source.
 */
export async function openFeed(layer: LayerParameter, options: FeedOptions): Promise<Feed> {
  const { workingDirectory, subject, phase, seed, startBatch } = options;
  const parameter = layer.dataParam;
  if (layer.type !== "Data" || !parameter || parameter.backend === DataParameter_DB.LMDB) {
    throw new HistobookError("Unsupported", {
      subject: `${subject}: layer "${layer.name}"`,
      found: layer.type === "Data" ? "backend: LMDB" : `type "${layer.type}"`,
      expected: "a Data layer that reads a LevelDB",
      fix: "make the databases with 'histobook databases STUDY' and name them in the prototxt",
    });
  }
  const batchSize = parameter.batchSize;
  if (batchSize < 1) {
    throw new HistobookError("BadInput", {
      subject: `${subject}: layer "${layer.name}"`,
      found: `batch_size: ${batchSize}`,
      expected: "at least 1",
      fix: "correct the prototxt",
    });
  }
  const meanFile = layer.transformParam?.meanFile;
  const mean = meanFile ? readMeanImage(resolve(workingDirectory, meanFile)) : null;
  const store: PatchStore = await openPatchStore(resolve(workingDirectory, parameter.source));
  try {
    const images = store.shape;
    const transformation = transformationOf(layer, images, mean, subject);
    const batches = store.batches(batchSize, { start: startBatch * batchSize });
    let number = startBatch;
    return {
      images,
      transformation,
      batchSize,
      async next() {
        const { value } = await batches.next();
        if (!value) throw new Error(`the batches of ${parameter.source} ended although they have no end`);
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

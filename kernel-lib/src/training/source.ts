import { resolve } from "node:path";
import {
  DataParameter_DB,
  type DataParameter,
  type ImageDataParameter,
  type LayerParameter,
} from "../caffe/index.js";
import {
  copyToThisMachine,
  isOnNetwork,
  openImageList,
  openPatchStore,
  openStoreInThread,
  type Augmentation,
  type PatchStore,
  type ThreadSource,
} from "../databases/index.js";
import { HistobookError, randomStream, type ErrorParts } from "../foundation/index.js";

/** What a data layer reads, opened. */
export interface Source {
  store: PatchStore;
  batchSize: number;
  /** How many patches are passed over before the first batch (Caffe's rand_skip). */
  skip: number;
}

/** What decides a source besides its layer. */
export interface SourceOptions {
  /** What the prototxt's paths are relative to. */
  workingDirectory: string;
  /** Names the prototxt in errors. */
  subject: string;
  phase: "train" | "test";
  seed: number;
  /** The database to read in place of the one that a Data layer names. */
  database?: string;
  /** How patches are varied. */
  augmentation?: Augmentation;
}

/** The part of a data layer that says how many patches a batch has; undefined for other layers. */
export function batchParameter(layer: LayerParameter): DataParameter | ImageDataParameter | undefined {
  if (layer.type === "ImageData") return layer.imageDataParam;
  return layer.type === "Data" ? layer.dataParam : undefined;
}

/**
 * Opens what a data layer names: a Data layer's LevelDB, or an ImageData layer's list of images.
 *
 * @throws HistobookError `MissingStep` or `BadInput` when it can't be read, `Unsupported` for another source.
 */
export async function openSource(layer: LayerParameter, options: SourceOptions): Promise<Source> {
  const parameter = batchParameter(layer);
  if (!parameter || (parameter.$typeName === "caffe.DataParameter" && isLmdb(parameter))) {
    throw new HistobookError("Unsupported", {
      ...partsOf(layer, options),
      found: parameter ? "backend: LMDB" : `type "${layer.type}" without its parameters`,
      expected: "a Data layer that reads a LevelDB, or an ImageData layer",
      fix: "make the databases with 'histobook databases STUDY' and name them in the prototxt",
    });
  }
  const { batchSize } = parameter;
  if (batchSize < 1) {
    throw new HistobookError("BadInput", {
      ...partsOf(layer, options),
      found: `batch_size: ${batchSize}`,
      expected: "at least 1",
      fix: "correct the prototxt",
    });
  }
  if (parameter.$typeName === "caffe.DataParameter") {
    const path = resolve(options.workingDirectory, options.database ?? parameter.source);
    return { store: await openDatabase(path, options), batchSize, skip: 0 };
  }
  return {
    store: await openImages(layer, parameter, options),
    batchSize,
    skip: drawSkip(parameter, options),
  };
}

async function openImages(
  layer: LayerParameter,
  parameter: ImageDataParameter,
  options: SourceOptions,
): Promise<PatchStore> {
  const { source, rootFolder, shuffle, isColor, newWidth, newHeight } = parameter;
  if (newWidth > 0 !== newHeight > 0) {
    throw new HistobookError("BadInput", {
      ...partsOf(layer, options),
      found: `new_height: ${newHeight} and new_width: ${newWidth}`,
      expected: "both or neither",
      fix: "correct the prototxt",
    });
  }
  const listOptions = {
    rootFolder,
    workingDirectory: options.workingDirectory,
    shuffle,
    seed: options.seed,
    colour: isColor,
    ...(newWidth > 0 && { resize: { width: newWidth, height: newHeight } }),
  };
  const path = resolve(options.workingDirectory, source);
  return openStore({ kind: "list", path, options: listOptions }, options);
}

/** A database on a network file system is read from a copy on this machine, which goes when it is closed. */
async function openDatabase(path: string, options: SourceOptions): Promise<PatchStore> {
  if (!isOnNetwork(path)) return openStore({ kind: "database", path }, options);
  const copy = copyToThisMachine(path);
  try {
    const store = await openStore({ kind: "database", path: copy.path }, options);
    const close = store.close.bind(store);
    store.close = () => close().finally(copy.remove);
    return store;
  } catch (error) {
    copy.remove();
    throw error;
  }
}

/** Training reads in a thread, since the engine does not let go of this one; a test may wait for its patches. */
function openStore(source: ThreadSource, { phase }: SourceOptions): Promise<PatchStore> {
  if (phase === "train") return openStoreInThread(source);
  return source.kind === "database"
    ? openPatchStore(source.path)
    : openImageList(source.path, source.options);
}

function drawSkip({ randSkip }: ImageDataParameter, { seed, phase }: SourceOptions): number {
  return randSkip > 0 ? randomStream(seed, "skip", phase).integer(randSkip) : 0;
}

function isLmdb({ backend }: DataParameter): boolean {
  return backend === DataParameter_DB.LMDB;
}

function partsOf(layer: LayerParameter, { subject }: SourceOptions): Pick<ErrorParts, "subject" | "topic"> {
  return { subject: `${subject}: layer "${layer.name}"`, topic: "prototxts" };
}

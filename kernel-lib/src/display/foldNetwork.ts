import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseNet, readNetPrototxt, type NetParameter } from "../caffe/index.js";
import { readManifest, trainingNetName, type Study } from "../study/index.js";
import { deployNetTemplate } from "../training/index.js";

/** A fold's network as text says it. */
export interface FoldNetwork {
  net: NetParameter;
  /** The prototxt, relative to the study; null before step 4 has written it, and then it is the tutorial's network. */
  file: string | null;
  /** Side of a patch in pixels. */
  size: number;
  /** What goes in, by the blob's name. */
  inputs: Map<string, number[]>;
}

/**
 * Reads the network that a fold's training uses.
 *
 * @throws HistobookError `BadInput` for a prototxt that can't be read.
 */
export function foldNetwork({ directory }: Study, fold: number): FoldNetwork {
  const manifest = readManifest(directory);
  const size = manifest.folds?.size ?? manifest.patches?.parameters.size ?? 32;
  const file = trainingNetName(size, fold);
  const written = existsSync(join(directory, file));
  const net = written
    ? readNetPrototxt(join(directory, file))
    : parseNet(deployNetTemplate({ size }), "the tutorial's network");
  const inputs = new Map<string, number[]>([
    ["data", [3, size, size]],
    ["label", []],
  ]);
  return { net, file: written ? file : null, size, inputs };
}

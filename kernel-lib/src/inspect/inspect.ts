import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import {
  printNet,
  readMeanImage,
  readModel,
  readNetPrototxt,
  readSolverPrototxt,
  readSolverState,
  type Blob,
} from "../caffe/index.js";
import { databaseSummary } from "../databases/index.js";
import { HistobookError } from "../foundation/index.js";
import { manifestName, readManifest } from "../study/index.js";

/** What a file holds, for programs and for people. */
export interface Inspection {
  kind: "model" | "mean image" | "solver state" | "solver" | "network" | "database" | "manifest";
  data: Record<string, unknown>;
  lines: string[];
}

/**
 * Says what one of the pipeline's files holds: .caffemodel, .binaryproto, .solverstate, .prototxt, a LevelDB folder,
 * a study's manifest.
 *
 * @throws HistobookError `BadInput` when the file is missing, damaged, or of another kind.
 */
export async function inspectFile(path: string): Promise<Inspection> {
  if (existsSync(path) && statSync(path).isDirectory()) {
    return existsSync(join(path, manifestName)) ? inspectManifest(path) : inspectDatabase(path);
  }
  if (basename(path) === manifestName) return inspectManifest(join(path, ".."));
  const inspectors: Record<string, ((path: string) => Inspection) | undefined> = {
    ".caffemodel": inspectModel,
    ".binaryproto": inspectMean,
    ".solverstate": inspectState,
    ".prototxt": inspectPrototxt,
  };
  const inspector = inspectors[extname(path)];
  if (inspector) return inspector(path);
  throw new HistobookError("BadInput", {
    subject: path,
    found: existsSync(path) ? `a file of another kind` : "no such file",
    expected: `${Object.keys(inspectors).join(", ")}, a LevelDB folder or ${manifestName}`,
    fix: "name one of the pipeline's files",
  });
}

function inspectModel(path: string): Inspection {
  const { net, weights } = readModel(path);
  const layers = [...weights].map(([name, blobs]) => ({ name, blobs: blobs.map(describeBlob) }));
  const values = layers.flatMap(({ blobs }) => blobs.map(({ count }) => count));
  const parameters = values.reduce((sum, count) => sum + count, 0);
  return {
    kind: "model",
    data: { name: net.name, parameters, layers },
    lines: [
      `Model "${net.name}": ${parameters} learned values.`,
      ...layers.flatMap(({ name, blobs }) => blobs.map((blob) => `  ${name}: ${blobLine(blob)}`)),
    ],
  };
}

function inspectMean(path: string): Inspection {
  const { channels, height, width, data } = readMeanImage(path);
  const plane = height * width;
  const means = Array.from({ length: channels }, (_, channel) => {
    const values = data.subarray(channel * plane, (channel + 1) * plane);
    return values.reduce((sum, value) => sum + value, 0) / plane;
  });
  const names = channels === 3 ? ["blue", "green", "red"] : means.map((_, channel) => `channel ${channel}`);
  return {
    kind: "mean image",
    data: { channels, height, width, means, ...rangeOf(data) },
    lines: [
      `Mean image of ${width} x ${height} pixels, ${channels} channels:`,
      ...means.map((mean, channel) => `  ${names[channel]}: ${mean.toFixed(2)} of 255`),
    ],
  };
}

function inspectState(path: string): Inspection {
  const { iteration, learnedNet, currentStep, history } = readSolverState(path);
  const blobs = history.map(describeBlob);
  return {
    kind: "solver state",
    data: { iteration, learnedNet, currentStep, history: blobs },
    lines: [
      `State after ${iteration} iterations of ${learnedNet}:`,
      ...blobs.map((blob) => `  ${blobLine(blob)}`),
    ],
  };
}

function inspectPrototxt(path: string): Inspection {
  // A solver names its network or its maximum of iterations; a network has layers.
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (/^\s*(net|train_net|max_iter|base_lr)\s*:/m.test(text) && !/^\s*layers?\s*\{/m.test(text)) {
    const solver = readSolverPrototxt(path);
    const { net, type, baseLr, lrPolicy, maxIter, weightDecay, momentum, snapshot, testInterval, testIter } =
      solver;
    // Stored as float32, whose further digits nobody wrote.
    const asWritten = (value: number): number => Number(value.toPrecision(7));
    const data = {
      net,
      type,
      baseLr: asWritten(baseLr),
      lrPolicy,
      maxIter,
      weightDecay: asWritten(weightDecay),
      momentum: asWritten(momentum),
      snapshot,
      testInterval,
      testIter,
    };
    return {
      kind: "solver",
      data,
      lines: Object.entries(data).map(([name, value]) => `${name}: ${String(value)}`),
    };
  }
  const net = readNetPrototxt(path);
  const layers = net.layer.map(({ name, type, bottom, top }) => ({ name, type, bottom, top }));
  return {
    kind: "network",
    data: { name: net.name, layers, prototxt: printNet(net) },
    lines: [
      `Network "${net.name}":`,
      ...layers.map(
        ({ name, type, bottom, top }) => `  ${name} (${type}): ${bottom.join(", ")} -> ${top.join(", ")}`,
      ),
    ],
  };
}

async function inspectDatabase(path: string): Promise<Inspection> {
  const summary = await databaseSummary(path);
  const { count, byClass, shape, broken } = summary;
  const size = shape ? `${shape.channels} x ${shape.height} x ${shape.width}` : "unknown shape";
  return {
    kind: "database",
    data: { ...summary },
    lines: [
      `Database of ${count} patches of ${size}: ${byClass.map((of, index) => `${of} of class ${index}`).join(", ")}.`,
      ...broken.map(({ key, reason }) => `  broken ${key}: ${reason}`),
    ],
  };
}

function inspectManifest(directory: string): Inspection {
  const manifest = readManifest(directory);
  const { patches, folds, databases, models, maps, scale } = manifest;
  return {
    kind: "manifest",
    data: { manifest },
    lines: [
      `Study at scale ${scale ?? "0.5 (not chosen yet)"}.`,
      patches ? `Step 1: patches from ${Object.keys(patches.images).length} images.` : "Step 1: not done.",
      folds ? `Step 2: ${folds.parameters.folds} folds.` : "Step 2: not done.",
      `Step 3: databases of ${Object.keys(databases).length} folds.`,
      `Step 4: models of ${Object.keys(models).length} folds.`,
      `Step 5: maps of ${Object.keys(maps).length} images.`,
    ],
  };
}

interface BlobSummary {
  shape: number[];
  count: number;
  minimum: number;
  maximum: number;
}

function describeBlob({ shape, data }: Blob): BlobSummary {
  return { shape, count: data.length, ...rangeOf(data) };
}

function rangeOf(data: Float32Array): { minimum: number; maximum: number } {
  return {
    minimum: data.reduce((least, value) => Math.min(least, value), Infinity),
    maximum: data.reduce((most, value) => Math.max(most, value), -Infinity),
  };
}

function blobLine({ shape, count, minimum, maximum }: BlobSummary): string {
  return `${shape.join(" x ")} = ${count} values from ${minimum.toPrecision(4)} to ${maximum.toPrecision(4)}`;
}
